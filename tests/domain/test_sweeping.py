"""Sweeping many items, and undoing what was just done."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from tests.domain.making import bring, later, post, tags_of
from triage.desk.acting import ActRefused
from triage.desk.assigning import assign
from triage.desk.claims import claim
from triage.desk.items import hand_off, resolve
from triage.desk.snoozing import snooze
from triage.desk.sweeping import sweep
from triage.desk.tagging import tag
from triage.desk.undoing import forget_deeds, last_stroke, undo
from triage.tables import Channel, Deed, Item, Lesson, Move, User
from triage.vocabulary import Team

pytestmark = pytest.mark.usefixtures("judge")
STATE = ("queue", "status", "owner", "intent", "priority", "why", "snoozed", "resolved_at")


@pytest.fixture
def items(web: Channel) -> list[Item]:
    """Three questions of three people in the support queue."""
    return [bring(web, post(str(n), author_id=f"u{n}")) for n in range(3)]


@pytest.fixture
def eve(db: None) -> User:
    """Bob's colleague in the community team."""
    return User.objects.create(username="eve", first_name="Eve", teams=[Team.COMMUNITY])


def seen(items: list[Item]) -> dict[int, int]:
    return {item.pk: item.version for item in items}


def state(items: list[Item]) -> list[tuple[object, ...]]:
    rows = Item.objects.filter(pk__in=seen(items)).order_by("id")
    return list(rows.values_list(*STATE))


def statuses(items: list[Item]) -> list[str]:
    return [Item.objects.get(pk=item.pk).status for item in items]


def test_an_act_is_done_to_every_item(items: list[Item], bob: User) -> None:
    swept = sweep(bob, resolve, seen(items))
    assert swept.done == tuple(seen(items))
    assert not swept.refused
    assert statuses(items) == ["resolved"] * 3


def test_what_has_changed_stays_and_says_why(items: list[Item], bob: User, eve: User) -> None:
    shown = seen(items)
    claim(items[0], eve)
    tag(items[1], bob, name="vip")
    items[2].delete()
    swept = sweep(bob, resolve, {**shown, 10**9: 1})
    assert swept.done == (items[1].pk,)
    assert [why for _, why in swept.refused] == [
        "Eve has claimed it.",
        "This item no longer exists.",
        "This item no longer exists.",
    ]


def test_an_item_in_another_version_is_left_alone(
    web: Channel, items: list[Item], bob: User
) -> None:
    shown = seen(items)
    bring(web, post("9", conversation="0", author_id="u0", created_at=later(3)))
    swept = sweep(bob, partial(hand_off, to="promo", reason="x"), shown)
    assert swept.done == (items[1].pk, items[2].pk)
    assert swept.refused[0][1].startswith("It has changed since you opened it.")


def test_each_kind_of_act_can_be_swept_and_undone(items: list[Item], bob: User, eve: User) -> None:
    before = state(items)
    for act in (
        claim,
        resolve,
        partial(assign, to=eve),
        partial(snooze, until=timezone.now() + timedelta(hours=1)),
        partial(hand_off, to="promo", reason="wants to buy"),
        partial(tag, name="vip"),
    ):
        now = [Item.objects.get(pk=item.pk) for item in items]
        swept = sweep(bob, act, seen(now))
        assert len(swept.done) == 3, swept
        assert undo(bob, swept.stroke).done == swept.done
        assert state(items) == before
    assert not any(tags_of(item) for item in items)
    assert not Lesson.objects.exists(), "what was taken back teaches nothing"
    assert Move.objects.filter(event="undone").count() == 18


@pytest.mark.parametrize("number", [0, 201])
def test_none_and_too_many_are_refused(bob: User, number: int) -> None:
    with pytest.raises(ActRefused, match="Select at"):
        sweep(bob, resolve, dict.fromkeys(range(number), 1))


# Undoing


def test_the_last_act_can_be_undone_for_ten_minutes(items: list[Item], bob: User) -> None:
    before = state(items)
    resolve(items[0], bob)
    stroke = last_stroke(bob)
    assert stroke is not None
    assert (stroke.event, stroke.items) == ("resolved", (items[0].pk,))
    late = timezone.now() + timedelta(minutes=10)
    assert last_stroke(bob, now=late) is None
    with pytest.raises(ActRefused, match="Nothing to undo"):
        undo(bob, stroke.stroke, now=late)
    assert undo(bob, stroke.stroke).done == (items[0].pk,)
    assert state(items) == before
    assert last_stroke(bob) is None
    with pytest.raises(ActRefused, match="Nothing to undo"):
        undo(bob, stroke.stroke)


def test_a_claimed_item_comes_back_as_a_claim(items: list[Item], bob: User) -> None:
    resolve(claim(items[0], bob), bob)
    stroke = last_stroke(bob)
    assert stroke is not None
    undo(bob, stroke.stroke)
    item = Item.objects.get(pk=items[0].pk)
    assert (item.status, item.owner) == ("claimed", bob)
    assert item.claimed_until is not None
    assert item.claimed_until > timezone.now()


def test_what_has_gone_on_since_is_not_undone(web: Channel, items: list[Item], bob: User) -> None:
    stroke = sweep(bob, resolve, seen(items)).stroke
    bring(web, post("9", conversation="0", author_id="u0", created_at=later(3)))
    undone = undo(bob, stroke)
    assert undone.done == (items[1].pk, items[2].pk)
    assert undone.refused == ((items[0].pk, "It has changed since, so it was left as is."),)
    assert Item.objects.get(pk=items[0].pk).version == items[0].version + 2


def test_nobody_undoes_what_another_did(items: list[Item], bob: User, olga: User) -> None:
    stroke = sweep(bob, resolve, seen(items)).stroke
    with pytest.raises(ActRefused, match="Nothing to undo"):
        undo(olga, stroke)


def test_what_can_be_undone_no_more_is_forgotten(items: list[Item], bob: User) -> None:
    resolve(items[0], bob)
    assert forget_deeds() == 0
    assert forget_deeds(now=timezone.now() + timedelta(minutes=11)) == 1
    assert not Deed.objects.exists()
