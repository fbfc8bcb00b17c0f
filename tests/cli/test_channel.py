"""`triage channel`: add, list, check, pause, resume, remove."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.cli.conftest import Command
from tests.domain.place import Place, page
from triage.staff.apikeys import make_key
from triage.tables import Account, Alert, Backfill, Channel, User
from triage.watch.budgets import spend, used_by
from triage.web.watched import watched as watched_words
from workers.channels import KINDS
from workers.channels.base import Refused, Throttled, Unreachable


@pytest.fixture
def watched(triage: Command, place: type[Place]) -> Channel:
    """A channel on a place in memory."""
    triage("channel", "add", "place", "--name", "Place", "--secret", "token=PLACE_TOKEN")
    return Channel.objects.get()


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACE_TOKEN", "s3cret")


def listed(triage: Command) -> list[dict[str, Any]]:
    return triage("channel", "list", "--json").data


def test_every_kind_says_what_it_needs(triage: Command) -> None:
    said = triage("channel", "kinds", "--json")
    kinds = {data["kind"]: data for data in said.data}
    assert set(kinds) == set(KINDS)
    assert kinds["file"]["settings"]["path"]["required"] is True
    for data in said.data:
        assert data["installed"] is True or data["install"]
        assert data["title"]
    words = triage("channel", "kinds").out
    assert "file: " in words
    assert "  --set path=…  " in words


def test_a_kind_that_is_not_installed_says_how_to_install_it(
    triage: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "orkut", "no_such_client:Orkut")
    [data] = [data for data in triage("channel", "kinds", "--json").data if data["kind"] == "orkut"]
    assert (data["installed"], data["settings"]) == (False, {})
    assert "No module named 'no_such_client'" in data["install"]
    assert "  not installed: .venv/bin/pip install" in triage("channel", "kinds").out
    said = triage("channel", "add", "orkut", "--name", "A", code=1)
    assert said.sentence.startswith("orkut is not installed: .venv/bin/pip install")
    assert not Channel.objects.exists()


def test_a_channel_is_added_with_its_settings(triage: Command, tmp_path: Path) -> None:
    said = triage(
        "channel", "add", "file", "--name", " Old posts ", "--community", "--brand", "Acme",
        "--every", "7", "--set", f"path={tmp_path}/a=b.jsonl", "--json",
    )  # fmt: skip
    [data] = said.data
    assert (data["name"], data["kind"], data["community"]) == ("Old posts", "file", True)
    assert (data["brand"], data["interval"], data["state"]) == ("Acme", 7, "active")
    assert data["settings"] == {"path": f"{tmp_path}/a=b.jsonl"}
    assert (data["error"], data["failures"], data["last_success_at"]) == (None, 0, None)
    assert listed(triage) == said.data


def test_only_the_name_of_a_secret_is_kept(triage: Command, watched: Channel) -> None:
    assert watched.secret_names == {"token": "PLACE_TOKEN"}
    said = triage("channel", "list", "--json")
    assert said.data[0]["secrets"] == {"token": "PLACE_TOKEN"}
    assert "s3cret" not in said.out + json.dumps(list(Channel.objects.values("settings", "cursor")))


@pytest.fixture
def busy(triage: Command, watched: Channel) -> Channel:
    """The channel with a budget, costs, a key that ends, a backfill, failures and an alert."""
    now = timezone.now()
    account = Account.objects.create(
        key="k", source="place", allowed=100, remaining=40, reset_at=now + timedelta(hours=1)
    )
    Channel.objects.filter(pk=watched.pk).update(
        account=account, settings={"monthly_cap": "25"}, lag_seconds=4.5, late_seconds=90,
        expires_at=now + timedelta(days=3), last_success_at=now, last_post_at=now,
        failures=2, error="it is slow", error_kind="unreachable", checked_at=now,
        check_said="It answers.",
    )  # fmt: skip
    spend(watched, calls=3, posts=2, microdollars=1_500_000, at=now)
    Backfill.objects.create(channel=watched, until=now - timedelta(days=9), new=7)
    Alert.objects.create(channel=watched, kind="expiring", sentence="The key ends soon.")
    return Channel.objects.select_related("account", "backfill").get(pk=watched.pk)


def test_the_list_tells_what_the_api_and_the_page_tell(triage: Command, busy: Channel) -> None:
    olga = User.objects.create(username="olga", teams=["ops"])
    key = make_key(olga, name="a program")
    program = Client(headers={"Authorization": f"Bearer {key}"})
    [theirs] = program.get("/api/v1/channels").json()
    [ours] = listed(triage)
    assert theirs.keys() <= ours.keys()
    for name in theirs.keys() - {"kind", "error", "backfill"}:
        if (
            not str(theirs[name]).startswith("20") and name != "limit"
        ):  # times are written otherwise
            assert ours[name] == theirs[name], name
    assert (ours["error"]["message"], ours["failures"]) == ("it is slow", 2)
    assert (ours["budget"]["remaining"], ours["used"]["cost_this_month"]) == (40, 1.5)
    assert ours["alerts"][0]["sentence"] == "The key ends soon."
    said = triage("channel", "list").out
    shown = watched_words(busy, now=timezone.now(), used=used_by([busy])[busy.pk])
    assert len(shown.figures) == 6
    for name, words in shown.figures:
        assert f"    {name}: {words}\n" in said
    assert shown.state in said.splitlines()[0]
    assert "it is slow." in said
    assert "It answers." in said
    assert said.endswith("    ! The key ends soon.\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("myspace", "--name", "A"), "there is no channel kind 'myspace'; known are x, "),
        (("file", "--name", "A"), "path"),
        (("file", "--name", "A", "--set", "path"), "--set wants KEY=VALUE, this is 'path'"),
        (("file", "--name", "A", "--set", "=x"), "--set wants KEY=VALUE, this is '=x'"),
        (("file", "--name", "A", "--set", "pth=x"), "file has no --set pth; known are path"),
        (("file", "--name", "A", "--set", "path=a\udcffb"), "--set path holds characters"),
        (("file", "--name", "A", "--set", "path=x", "--secret", "k=V"), "file has no --secret k"),
        (("place", "--name", "A", "--secret", "token"), "--secret wants KEY=VALUE"),
        (("place", "--name", ""), "'--name': it must not be empty"),
        (("place", "--name", "x" * 101), "it has 101 characters; 100 is the limit"),
        (("place", "--name", "a\nb"), "it holds characters that cannot be shown"),
        (("place", "--name", "A", "--brand", "x" * 201), "'--brand': it has 201 characters"),
        (("place", "--name", "A", "--every", "0"), "0 is not in the range"),
        (("place", "--name", "A", "--every", "86401"), "86401 is not in the range"),
        (("place", "--name", "A", "--nosuch"), "No such option"),
    ],
)
def test_a_channel_that_cannot_be_added_is_wrong_usage(
    triage: Command, place: type[Place], arguments: tuple[str, ...], sentence: str
) -> None:
    said = triage("channel", "add", *arguments, code=2)
    assert sentence in said.err
    assert not Channel.objects.exists()


def test_a_name_is_used_once(triage: Command, watched: Channel) -> None:
    said = triage("channel", "add", "place", "--name", "Place", code=1)
    assert said.sentence.startswith("there is already a channel called 'Place'")


def test_no_channel_yet_says_where_to_begin(triage: Command) -> None:
    said = triage("channel", "list")
    assert said.out == ""
    assert said.err == "No channel yet. `triage channel kinds` shows what can be watched.\n"
    assert triage("channel", "list", "--json").err == ""


def test_a_channel_is_paused_resumed_and_removed(triage: Command, watched: Channel) -> None:
    assert triage("channel", "pause", "Place").err == "Place is paused.\n"
    assert listed(triage)[0]["state"] == "paused"
    assert triage("channel", "resume", "Place").err == "Place is pulled again.\n"
    assert listed(triage)[0]["state"] == "active"
    assert triage("channel", "remove", "Place").err == "Place is removed; its posts stay.\n"
    assert listed(triage) == []
    assert triage("channel", "pause", "Place", code=1).sentence.startswith("there is no channel")
    triage("channel", "add", "place", "--name", "Place")
    assert [data["name"] for data in listed(triage)] == ["Place"]


@pytest.mark.parametrize("act", ["pause", "resume", "remove", "check"])
def test_a_channel_that_is_not_there_is_refused(triage: Command, act: str) -> None:
    said = triage("channel", act, "Nowhere", code=1)
    assert said.sentence == (
        "there is no channel called 'Nowhere'; `triage channel list` shows them"
    )
    assert triage("channel", act, "a\udcff", code=2).out == ""


@pytest.mark.usefixtures("judge")
def test_a_channel_that_is_only_imported_into_cannot_be_resumed(
    triage: Command, tmp_path: Path
) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": 1, "text": "lead"}\n')
    triage("import", str(tmp_path / "a.jsonl"), "--channel", "Old posts")
    said = triage("channel", "resume", "Old posts", code=1)
    assert said.sentence == "Old posts only takes what is imported; there is nothing to pull"
    assert triage("channel", "check", "--json").data == []


def test_a_check_calls_the_place_and_says_what_it_found(
    triage: Command, watched: Channel, place: type[Place]
) -> None:
    place.answers[:] = [page("1", "2", at=2)]
    said = triage("channel", "check", "Place", "--json")
    assert said.data == [
        {"channel": "Place", "ok": True, "error": "", "message": "2 posts are there"}
    ]
    assert triage("channel", "check").out == "Place: 0 posts are there\n"


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (Refused("the scope read is missing"), "refused", "the scope read is missing"),
        (Throttled("wait a while"), "throttled", "wait a while"),
        (Unreachable("no answer"), "unreachable", "no answer"),
        (ValueError("token=CANARY"), "unreachable", "The channel code failed with ValueError"),
    ],
    ids=["refused", "throttled", "unreachable", "bug"],
)
def test_a_check_that_fails_says_why(
    triage: Command, watched: Channel, place: type[Place], error: Exception, kind: str, message: str
) -> None:
    place.answers[:] = [error, error]
    said = triage("channel", "check", "--json", code=1)
    [data] = said.data
    assert (data["ok"], data["error"]) == (False, kind)
    assert data["message"].startswith(message)
    assert said.sentence == "these channels do not work: Place"
    assert "CANARY" not in said.out + said.err


def test_a_check_names_the_key_that_is_missing(
    triage: Command, watched: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PLACE_TOKEN")
    said = triage("channel", "check", "Place", code=1)
    assert said.out == "Place: The environment variable PLACE_TOKEN (token) is not set.\n"


def test_a_refused_channel_that_works_again_is_pulled_again(
    triage: Command, watched: Channel
) -> None:
    Channel.objects.update(state="refused", error="dead token", error_kind="refused", failures=3)
    said = triage("channel", "check")
    assert said.err == "Place works again and is pulled from now on.\n"
    [data] = listed(triage)
    assert (data["state"], data["error"], data["failures"]) == ("active", None, 0)


def test_one_broken_channel_does_not_hide_the_others(
    triage: Command, watched: Channel, place: type[Place]
) -> None:
    triage("channel", "add", "place", "--name", "Other")
    place.answers[:] = [Refused("no"), page("1", at=1)]
    said = triage("channel", "check", "--json", code=1)
    assert [data["ok"] for data in said.data] == [False, True]
