"""Paging by key."""

from datetime import timedelta

import pytest
from django.db import connection

from tests.web.conftest import at_desk
from tests.web.desk import NOON, arrive, watch
from triage.desk.waiting import waiting_items
from triage.finding.paging import SIZE, newest_page, waiting_page
from triage.tables import Channel, Item, User

pytestmark = pytest.mark.django_db


def fill(channel: Channel, number: int, **fields: object) -> None:
    """Many items at once, with many equal times and priorities among them."""
    Item.objects.bulk_create(
        Item(
            channel=channel,
            key=f"key-{n}",
            conversation=f"c-{n}",
            queue="support",
            priority=n % 3,
            posted_at=NOON + timedelta(minutes=n % 7, microseconds=n % 2),
            text=f"text {n}",
            **fields,
        )
        for n in range(number)
    )


def walk(user: User, address: str) -> list[int]:
    """Every item of a list, page by page, as a person would go through it."""
    desk, found = at_desk(user), []
    while address:
        found_list = desk.get(address).context["list"]
        found += [row.pk for row in found_list.rows]
        address = found_list.more
    return found


def test_all_pages_together_hold_every_item_once_and_in_order(bob: User) -> None:
    fill(watch(), 3 * SIZE + 7)
    expected = Item.objects.order_by("-priority", "posted_at", "id")
    assert walk(bob, "/queue/support/") == list(expected.values_list("pk", flat=True))


def test_resolved_items_are_paged_by_when_they_were_resolved(bob: User) -> None:
    fill(watch(), 2 * SIZE + 5, status="resolved")
    for item in Item.objects.all():
        item.resolved_at = NOON + timedelta(minutes=item.pk % 11)
        item.save(update_fields=["resolved_at"])
    expected = Item.objects.order_by("-resolved_at", "-id").values_list("pk", flat=True)
    assert walk(bob, "/queue/support/?show=resolved") == list(expected)


def test_an_item_that_is_resolved_meanwhile_skips_and_doubles_nothing(bob: User) -> None:
    fill(watch(), 2 * SIZE)
    rows = Item.objects.filter(queue="support").exclude(status="resolved")
    first = waiting_page(rows)
    Item.objects.filter(pk=first.items[3].pk).update(status="resolved", resolved_at=NOON)
    second = waiting_page(rows, first.after)
    seen = {item.pk for item in first.items} & {item.pk for item in second.items}
    assert not seen
    assert len(first.items) + len(second.items) == 2 * SIZE


def test_a_page_that_is_just_full_has_no_next_one(bob: User) -> None:
    fill(watch(), SIZE)
    assert waiting_page(Item.objects.all()).after == ""


@pytest.mark.parametrize(
    "after", ["", "x", "1~2", "1~2~x", "1~9" + "9" * 40 + "~1", "~~", "1~-1~1"]
)
def test_a_key_that_cannot_be_read_begins_somewhere_sensible(bob: User, after: str) -> None:
    item = arrive()
    assert waiting_page(Item.objects.all(), after).items in ([item], [])
    assert newest_page(Item.objects.all(), "posted_at", after).items in ([item], [])
    assert at_desk(bob).get("/queue/support/", {"after": after}).status_code == 200


def test_the_lists_read_from_their_indexes(bob: User) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the planner of PostgreSQL reads small tables from end to end")
    waiting = waiting_items(Item.objects.filter(queue="support"))
    ordered = waiting.order_by("-priority", "posted_at", "id")
    level = ordered.filter(priority=2, posted_at__gte=NOON)
    done = Item.objects.filter(queue="support", status="resolved", resolved_at__isnull=False)
    for rows, index in (
        (ordered, "item_waiting (queue=?)"),
        (level, "item_waiting (queue=? AND priority=? AND posted_at>?)"),
        (ordered.filter(priority__lt=2), "item_waiting (queue=? AND priority<?)"),
        (done.order_by("-resolved_at", "-id"), "item_done (queue=? AND resolved_at>?)"),
    ):
        plan = rows[:SIZE].explain()
        assert index in plan, plan
