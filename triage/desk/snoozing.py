"""Snoozing: an item rests until a time, or until its author writes again."""

from datetime import datetime, timedelta

from django.utils import timezone

from triage.desk.acting import ActRefused, Status, act, act_alone, check_may_work, open_or_own
from triage.desk.claims import AT_ONCE, lease_end, settle
from triage.posts import clean
from triage.tables import Item, User

AT_MOST = timedelta(days=366)


def snooze(
    item: Item,
    user: User,
    *,
    until: datetime | None = None,
    reason: str = "",
    seen: int | None = None,
    stroke: str = "",
    now: datetime | None = None,
) -> Item:
    """Take an item out of its queue until a time; None means until its author writes again.

    A new post of its author wakes it in any case. Who had it has it still. Raises ActRefused for a
    time that has passed or is more than a year away, and where somebody else has the item.
    """
    check_may_work(item, user)
    now = now or timezone.now()
    if until is not None and not now < until <= now + AT_MOST:
        raise ActRefused("Choose a time in the future, at most a year from now.")
    return act(
        open_or_own(item, user, seen),
        item,
        user,
        event="snoozed",
        reason=clean(" ".join(reason.split()), limit=500)[0],
        stroke=stroke,
        snoozed=True,
        snoozed_until=until,
    )


def wake(item: Item, user: User, *, now: datetime | None = None) -> Item:
    """Bring a snoozed item back now. Raises ActRefused if it does not rest."""
    check_may_work(item, user)
    asleep = Item.objects.filter(pk=item.pk, queue=item.queue, snoozed=True)
    if not asleep.exists():
        raise ActRefused("It is not snoozed. Look again.")
    if item.status == Status.CLAIMED:
        until = lease_end(now or timezone.now())
        return act(asleep, item, user, event="woken", claimed_until=until)
    return act(asleep, item, user, event="woken")


def wake_due(*, now: datetime | None = None) -> int:
    """Bring back what has rested long enough -> how many. Safe to call twice at once."""
    now = now or timezone.now()
    due = Item.objects.filter(snoozed=True, snoozed_until__lte=now)
    return sum(_wake(row, now) for row in due.order_by("snoozed_until", "id")[:AT_ONCE])


def _wake(item: Item, now: datetime) -> bool:
    if item.status == Status.CLAIMED:
        settle(item, now=now)
    return act_alone(
        item,
        event="woken",
        why="Its time has come.",
        status=item.status,
        owner=item.owner,
        claimed_until=item.claimed_until,
        snoozed=False,
        snoozed_until=None,
    )
