"""Reports: a week's talk by measure, counted where the teams work."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.domain.making import bring, post
from triage.tables import Channel, Item
from triage.times.reports import Line, Week, monday_of, read_week, week_report, week_word
from triage.tuning.policy import Rulebook, read_policy

MONDAY = date(2026, 11, 16)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
POLICY = """
[hours]
timezone = "America/New_York"
[[targets]]
queue = "support"
first_reply = "1h"
"""


@pytest.fixture
def policy() -> Rulebook:
    return read_policy(POLICY)


@pytest.fixture(autouse=True)
def _judge(judge: None) -> None:
    """Every test has posts judged by their first word."""


def talk(channel: Channel, text: str, opened: datetime, **fields: Any) -> Item:
    item = bring(channel, post(text=text, author_id=f"{text} {opened} {Item.objects.count()}"))
    Item.objects.filter(pk=item.pk).update(opened_at=opened, **fields)
    return item


def told(policy: Rulebook, starts: date = MONDAY) -> Week:
    return week_report(Item.objects.all(), starts, policy=policy, now=NOW)


def line(week: Week, intent: str) -> Line:
    return next(line for line in week.lines if line.intent == intent)


def test_a_week_is_told_by_measure_with_who_is_accountable(web: Channel, policy: Rulebook) -> None:
    for hour in range(3):
        talk(web, "question where", NOW - timedelta(hours=hour))
    talk(web, "sales where to buy", NOW)
    week = told(policy)
    first, second = week.lines[:2]
    assert (first.intent, first.opened, first.department) == ("question", 3, "Customer Service")
    assert (second.measure, second.role) == ("Increase sales", "social media manager")
    assert week.opened == 4
    assert len(week.lines) == 11
    assert week.lines[-1].intent == "noise"


def test_the_week_before_is_beside_it(web: Channel, policy: Rulebook) -> None:
    talk(web, "question one", NOW)
    talk(web, "question two", NOW - timedelta(days=7))
    talk(web, "question three", NOW - timedelta(days=8))
    talk(web, "question four", NOW - timedelta(days=30))
    assert (line(told(policy), "question").opened, line(told(policy), "question").before) == (1, 2)


def test_a_week_begins_at_midnight_where_the_teams_work(web: Channel, policy: Rulebook) -> None:
    talk(web, "question late on Sunday", datetime(2026, 11, 16, 4, 59, tzinfo=UTC))
    talk(web, "question early on Monday", datetime(2026, 11, 16, 5, 0, tzinfo=UTC))
    assert (told(policy).opened, told(policy).before) == (1, 1)


def test_first_replies_are_told_by_their_median_and_their_promises(
    web: Channel, policy: Rulebook
) -> None:
    for seconds in (600, 1200, 7200):
        talk(web, "question where", NOW, reply_seconds=seconds)
    talk(web, "question late", NOW, reply_due_at=NOW - timedelta(minutes=1))
    talk(web, "question fresh", NOW, reply_due_at=NOW + timedelta(minutes=1))
    talk(web, "sales without a promise", NOW, reply_seconds=60)
    question, sales = line(told(policy), "question"), line(told(policy), "sales")
    assert (question.replied, question.reply_seconds) == (3, 1200.0)
    assert (question.in_time, question.promised) == (2, 4)
    assert (sales.replied, sales.promised) == (1, 0)


def test_what_is_done_and_what_people_moved_is_counted(web: Channel, policy: Rulebook) -> None:
    talk(web, "question done", NOW, status=Item.Status.RESOLVED)
    talk(web, "question moved", NOW, decided_by_person=True)
    found = line(told(policy), "question")
    assert (found.opened, found.open, found.handed_off) == (2, 1, 1)


def test_what_sounds_negative_is_counted_among_what_was_heard(
    web: Channel, policy: Rulebook
) -> None:
    for sentiment in ("negative", "negative", "neutral", ""):
        talk(web, "question where", NOW, sentiment=sentiment)
    found = line(told(policy), "question")
    assert (found.opened, found.heard, found.negative) == (4, 3, 2)


def test_a_week_without_talk_has_every_measure_with_nothing(policy: Rulebook, db: None) -> None:
    assert {line.opened for line in told(policy).lines} == {0}


@pytest.mark.parametrize(
    ("word", "starts"),
    [
        ("", MONDAY),
        ("2026-W47", MONDAY),
        ("2025-W01", date(2024, 12, 30)),
        ("2026-W48", None),  # to come
        ("2026-W54", None),
        ("2026-47", None),
        ("week", None),
        ("99999-W01", None),
        ("1999-W01", None),
    ],
)
def test_weeks_are_read_as_people_write_them(word: str, starts: date | None) -> None:
    assert read_week(word, today=date(2026, 11, 22)) == starts
    if word and starts:
        assert week_word(starts) == word
        assert monday_of(starts + timedelta(days=6)) == starts
