"""`triage channel secret` and `triage tokens`: values that are stored, encrypted."""

from dataclasses import replace

import pytest
from pytest_django import Settings

from tests.cli.conftest import Command
from tests.domain.place import Place
from triage.tables import Channel, Token
from triage.watch.tokens import find_secrets, new_key, store_token
from workers.channels.base import Refused, Unreachable

CANARY = "canary-0123456789-token"


@pytest.fixture
def watched(triage: Command, place: type[Place], monkeypatch: pytest.MonkeyPatch) -> Channel:
    """A channel whose key is in the environment and works."""
    monkeypatch.setenv("PLACE_TOKEN", "s3cret")
    triage("channel", "add", "place", "--name", "Place", "--secret", "token=PLACE_TOKEN")
    return Channel.objects.get()


def test_a_value_from_stdin_is_stored_and_used_in_place_of_the_environment(
    triage: Command, watched: Channel
) -> None:
    said = triage("channel", "secret", "Place", "token", stdin=f"{CANARY}\n")
    assert "token of Place is stored, encrypted." in said.err
    assert CANARY not in said.out + said.err
    assert CANARY not in Token.objects.get().sealed
    triage("channel", "check", "Place")
    assert Place.made_with[-1].secrets == {"token": CANARY}
    [row] = triage("channel", "list", "--json").data
    assert (row["secrets"], row["stored"]) == ({"token": "PLACE_TOKEN"}, ["token"])


def test_a_value_is_never_an_argument(triage: Command, watched: Channel) -> None:
    assert triage("channel", "secret", "Place", "token", CANARY, code=2).err


@pytest.mark.parametrize("stdin", ["", "\n", "  \n"])
def test_an_empty_value_changes_nothing(triage: Command, watched: Channel, stdin: str) -> None:
    said = triage("channel", "secret", "Place", "token", stdin=stdin, code=1)
    assert said.sentence == "no value came for token, and nothing is changed"
    assert find_secrets(watched) == {"token": "s3cret"}


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (Refused("The token is dead."), "the old token stays, since the new one does not work"),
        (Unreachable("Nobody answers."), "nobody could say whether the new one works"),
    ],
)
def test_a_value_that_is_not_proven_does_not_overwrite_one_in_use(
    triage: Command, watched: Channel, error: Exception, says: str
) -> None:
    store_token(watched, "token", "working")
    Place.answers[:] = [error]
    said = triage("channel", "secret", "Place", "token", stdin=CANARY, code=1)
    assert says in said.sentence
    assert str(error) in said.sentence
    assert find_secrets(watched) == {"token": "working"}
    Place.answers[:] = [error]
    triage("channel", "secret", "Place", "token", "--unproven", stdin=CANARY)
    assert find_secrets(watched) == {"token": CANARY}


def test_a_first_value_is_stored_whatever_the_platform_says_of_it(
    triage: Command, watched: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PLACE_TOKEN")
    Place.answers[:] = [Unreachable("Nobody answers.")]
    said = triage("channel", "secret", "Place", "token", stdin=CANARY)
    assert "Place: Nobody answers." in said.err
    assert find_secrets(watched) == {"token": CANARY}


def test_a_refused_channel_is_pulled_again_with_a_value_that_works(
    triage: Command, watched: Channel
) -> None:
    Channel.objects.update(state="refused", error="dead")
    triage("channel", "secret", "Place", "token", stdin=CANARY)
    assert Channel.objects.get().state == "active"


def test_a_key_that_the_kind_does_not_have_is_a_wrong_use(
    triage: Command, watched: Channel
) -> None:
    said = triage("channel", "secret", "Place", "password", stdin=CANARY, code=2)
    assert "place has no secret password; known are token" in said.err
    assert triage("channel", "secret", "Nowhere", "token", stdin=CANARY, code=1).sentence


def test_a_stored_value_can_be_deleted(triage: Command, watched: Channel) -> None:
    triage("channel", "secret", "Place", "token", stdin=CANARY)
    triage("channel", "secret", "Place", "token", "--forget")
    assert find_secrets(watched) == {"token": "s3cret"}


def test_a_channel_is_added_with_a_value_and_without_a_variable(
    triage: Command, place: type[Place]
) -> None:
    triage("channel", "add", "place", "--name", "Asked", "--ask", "token", stdin=f"{CANARY}\n")
    channel = Channel.objects.get()
    assert (channel.secret_names, find_secrets(channel)) == ({}, {"token": CANARY})
    said = triage("channel", "add", "place", "--name", "None", "--ask", "token", code=1)
    assert said.sentence == "no value came for token, and nothing is changed"
    assert Channel.objects.count() == 1


def test_rotation_says_how_many_and_the_old_key_can_go(
    triage: Command, watched: Channel, settings: Settings
) -> None:
    old, [new] = new_key(), triage("tokens", "key").out.split()
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, token_keys=(old,))
    triage("channel", "secret", "Place", "token", stdin=CANARY)
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, token_keys=(new, old))
    assert triage("tokens", "rotate", "--json").data == [{"rotated": 1, "locked": 0}]
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, token_keys=(new,))
    assert find_secrets(watched) == {"token": CANARY}
    assert "1 token encrypted" in triage("tokens", "rotate").out


def test_a_wrong_key_is_told_by_doctor_check_and_rotate_in_one_sentence(
    triage: Command, watched: Channel, settings: Settings
) -> None:
    triage("channel", "secret", "Place", "token", stdin=CANARY)
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, token_keys=(new_key(),))
    found = {each["part"]: each for each in triage("doctor", "--json", code=1).data}
    assert found["tokens"]["level"] == "wrong"
    assert found["tokens"]["message"].startswith("1 stored token cannot be opened with the keys")
    said = triage("channel", "check", "Place", code=1)
    assert "The stored token of Place cannot be opened with TOKEN_KEYS" in said.out
    assert "1 token cannot be opened" in triage("tokens", "rotate", code=1).sentence
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, broker_url="redis://127.0.0.1:1/0")
    assert CANARY not in said.out + said.err


def test_a_wrong_setting_refuses_to_start_and_does_not_show_it(shell: Command) -> None:
    said = shell("channel", "list", TOKEN_KEYS="canary-too-short", code=1)
    assert said.sentence.startswith("wrong environment value: TOKEN_KEYS holds something that is")
    assert "canary" not in said.err
