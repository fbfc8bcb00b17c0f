"""What is said of promised times, and the times that a snooze offers."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from triage.desk.acting import ActRefused
from triage.tables import Item
from triage.web.due import due, promises
from triage.web.snooze import read_rest, rests

NOW = datetime(2025, 11, 21, 12, tzinfo=UTC)  # a Friday


def promised(minutes: float, *, warned: bool = False, **fields: object) -> Item:
    at = NOW + timedelta(minutes=minutes)
    warn = NOW - timedelta(minutes=1) if warned else at
    return Item(due_at=at, reply_due_at=at, warn_at=warn, **fields)


@pytest.mark.parametrize(
    ("item", "words", "tone"),
    [
        (promised(38), "38 min left", ""),
        (promised(38, warned=True), "38 min left", "review"),
        (promised(0.5), "1 min left", ""),
        (promised(-14), "14 min overdue", "late"),
        (promised(0), "1 min overdue", "late"),
        (promised(5 * 60), "5 h left", ""),
        (promised(2 * 24 * 60), "due 23 Nov, 12:00", ""),
    ],
)
def test_what_is_left_is_said_in_words(item: Item, words: str, tone: str) -> None:
    found = due(item, now=NOW)
    assert found
    assert (found.words, found.tone) == (words, tone)
    assert found.promise.startswith("First reply due by Fri" if "23" not in words else "First")


def test_nothing_is_due_without_a_promise_at_rest_or_when_done() -> None:
    assert due(Item(), now=NOW) is None
    assert due(promised(5, snoozed=True), now=NOW) is None
    assert due(promised(5, status=Item.Status.RESOLVED), now=NOW) is None


def test_the_panel_says_what_was_reached_and_what_is_due() -> None:
    item = promised(60, reply_seconds=90)
    ((name, reached, at),) = promises(item, now=NOW)
    assert (name, reached) == ("First reply", "after 1 min")
    assert at
    assert at.short == "13:00"


def test_a_snooze_offers_times_that_make_sense() -> None:
    with timezone.override(ZoneInfo("UTC")):
        offered = [(rest.value, rest.words) for rest in rests(NOW)]
    assert offered == [
        ("hour", "1 hour, 13:00"),
        ("hours", "3 hours, 15:00"),
        ("tomorrow", "Tomorrow, Sat 09:00"),
        ("monday", "Monday, Mon 09:00"),
        ("answer", "Until they answer"),
    ]


def test_on_a_sunday_tomorrow_is_offered_once() -> None:
    sunday = NOW + timedelta(days=2)
    assert [rest.value for rest in rests(sunday)] == ["hour", "hours", "monday", "answer"]


def test_a_choice_is_read_and_nonsense_is_refused_in_a_sentence() -> None:
    assert read_rest("hour", "", now=NOW) == NOW + timedelta(hours=1)
    assert read_rest("answer", "", now=NOW) is None
    with timezone.override(ZoneInfo("Europe/Berlin")):
        assert read_rest("at", "2025-11-22T09:30", now=NOW) == NOW.replace(
            day=22, hour=8, minute=30
        )
    for value, at in (("", ""), ("moon", ""), ("at", ""), ("at", "x"), ("at", "2025-13-45T99:00")):
        with pytest.raises(ActRefused, match="Choose"):
            read_rest(value, at, now=NOW)
