"""`triage channel check`: each answer names the wrong key, the missing scope or the dead token.

A channel works before and after, so that no check fails for another reason.
"""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from config.cli import group
from tests.channels.checks import KEY, PLACES, ROWS, SECOND, VARIABLES, Place, Row, bluesky
from tests.channels.server import Platform
from triage.tables import Channel


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)


def check() -> tuple[int, dict[str, Any], str]:
    """Exit status, the answer, and everything that was printed."""
    done = CliRunner().invoke(group, ["channel", "check", "Acme", "--json"])
    return done.exit_code, json.loads(done.stdout.splitlines()[0]), done.output


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.place}: {row.wrong}")
def test_what_is_wrong_is_named_in_one_sentence(platform: Platform, row: Row) -> None:
    place = PLACES[row.place]
    place.add(platform)
    status, answer, _ = check()
    assert (status, answer["ok"], place.works in answer["message"]) == (0, True, True)
    Channel.objects.update(state=Channel.State.REFUSED)
    wrong_from_now_on(platform, row)
    status, answer, printed = check()
    assert (status == 0, answer["ok"], answer["error"]) == (
        row.ok,
        row.ok,
        "" if row.ok else "refused",
    )
    for fragment in row.says:
        assert fragment in answer["message"]
    assert KEY not in printed
    assert SECOND not in printed
    for path, good in place.answers.items():
        platform.on(path, good)
    assert check()[0] == 0
    assert Channel.objects.get().state == Channel.State.ACTIVE


def wrong_from_now_on(platform: Platform, row: Row) -> None:
    """The platform's new answers; a session of before is over, so that keys are asked for."""
    if "createSession" in row.answers:
        platform.on("listNotifications", bluesky(401, "ExpiredToken"))
    for path, reply in row.answers.items():
        platform.on(path, reply)


def test_a_generic_channel_says_when_its_key_is_not_set(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    Place("generic", {}, ("token",), {}, "", address="reply_url").add(platform)
    status, answer, _ = check()
    assert (status, answer["ok"]) == (0, True)
    assert "posts are taken at the channel's webhook address" in answer["message"]
    monkeypatch.delenv("CHECK_KEY")
    status, answer, _ = check()
    assert (status, answer["ok"]) == (1, False)
    assert "CHECK_KEY" in answer["message"]


@pytest.mark.parametrize("name", [name for name in PLACES if PLACES[name].secrets])
def test_a_key_that_is_not_set_is_named_by_its_variable(
    platform: Platform, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    PLACES[name].add(platform)
    assert check()[0] == 0
    asked = len(platform.seen)
    monkeypatch.delenv("CHECK_KEY")
    status, answer, _ = check()
    assert (status, answer["error"]) == (1, "refused")
    assert "CHECK_KEY" in answer["message"]
    assert len(platform.seen) == asked
