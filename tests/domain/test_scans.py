"""Lists are read by index, in their order, whatever they are narrowed to: nothing is looked for
through all items, and nothing is sorted that can be long."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.web.desk import NOON, watch
from triage.finding.filters import Filters
from triage.tables import Item, User
from triage.web.lists import list_page
from triage.web.place import Place

pytestmark = pytest.mark.django_db
ITEMS = 2_000
ONLY_ORDERED = ("enable_seqscan", "enable_bitmapscan", "enable_sort", "enable_incremental_sort")
"""What PostgreSQL may take on a table this small; a large one would make it choose so by itself."""
LISTS = [
    ("", "open", {}, "item_waiting_all"),
    ("", "resolved", {}, "item_done_all"),
    ("", "all", {}, "item_newest"),
    ("support", "open", {}, "item_waiting"),
    ("support", "resolved", {}, "item_done"),
    ("support", "snoozed", {}, "item_resting"),
    ("support", "snoozed", {"channel": "1"}, "item_resting"),
    ("archive", "open", {}, "item_archived"),
    ("promo", "open", {"confidence": "unsure"}, "item_unsure"),
    ("promo", "resolved", {"confidence": "unsure"}, "item_done_unsure"),
    ("", "all", {"confidence": "unsure"}, "item_newest_unsure"),
    ("", "resolved", {"owner": "nobody"}, "item_done_nobody item_done_owner"),
    *(
        (queue, show, given, f"item_{order}_{column}")
        for column, given in {
            "channel": {"channel": "999"},
            "intent": {"intent": "event"},
            "lang": {"lang": "is"},
            "owner": {"owner": "999"},
            "sentiment": {"sentiment": "negative"},
        }.items()
        for queue, show, order in (
            ("", "open", "by"),
            ("support", "open", "by"),
            ("", "resolved", "done"),
            ("support", "resolved", "done"),
            ("", "all", "newest"),
        )
    ),
]


@pytest.fixture
def read(alice: User) -> Callable[..., str]:
    """By which index the database reads a list, with some thousand items in it."""
    _fill(alice)
    return lambda queue, show, **given: _index(_plan(alice, Place(queue, show, Filters(**given))))


def _fill(owner: User) -> None:
    channel = watch()
    Item.objects.bulk_create(
        Item(
            channel=channel,
            key=str(number),
            conversation=str(number),
            queue="support" if number % 50 == 0 else ("promo", "review", "archive")[number % 3],
            intent=("lead", "question", "feedback", "noise")[number % 4],
            status="open" if number % 5 == 0 else "resolved",
            resolved_at=None if number % 5 == 0 else NOON,
            owner=None if number % 5 == 0 else owner,
            lang="en",
            sentiment="neutral",
            posted_at=NOON,
        )
        for number in range(ITEMS)
    )
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE triage_item")
            for name in ONLY_ORDERED:
                cursor.execute(f"SET LOCAL {name} = off")


def _plan(user: User, place: Place) -> str:
    asked: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, how: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, how)

    with connection.execute_wrapper(note):
        list_page(user, place, "", now=timezone.now())
    [(sql, params)] = asked
    word = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute(f"{word} {sql}", params)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def _index(plan: str) -> str:
    """The index by which a plan reads items, or the plan where it reads them by none."""
    of_items = next((line for line in plan.splitlines() if "triage_item" in line), plan)
    found = re.search(r"\bitem_\w+", of_items)
    return found[0] if found else plan


def test_each_list_is_read_by_the_index_that_has_its_order(read: Callable[..., str]) -> None:
    used = [(*where, given, read(*where, **given)) for *where, given, _ in LISTS]
    wanted = [right.split() for *_, right in LISTS]
    wrong = [each for each, right in zip(used, wanted, strict=True) if each[-1] not in right]
    assert not wrong, "\n".join(map(str, wrong))


def test_a_department_leaves_the_order_of_the_list_to_its_index(read: Callable[..., str]) -> None:
    """Of several intents no index has the order of a list."""
    assert read("", "open", department="Marketing") == "item_waiting_all"
    assert read("", "all", department="Marketing") == "item_newest"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL orders no nulls by index")
def test_what_is_nobodys_is_read_by_index_where_the_database_can(read: Callable[..., str]) -> None:
    assert read("", "all", owner="nobody") == "item_newest_owner"
    assert read("", "open", owner="nobody") == "item_by_owner"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL counts what is there")
def test_a_short_list_is_not_looked_for_among_what_a_filter_finds(
    read: Callable[..., str],
) -> None:
    assert read("", "mine", channel="1") == "item_mine"
    assert read("support", "mine", lang="en") == "item_mine"
