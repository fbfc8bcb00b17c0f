"""The numbers of the navigation, and how long polls may share them."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.web.conftest import at_desk
from tests.web.desk import arrive
from triage.desk import items
from triage.tables import User
from triage.web import counts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keep(polls_count_anew: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers are kept for as long as the test runs."""
    counts.forget_kept()
    monkeypatch.setattr(counts, "KEPT", 3600.0)


def poll(desk: Client, known: int) -> int:
    """What waits in support, as a page is told that knows the moves up to `known`."""
    answer = desk.get(f"/changes/?queue=support&show=open&since={known}&state=other")
    numbers = {link.name: link.number for link in answer.context["queue_links"]}
    return int(numbers["support"])


def test_polls_share_what_was_counted_a_moment_ago(bob: User, bella: User) -> None:
    arrive("one")
    known = counts.counts_for(bob).latest_move
    arrive("two")
    assert poll(at_desk(bella), known) == 1
    counts.forget_kept()
    assert poll(at_desk(bella), known) == 2


def test_a_page_never_reads_numbers_older_than_what_it_knows(bob: User, bella: User) -> None:
    item = arrive("one")
    counts.counts_for(bella)
    items.resolve(item, bob)
    known = item.moves.latest("id").pk
    assert poll(at_desk(bob), known) == 0


def test_a_page_that_is_loaded_is_always_counted_anew(bob: User) -> None:
    arrive("one")
    counts.counts_for(bob)
    arrive("two")
    assert counts.counts_for(bob).waiting["support"] == 2


def test_what_is_ones_own_is_never_shared(bob: User, bella: User) -> None:
    items.claim(arrive(), bob)
    known = counts.counts_for(bob).latest_move
    assert counts.counts_for(bob, known=known).mine["support"] == 1
    assert counts.counts_for(bella, known=known).mine["support"] == 0


def test_who_tunes_and_who_does_not_share_nothing(olga: User, bob: User) -> None:
    item = arrive()
    item.channel.alerts.create(kind="failing", sentence="it fails")
    known = counts.counts_for(olga).latest_move
    assert counts.counts_for(olga, known=known).alerts == 1
    assert counts.counts_for(bob, known=known).alerts == 0


def test_a_poll_that_shares_asks_the_database_little(
    bob: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    arrive()
    known = counts.counts_for(bob)
    desk = at_desk(bob)
    address = f"/changes/?queue=support&show=open&since={known.latest_move}&state={known.state}"
    desk.get(address)  # the first says that they are there, which is written
    with django_assert_max_num_queries(5):
        answer = desk.get(address)
    assert answer.status_code == 204
