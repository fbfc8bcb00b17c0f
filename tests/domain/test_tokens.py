"""Tokens at rest: encrypted, looked up before the environment, replaced only by what works."""

from pathlib import Path

import pytest
from django.conf import settings

from triage.tables import Channel, Token
from triage.watch.channels import add_channel, remove_channel
from triage.watch.tokens import (
    Rotated,
    SecretUnreadable,
    find_secrets,
    locked_tokens,
    new_key,
    read_token,
    renew_token,
    rotate_tokens,
    store_token,
)

CANARY = "canary-0123456789-token"
Keys = pytest.MonkeyPatch


@pytest.fixture
def place(db: None, monkeypatch: pytest.MonkeyPatch) -> Channel:
    """A channel whose key is in the environment."""
    monkeypatch.setenv("PLACE_TOKEN", "from-the-environment")
    names = {"token": "PLACE_TOKEN"}
    return Channel.objects.create(name="Place", source="place", secret_names=names)


def use_keys(monkeypatch: pytest.MonkeyPatch, *keys: str) -> None:
    class Environment:
        token_keys = keys

    monkeypatch.setattr(settings, "ENVIRONMENT", Environment)


def test_a_token_is_unreadable_in_the_table_and_readable_with_the_key(place: Channel) -> None:
    store_token(place, "token", CANARY)
    row = Token.objects.get()
    assert CANARY not in f"{row.sealed} {row} {row!r}"
    assert read_token(place, "token") == CANARY


def test_a_stored_secret_counts_before_the_environment(place: Channel) -> None:
    assert find_secrets(place) == {"token": "from-the-environment"}
    store_token(place, "token", CANARY)
    store_token(place, "other", "without a variable")
    assert find_secrets(place) == {"token": CANARY, "other": "without a variable"}


def test_a_secret_may_lie_in_a_file(
    place: Channel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PLACE_TOKEN_FILE", str(tmp_path / "token"))
    with pytest.raises(SecretUnreadable, match="PLACE_TOKEN_FILE names cannot be read"):
        find_secrets(place)
    (tmp_path / "token").write_text(f"{CANARY}\n")
    assert find_secrets(place) == {"token": CANARY}


@pytest.mark.parametrize("empty", ["", "  ", "\n"])
def test_an_empty_token_never_overwrites_a_working_one(place: Channel, empty: str) -> None:
    store_token(place, "token", CANARY)
    with pytest.raises(ValueError, match="empty"):
        store_token(place, "token", empty)
    assert not renew_token(place, "token", empty, was=CANARY)
    assert read_token(place, "token") == CANARY


def test_a_renewed_token_takes_the_place_of_the_one_it_was_made_from_and_of_no_other(
    place: Channel,
) -> None:
    store_token(place, "token", "first")
    assert renew_token(place, "token", "second", was="first")
    assert not renew_token(place, "token", "a slow worker's", was="first")
    assert read_token(place, "token") == "second"


def test_a_renewed_token_goes_before_the_one_of_the_environment(place: Channel) -> None:
    assert renew_token(place, "token", "renewed", was="from-the-environment")
    assert find_secrets(place) == {"token": "renewed"}


def test_rotation_writes_all_anew_so_that_the_old_key_can_go(
    place: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = new_key(), new_key()
    use_keys(monkeypatch, old)
    store_token(place, "token", CANARY)
    store_token(None, "session", "of an account")
    use_keys(monkeypatch, new, old)
    assert read_token(place, "token") == CANARY
    assert rotate_tokens() == Rotated(done=2, locked=0)
    use_keys(monkeypatch, new)
    assert (read_token(place, "token"), read_token(None, "session")) == (CANARY, "of an account")
    use_keys(monkeypatch, old)
    assert read_token(place, "token") is None


def test_what_no_key_opens_is_counted_and_left_as_it_is(
    place: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost, kept = new_key(), new_key()
    use_keys(monkeypatch, lost)
    store_token(place, "token", CANARY)
    before = Token.objects.get().sealed
    use_keys(monkeypatch, kept)
    store_token(place, "other", "value")
    assert rotate_tokens() == Rotated(done=1, locked=1)
    assert locked_tokens() == 1
    assert Token.objects.get(key="token").sealed == before
    with pytest.raises(SecretUnreadable, match="stored token of Place cannot be opened") as told:
        find_secrets(place)
    assert CANARY not in str(told.value)


def test_a_channel_comes_with_its_tokens_and_its_removal_takes_them(db: None) -> None:
    values = {"source": "generic", "kind": "public", "settings": {}, "secret_names": {}}
    channel = add_channel(name="Desk", interval=60, tokens={"token": CANARY}, **values)
    assert find_secrets(channel) == {"token": CANARY}
    remove_channel(channel)
    assert not Token.objects.exists()
