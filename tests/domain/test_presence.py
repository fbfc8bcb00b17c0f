"""Presence and desks: who looks, who types, who is there."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from tests.domain.making import bring, post
from triage.desk.acting import ActRefused
from triage.desk.desks import be_here, desk_of, is_here, set_up_desk
from triage.desk.presence import Viewer, forget_looks, leave, look, seen_by
from triage.tables import Channel, Item, Presence, User

pytestmark = pytest.mark.usefixtures("judge")
NOW = timezone.now()


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def item(web: Channel) -> Item:
    return bring(web, post("1"))


def test_colleagues_see_who_looks_and_who_types(item: Item, bob: User, olga: User) -> None:
    look(item, bob, now=NOW)
    look(item, olga, typing=True, now=NOW)
    expected = (Viewer(olga.pk, "Olga", True), Viewer(bob.pk, "Bob", False))
    assert seen_by(item, now=after(1)) == expected
    assert seen_by(item, besides=olga, now=after(1)) == expected[1:]


def test_who_has_gone_is_seen_for_twenty_seconds_at_most(item: Item, bob: User) -> None:
    look(item, bob, now=NOW)
    assert seen_by(item, now=after(19))
    assert not seen_by(item, now=after(20))
    assert forget_looks(now=after(21)) == 1


def test_who_closes_an_item_is_not_seen_any_more(item: Item, bob: User) -> None:
    look(item, bob, now=NOW)
    leave(item, bob)
    assert not seen_by(item, now=NOW)


def test_looking_writes_once_in_ten_seconds(
    item: Item, bob: User, django_assert_num_queries: Callable[[int], object]
) -> None:
    look(item, bob, now=NOW)
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        look(item, bob, now=after(9))
    look(item, bob, now=after(10))
    assert Presence.objects.get().at == after(10)


def test_typing_is_seen_at_once(item: Item, bob: User) -> None:
    look(item, bob, now=NOW)
    look(item, bob, typing=True, now=after(1))
    assert seen_by(item, now=after(1))[0].typing
    look(item, bob, now=after(12))
    assert not seen_by(item, now=after(12))[0].typing


def test_somebody_is_here_as_long_as_their_page_says_so(bob: User) -> None:
    assert not is_here(bob.pk, now=NOW)
    be_here(bob, now=NOW)
    assert is_here(bob.pk, now=after(110))
    be_here(bob, now=after(110))
    assert is_here(bob.pk, now=after(220))
    assert not is_here(bob.pk, now=after(300))


def test_who_is_away_is_not_here(bob: User) -> None:
    be_here(bob, now=NOW)
    set_up_desk(bob, away=True)
    assert not is_here(bob.pk, now=NOW)
    set_up_desk(bob, away=False)
    assert is_here(bob.pk, now=NOW)


def test_a_desk_is_changed_only_where_something_is_given(bob: User) -> None:
    set_up_desk(bob, capacity=3)
    desk = set_up_desk(bob, takes_work=True)
    assert (desk.capacity, desk.takes_work, desk.away) == (3, True, False)
    with pytest.raises(ActRefused, match="Choose between 0 and 100 items at a time"):
        set_up_desk(bob, capacity=101)
    assert desk_of(bob).capacity == 3
