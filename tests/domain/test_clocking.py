"""Clocking: the rows say what the history comes to, whoever acted, on either database."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from tests.domain.making import bring, later, post
from triage.desk import items, snoozing
from triage.tables import Channel, Item, Move, Outgoing, Policy, User
from triage.times.clocking import clock_changed
from triage.tuning.policies import adopt_file

HOUR = 3600


@pytest.fixture
def item(web: Channel, judge: None) -> Item:
    """A question to the support team: two hours for the first reply, a day for the end."""
    found = bring(web, post(text="question where is it"))
    assert found.queue == "support"
    return found


def clocked(item: Item) -> Item:
    clock_changed()
    item.refresh_from_db()
    assert item.clocked_version == item.version
    return item


def moved_back(item: Item, hours: float) -> None:
    """Let everything that has happened to an item have happened earlier."""
    for move in Move.objects.filter(item=item):
        Move.objects.filter(pk=move.pk).update(at=move.at - timedelta(hours=hours))
    Item.objects.filter(pk=item.pk).update(clocked_version=0)


def test_a_new_item_is_due_by_the_policy(item: Item) -> None:
    placed = Move.objects.get(item=item).at
    now = clocked(item)
    assert now.reply_due_at == placed + timedelta(hours=2)
    assert now.resolve_due_at == placed + timedelta(hours=24)
    assert (now.due_at, now.warn_at) == (now.reply_due_at, placed + timedelta(hours=1.5))


def test_a_reply_that_left_ends_the_wait(item: Item, bob: User) -> None:
    moved_back(item, hours=1)
    assert item.latest_post is not None
    Outgoing.objects.create(
        channel=item.channel, item=item, post=item.latest_post, act="reply", user=bob,
        state=Outgoing.State.SENT, sent_at=timezone.now(),
    )  # fmt: skip
    now = clocked(item)
    assert now.reply_seconds == pytest.approx(HOUR, abs=60)
    assert now.due_at == now.resolve_due_at


def test_a_resolved_item_is_not_due_and_keeps_its_figure_until_it_opens_again(
    item: Item, bob: User
) -> None:
    moved_back(item, hours=3)
    done = clocked(items.resolve(item, bob))
    assert done.due_at is None
    assert done.resolve_seconds == pytest.approx(3 * HOUR, abs=60)
    again = clocked(items.reopen(done, bob))
    assert again.resolve_seconds is None
    assert again.due_at is not None
    assert again.due_at > timezone.now() + timedelta(hours=1.9)


def test_a_snooze_takes_the_end_away_until_it_wakes(item: Item, bob: User) -> None:
    asleep = clocked(snoozing.snooze(item, bob))
    assert asleep.resolve_due_at is None
    assert asleep.reply_due_at is not None
    assert clocked(snoozing.wake(asleep, bob)).resolve_due_at is not None


def test_a_hand_off_keeps_the_start_and_takes_the_promise_of_the_new_queue(
    item: Item, bob: User
) -> None:
    placed = Move.objects.get(item=item).at
    now = clocked(items.hand_off(item, bob, to="promo", reason="they want to sponsor us"))
    assert now.reply_due_at == placed + timedelta(hours=24)
    assert now.resolve_due_at is None


def test_a_follow_up_does_not_restart_the_wait(item: Item, web: Channel) -> None:
    due = clocked(item).reply_due_at
    bring(web, post(text="question hello?", created_at=later(30)))
    assert clocked(item).reply_due_at == due


def test_what_has_not_changed_is_not_looked_at_again(item: Item) -> None:
    assert item.clocked_version == item.version
    assert clock_changed() == 0


def test_another_policy_has_every_open_item_clocked_anew(item: Item, tmp_path: Path) -> None:
    clocked(item)
    other = tmp_path / "policy.toml"
    text = Policy.objects.get(in_force=True).text
    other.write_text(text.replace('first_reply = "2h"', 'first_reply = "30m"'), encoding="utf-8")
    adopt_file(other)
    placed = Move.objects.get(item=item).at
    assert clocked(item).reply_due_at == placed + timedelta(minutes=30)
