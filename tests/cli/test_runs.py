"""`triage runs`: every pull, the newest first."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.cli.conftest import Command
from tests.domain.place import Place, page
from tests.web.desk import watch
from triage.tables import Run
from workers.channels.base import Unreachable


@pytest.fixture
def pulled(db: None) -> list[Run]:
    """Of two channels, the earliest first; the second one failed and the last one is under way."""
    x, forum, now = watch(), watch("Forum"), timezone.now()
    done = {"started_at": now - timedelta(seconds=4), "finished_at": now - timedelta(seconds=1)}
    return [
        Run.objects.create(channel=x, seen=5, new=2, changed=1, rejected=3, **done),
        Run.objects.create(channel=forum, error_kind="refused", error="dead\ntoken", **done),
        Run.objects.create(channel=x),
    ]


def test_the_newest_comes_first_with_what_it_brought(triage: Command, pulled: list[Run]) -> None:
    data = triage("runs", "--json").data
    assert [row["id"] for row in data] == [run.pk for run in reversed(pulled)]
    assert (data[0]["finished_at"], data[0]["error_kind"]) == (None, None)
    assert (data[1]["error_kind"], data[1]["error"]) == ("refused", "dead\ntoken")
    assert (data[2]["seen"], data[2]["new"], data[2]["rejected"]) == (5, 2, 3)
    assert [row["id"] for row in triage("runs", "--limit", "1", "--json").data] == [pulled[2].pk]


def test_for_people_it_is_one_line_a_pull(triage: Command, pulled: list[Run]) -> None:
    last, failed, first = triage("runs").out.splitlines()
    assert last.endswith("X mentions  under way, or cut off  0 seen, 0 new")
    assert failed.endswith("Forum  3.0 s  0 seen, 0 new  refused: dead token")
    assert first.endswith("X mentions  3.0 s  5 seen, 2 new, 1 changed, 3 unreadable")


@pytest.mark.parametrize(
    ("narrowed", "places"),
    [
        (("--channel", "X mentions"), [2, 0]),
        (("--failed",), [1]),
        (("--channel", "Forum", "--failed"), [1]),
        (("--channel", "X mentions", "--failed"), []),
    ],
)
def test_it_is_narrowed_to_a_channel_and_to_what_failed(
    triage: Command, pulled: list[Run], narrowed: tuple[str, ...], places: list[int]
) -> None:
    data = triage("runs", *narrowed, "--json").data
    assert [row["id"] for row in data] == [pulled[place].pk for place in places]


def test_a_real_pull_is_told(triage: Command, place: type[Place]) -> None:
    triage("channel", "add", "place", "--name", "Place")
    assert triage("runs").err == "Nothing was pulled yet.\n"
    place.answers[:] = [page("1", at=1), Unreachable("it is down")]
    triage("run", "--once")
    assert triage("runs", "--failed").err == "No pull failed.\n"
    triage("channel", "resume", "Place")  # it is due again
    triage("run", "--once", code=None)
    failed, good = triage("runs", "--channel", "Place", "--json").data
    assert (good["error_kind"], failed["error_kind"]) == (None, "unreachable")
    assert (good["seen"], good["new"]) == (1, 1)
    assert triage("runs", "--failed", "--json").data == [failed]


def test_what_was_removed_can_still_be_looked_at(triage: Command, pulled: list[Run]) -> None:
    pulled[1].channel.state = "removed"
    pulled[1].channel.save(update_fields=["state"])
    assert len(triage("runs", "--channel", "Forum", "--json").data) == 1


def test_wrong_input_is_said_in_one_sentence(triage: Command, pulled: list[Run]) -> None:
    said = triage("runs", "--channel", "Forums", code=1)
    assert said.sentence.startswith("there is no channel called 'Forums'")
    assert "0 is not in the range" in triage("runs", "--limit", "0", code=2).err
    assert "must not be empty" in triage("runs", "--channel", " ", code=2).err
