"""`triage run --once`: pull what is due, sort, and tell what came of it."""

from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.domain.place import Place, page
from triage.tables import Channel, Item
from workers.channels.base import Refused, Unreachable

pytestmark = pytest.mark.usefixtures("judge")


@pytest.fixture
def watched(triage: Command, place: type[Place]) -> type[Place]:
    """Two channels on places in memory."""
    for name in ("First", "Second"):
        triage("channel", "add", "place", "--name", name)
    return place


def test_counts_come_by_channel_and_by_queue(triage: Command, watched: type[Place]) -> None:
    watched.answers[:] = [page("1", "2", at=2, bad=({},)), page("1", at=1)]
    said = triage("run", "--once", "--json")
    first = {"channel": "First", "pages": 1, "seen": 3, "new": 2, "changed": 0, "rejected": 1}
    assert said.data[0] == first | {"error": None}
    assert said.data[1]["channel"] == "Second"
    assert said.data[2:] == [
        {"queue": "promo", "placed": 0, "open": 0},
        {"queue": "support", "placed": 3, "open": 3},
        {"queue": "review", "placed": 0, "open": 0},
        {"queue": "archive", "placed": 0, "open": 0},
    ]
    again = triage("run", "--once", "--json").data
    assert again == [
        {"queue": queue, "placed": 0, "open": 3 if queue == "support" else 0}
        for queue in ("promo", "support", "review", "archive")
    ]


def test_a_channel_that_fails_is_told_and_the_others_go_on(
    triage: Command, watched: type[Place]
) -> None:
    watched.answers[:] = [Unreachable("no answer"), page("1", at=1)]
    said = triage("run", "--once", "--json")
    assert said.data[0]["error"] == {"kind": "unreachable", "message": "no answer"}
    assert (said.data[1]["new"], said.data[1]["error"]) == (1, None)


def test_it_is_told_in_words_too(triage: Command, watched: type[Place]) -> None:
    watched.answers[:] = [Refused("the token is dead"), page("1", at=1, bad=({},))]
    said = triage("run", "--once")
    assert said.out.splitlines()[:2] == [
        "First: 0 seen, 0 new, 0 changed",
        "Second: 2 seen, 1 new, 0 changed, 1 kept aside",
    ]
    assert "support: 1 placed, 1 open" in said.out
    assert "First: refused: the token is dead" in said.err.splitlines()


def test_nothing_to_do_is_no_error(triage: Command) -> None:
    said = triage("run", "--once", "--json")
    assert [data["placed"] for data in said.data] == [0, 0, 0, 0]
    assert said.err == ""


def test_posts_that_wait_for_another_try_are_counted(triage: Command, watched: type[Place]) -> None:
    from triage.posts import Post
    from workers.channels.base import Page

    watched.answers[:] = [Page((Post(id="1", text="poison"),), {"at": 1})]
    assert "1 post left for another try" in triage("run", "--once").err


@pytest.mark.usefixtures("shipped")
def test_a_file_is_watched_from_end_to_end(shell: Command, tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_text('{"id": 1, "text": "Where is my parcel? It has not come."}\n{oops\n')
    shell("channel", "add", "file", "--name", "Feed", "--set", f"path={feed}")
    said = shell("run", "--once", "--json")
    assert (said.data[0]["new"], said.data[0]["rejected"]) == (1, 1)
    [item] = shell("queue", "support", "--json").data + shell("queue", "review", "--json").data
    assert item["channel"] == "Feed"
    assert item["why"]


def test_a_paused_channel_is_left_alone(triage: Command, watched: type[Place]) -> None:
    triage("channel", "pause", "First")
    watched.answers[:] = [page("1", at=1)]
    assert [data["channel"] for data in triage("run", "--once", "--json").data[:-4]] == ["Second"]
    assert Item.objects.get().channel == Channel.objects.get(name="Second")
