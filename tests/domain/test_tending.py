"""The ticks that tend the desks: what nobody is at comes back, and goes to who is there."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.domain.making import bring, post
from triage.desk.claims import claim
from triage.desk.desks import be_here, set_up_desk
from triage.desk.items import resolve
from triage.desk.presence import look
from triage.desk.snoozing import snooze
from triage.tables import Channel, Deed, Item, Presence, User
from workers import tasks
from workers.schedule import SCHEDULE, TASK_QUEUES

pytestmark = pytest.mark.usefixtures("judge")


def test_one_tick_brings_back_and_gives_out(web: Channel, bob: User, olga: User) -> None:
    left, rested = (bring(web, post(str(n), author_id=f"u{n}")) for n in range(2))
    past = timezone.now() - timedelta(hours=2)
    claim(left, olga, now=past)
    snooze(rested, olga, until=past + timedelta(hours=1), now=past)
    be_here(bob)
    set_up_desk(bob, takes_work=True)
    tasks.tend_desks()
    assert {item.owner for item in Item.objects.all()} == {bob}
    tasks.tend_desks()
    assert Item.objects.filter(owner=bob, status="claimed").count() == 2


def test_what_nobody_needs_any_more_is_deleted(web: Channel, bob: User) -> None:
    item = bring(web, post("1"))
    look(item, bob)
    resolve(item, bob)
    tasks.tidy_desks()
    assert (Presence.objects.count(), Deed.objects.count()) == (1, 1)
    old = timezone.now() - timedelta(hours=1)
    Presence.objects.update(at=old)
    Deed.objects.update(at=old)
    tasks.tidy_desks()
    assert (Presence.objects.count(), Deed.objects.count()) == (0, 0)


def test_both_ticks_are_in_the_table_of_times() -> None:
    rung = {entry["task"] for entry in SCHEDULE.values()}
    for task in (tasks.tend_desks, tasks.tidy_desks):
        assert task.name in rung
        assert task.name in TASK_QUEUES
