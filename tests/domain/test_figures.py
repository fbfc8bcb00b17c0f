"""Figures: how soon a week's conversations were answered and done, group by group."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.domain.making import bring, post
from triage.tables import Channel, Item, Move, Outgoing, User
from triage.times.figures import Figures, each_conversation, flat, response_figures
from triage.times.reports import week_report
from triage.times.tallies import Took, ninth_decile
from triage.tuning.policy import Rulebook, read_policy

MONDAY = date(2026, 11, 16)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
POLICY = """
[[targets]]
queue = "support"
first_reply = "1h"
resolution = "4h"
"""
HOUR = 3600


@pytest.fixture
def policy() -> Rulebook:
    return read_policy(POLICY)


@pytest.fixture(autouse=True)
def _judge(judge: None) -> None:
    """Every test has posts judged by their first word."""


def talk(channel: Channel, text: str = "question where", **fields: Any) -> Item:
    item = bring(channel, post(text=text, author_id=f"writer {Item.objects.count()}"))
    values = {"opened_at": NOW, "reply_due_at": None, "resolve_due_at": None} | fields
    Item.objects.filter(pk=item.pk).update(**values)
    return item


def told(policy: Rulebook, **more: Any) -> list[Figures]:
    return response_figures(Item.objects.all(), MONDAY, policy=policy, now=NOW, **more)


def group(found: Iterable[Figures], name: str) -> dict[str, Figures]:
    return {row.name: row for row in found if row.group == name}


def test_times_and_promises_are_told_for_all_and_for_each_group(
    web: Channel, policy: Rulebook
) -> None:
    for hours in (0.5, 1, 2):
        talk(web, reply_seconds=hours * HOUR, resolve_seconds=2 * hours * HOUR)
    talk(web, reply_due_at=NOW - timedelta(minutes=1))
    talk(web, reply_due_at=NOW + timedelta(minutes=1))
    talk(web, "sales where to buy", reply_seconds=60)
    found = told(policy)
    support = group(found, "queue")["support"]
    assert support.conversations == 5
    assert support.reply == Took(3, HOUR, pytest.approx(1.8 * HOUR), 2, 4)
    assert support.resolution == Took(3, 2 * HOUR, pytest.approx(3.6 * HOUR), 3, 3)
    assert group(found, "queue")["promo"].reply == Took(1, 60.0, 60.0, 0, 0)
    assert group(found, "all")[""].conversations == 6
    assert list(group(found, "intent")) == ["question", "sales"]
    assert group(found, "department")["Customer Service"].reply == support.reply
    assert sum(row.conversations for row in group(found, "priority").values()) == 6
    assert not group(found, "person")


def test_the_report_by_measure_says_the_same(web: Channel, policy: Rulebook) -> None:
    for hours in (0.5, 1, 2):
        talk(web, reply_seconds=hours * HOUR)
    talk(web, "sales late", reply_due_at=NOW - timedelta(minutes=1))
    week = week_report(Item.objects.all(), MONDAY, policy=policy, now=NOW)
    lines = {line.intent: line for line in week.lines if line.opened}
    rows = group(told(policy), "intent")
    assert lines.keys() == rows.keys()
    for intent, line in lines.items():
        reply = rows[intent].reply
        assert (line.reply_seconds, line.replied) == (reply.median, reply.number)
        assert (line.in_time, line.promised) == (reply.kept, reply.promised)


def moved(item: Item, event: str, hours: float, user: User | None = None) -> None:
    Move.objects.create(
        item=item, event=event, target="support", by="person", user=user,
        at=NOW + timedelta(hours=hours),
    )  # fmt: skip


def replied(item: Item, user: User, hours: float) -> None:
    assert item.latest_post is not None
    Outgoing.objects.create(
        channel=item.channel, item=item, post=item.latest_post, act="reply", user=user,
        state=Outgoing.State.SENT, sent_at=NOW + timedelta(hours=hours),
    )  # fmt: skip


def test_people_are_told_apart_by_who_sent_the_first_reply_and_who_ended_it(
    web: Channel, policy: Rulebook, alice: User, bob: User
) -> None:
    item = talk(web, reply_seconds=HOUR, resolve_seconds=3 * HOUR)
    Move.objects.filter(item=item).update(at=NOW)
    replied(item, alice, 1)
    replied(item, bob, 2)
    moved(item, "resolved", 3, bob)
    people = group(told(policy, people=True), "person")
    assert (people["alice"].reply.number, people["alice"].resolution.number) == (1, 0)
    assert (people["bob"].reply.number, people["bob"].resolution.number) == (0, 1)
    assert people["bob"].resolution.kept == 1


def test_after_a_reopening_the_first_reply_is_that_of_the_new_round(
    web: Channel, policy: Rulebook, alice: User, bob: User
) -> None:
    item = talk(web, reply_seconds=HOUR)
    Move.objects.filter(item=item).update(at=NOW)
    replied(item, alice, 1)
    moved(item, "resolved", 2, alice)
    moved(item, "reopened", 10, alice)
    replied(item, bob, 11)
    people = group(told(policy, people=True), "person")
    assert list(people) == ["bob"]


def test_a_week_without_talk_is_one_row_of_nothing(policy: Rulebook, db: None) -> None:
    assert told(policy) == [
        Figures("all", "", 0, Took(0, None, None, 0, 0), Took(0, None, None, 0, 0))
    ]


def test_the_figures_cost_three_queries_at_any_size(
    web: Channel,
    policy: Rulebook,
    alice: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(12):
        replied(talk(web, reply_seconds=60), alice, 1)
    with django_assert_num_queries(3):
        told(policy, people=True)


def test_the_rows_behind_the_figures_are_told_one_by_one(web: Channel, policy: Rulebook) -> None:
    first = talk(web, reply_seconds=2 * HOUR, opened_at=NOW - timedelta(hours=3))
    second = talk(web, reply_due_at=NOW + timedelta(hours=1))
    talk(web, opened_at=NOW - timedelta(days=30))
    rows = list(each_conversation(Item.objects.all(), MONDAY, policy=policy, now=NOW))
    assert [row["id"] for row in rows] == [first.pk, second.pk]
    assert [(row["reply_seconds"], row["reply_kept"]) for row in rows] == [
        (2 * HOUR, False),
        (None, None),
    ]
    assert rows[0]["department"] == "Customer Service"


@pytest.mark.parametrize(
    ("took", "value"), [([7], 7), ([0, 10], 9), ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 9)]
)
def test_the_ninth_decile_lies_between_its_neighbours(took: list[int], value: float) -> None:
    assert ninth_decile(took) == value


def test_a_row_of_an_export_names_every_figure(web: Channel, policy: Rulebook) -> None:
    talk(web, reply_seconds=60)
    row = flat(told(policy)[0])
    assert list(row) == [
        "group", "name", "conversations",
        "reply_number", "reply_median", "reply_p90", "reply_kept", "reply_promised",
        "resolution_number", "resolution_median", "resolution_p90", "resolution_kept",
        "resolution_promised",
    ]  # fmt: skip
    assert (row["group"], row["reply_median"], row["resolution_median"]) == ("all", 60.0, None)
