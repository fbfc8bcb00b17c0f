"""Snoozing: out of the queue until a time or an answer, and back again."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from tests.domain.making import bring, later, post
from triage.desk.acting import ActRefused
from triage.desk.claims import claim, return_lapsed
from triage.desk.desks import be_here
from triage.desk.snoozing import snooze, wake, wake_due
from triage.finding.showing import queue_items
from triage.tables import Channel, Item, Move, User
from triage.vocabulary import Team

pytestmark = pytest.mark.usefixtures("judge")
NOW = timezone.now()
HOUR = timedelta(hours=1)


@pytest.fixture
def item(web: Channel) -> Item:
    """A question of Ann's in the support queue."""
    return bring(web, post("1", conversation="c"))


def fresh(item: Item) -> Item:
    return Item.objects.get(pk=item.pk)


def waits(item: Item) -> bool:
    return item in queue_items("support", None)


def test_a_snoozed_item_is_not_in_its_queue_until_its_time(item: Item, bob: User) -> None:
    snooze(item, bob, until=NOW + HOUR, reason=" the shop opens ", now=NOW)
    assert not waits(item)
    assert fresh(item).status == "open"
    move = Move.objects.latest("id")
    assert (move.event, move.user, move.why) == ("snoozed", bob, "the shop opens")
    assert wake_due(now=NOW + HOUR - timedelta(seconds=1)) == 0
    assert wake_due(now=NOW + HOUR) == 1
    assert waits(item)
    assert (Move.objects.latest("id").event, fresh(item).snoozed_until) == ("woken", None)
    assert wake_due(now=NOW + HOUR) == 0


@pytest.mark.parametrize("until", [NOW + HOUR, None])
def test_an_answer_wakes_it_at_once(
    web: Channel, item: Item, bob: User, until: datetime | None
) -> None:
    snooze(item, bob, until=until, now=NOW)
    assert wake_due(now=NOW + HOUR - timedelta(seconds=1)) == 0
    bring(web, post("2", conversation="c", created_at=later(5)))
    assert waits(item)
    assert Move.objects.latest("id").event == "joined"


def test_without_a_time_only_an_answer_wakes_it(item: Item, bob: User) -> None:
    snooze(item, bob, now=NOW)
    assert wake_due(now=NOW + timedelta(days=3650)) == 0
    assert not waits(item)


@pytest.mark.parametrize("there", [True, False])
def test_a_claimed_item_wakes_in_its_owner_s_hands_if_they_are_there(
    item: Item, bob: User, there: bool
) -> None:
    snooze(claim(item, bob, now=NOW), bob, until=NOW + HOUR, now=NOW)
    assert (fresh(item).owner, fresh(item).claimed_until) == (bob, None)
    assert return_lapsed(now=NOW + HOUR) == 0, "a lease does not run while the item rests"
    if there:
        be_here(bob, now=NOW + HOUR)
    assert wake_due(now=NOW + HOUR) == 1
    expected = ("claimed", bob) if there else ("open", None)
    assert (fresh(item).status, fresh(item).owner) == expected


def test_an_item_is_woken_by_hand(item: Item, bob: User) -> None:
    with pytest.raises(ActRefused, match="It is not snoozed"):
        wake(item, bob)
    snooze(item, bob)
    assert not wake(fresh(item), bob).snoozed
    assert waits(item)


@pytest.mark.parametrize("until", [NOW, NOW - HOUR, NOW + timedelta(days=400)])
def test_a_time_that_makes_no_sense_is_refused(item: Item, bob: User, until: datetime) -> None:
    with pytest.raises(ActRefused, match="Choose a time in the future, at most a year from now"):
        snooze(item, bob, until=until, now=NOW)
    assert waits(item)


def test_what_somebody_else_has_is_not_snoozed(item: Item, bob: User, alice: User) -> None:
    claim(item, User.objects.create(username="eve", first_name="Eve", teams=[Team.COMMUNITY]))
    with pytest.raises(ActRefused, match="Eve has claimed it"):
        snooze(item, bob)
    with pytest.raises(ActRefused, match="Your team does not work the support queue"):
        snooze(item, alice)
