"""What waits for approval, in lists: a mark, a filter, a word of the search, a view."""

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.web.conftest import at_desk
from tests.web.desk import arrive, watch
from triage.back.replies import write_reply
from triage.finding.filters import Filters
from triage.finding.indexing import index_new
from triage.staff.apikeys import make_key
from triage.tables import Item, User, View
from triage.tuning.policies import put_in_force
from triage.web.lists import items_at
from triage.web.place import Place

pytestmark = pytest.mark.django_db

CAN = {"title": "X", "acts": ["reply"], "longest": 280, "counting": "weighted"}
MARK = '<span class="tag pending">Waiting for approval</span>'


def ask(user: User, text: str) -> Item:
    """An item whose answer waits for approval."""
    item = arrive(text, channel=watch(can=CAN))
    write_reply(item, user, text="Hold both buttons.", seen=item.version)
    return item


@pytest.fixture
def asked(bob: User) -> Item:
    """One whose answer waits, beside one that nobody has answered."""
    put_in_force('[approval]\nqueues = ["support"]', author=None, reason="a try")
    arrive("nobody has answered", channel=watch(can=CAN))
    return ask(bob, "how do I pair it?")


def shown(user: User, address: str) -> str:
    return at_desk(user).get(address).content.decode()


def test_a_row_says_that_its_answer_waits_and_no_other_does(asked: Item, bob: User) -> None:
    page = shown(bob, "/queue/support/")
    assert page.count(MARK) == 1
    assert MARK in page[page.index(f'<li data-item="{asked.pk}"') :].partition("</li>")[0]


def test_the_mark_goes_with_the_answer(asked: Item, bob: User) -> None:
    row = asked.outgoing.get()
    form = {"outgoing": row.pk, "seen": Item.objects.get(pk=asked.pk).version}
    at_desk(bob).post(f"/item/{asked.pk}/call-back/", form)
    assert MARK not in shown(bob, "/queue/support/")


@pytest.mark.parametrize("narrowed", ["pending=1", "q=is:pending", "q=is:pending&show=open"])
def test_a_list_is_narrowed_to_what_waits(asked: Item, bob: User, narrowed: str) -> None:
    for address in (f"/queue/support/?{narrowed}", f"/items/?{narrowed}"):
        page = shown(bob, address)
        assert "how do I pair it?" in page
        assert "nobody has answered" not in page


def test_a_minus_leaves_out_what_waits(asked: Item, bob: User) -> None:
    page = shown(bob, "/queue/support/?q=-is:pending")
    assert "nobody has answered" in page
    assert MARK not in page


def test_the_filter_has_a_tick_and_a_chip_and_is_kept_as_a_view(asked: Item, bob: User) -> None:
    page = shown(bob, "/queue/support/?pending=1&filter=1")
    assert '<input type="checkbox" name="pending" value="1" checked>' in page
    assert "<bdi>waiting for approval</bdi>" in page
    form = {"queue": "support", "show": "open", "pending": "1", "name": "To be approved"}
    at_desk(bob).post("/views/", form)
    assert View.objects.get().query == "pending=1"
    assert "To be approved" in shown(bob, "/queue/support/?pending=1")


def test_programs_narrow_a_search_to_what_waits(asked: Item, bob: User) -> None:
    client = Client(headers={"Authorization": f"Bearer {make_key(bob, name='script')}"})
    arrive("how do I pair two of them?", channel=watch(can=CAN))
    index_new()
    for asking in ("q=pair&pending=1", "q=pair is:pending"):
        found = client.get(f"/api/v1/search?{asking}").json()["items"]
        assert [hit["item"]["id"] for hit in found] == [str(asked.pk)]


def test_marks_cost_no_query_of_their_own(
    asked: Item, bob: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        ask(bob, f"how do I pair number {number}?")
    desk = at_desk(bob)
    for address in ("/queue/support/", "/queue/support/?pending=1"):
        with django_assert_max_num_queries(6):
            answer = desk.get(address)
        assert answer.content.decode().count(MARK) == 21


def test_what_waits_is_found_by_its_index(asked: Item, bob: User) -> None:
    place = Place("support", "open", Filters(pending="1"))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # so few rows would be read through
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "outgoing_pending" in items_at(bob, place, now=timezone.now()).explain()
