"""Claims: an item is in somebody's hands for as long as they are at it.

A claim is a lease. The owner's open page renews it; when it runs out the item goes back to its
queue, so that nothing waits for somebody who has gone.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from triage.desk.acting import (
    ActRefused,
    Status,
    act,
    act_alone,
    check_may_work,
    in_version,
    reason_of,
)
from triage.desk.desks import is_here
from triage.desk.pending import without_pending
from triage.tables import Item, User
from triage.vocabulary import Team

RENEWED_AFTER = timedelta(minutes=1)
AT_ONCE = 500


def lease_end(now: datetime) -> datetime:
    """Until when a claim stands that is made or renewed now."""
    return now + timedelta(minutes=settings.ENVIRONMENT.claim_minutes)


def claim(
    item: Item,
    user: User,
    *,
    seen: int | None = None,
    stroke: str = "",
    now: datetime | None = None,
) -> Item:
    """Take an item, so that colleagues see who answers. Raises ActRefused if somebody has it."""
    check_may_work(item, user)
    now = now or timezone.now()
    lapsed = Q(status=Status.CLAIMED, claimed_until__lte=now)
    free = Item.objects.filter(Q(status=Status.OPEN) | lapsed, pk=item.pk, queue=item.queue)
    return act(
        in_version(free, seen),
        item,
        user,
        event="claimed",
        stroke=stroke,
        status=Status.CLAIMED,
        owner=user,
        claimed_until=lease_end(now),
    )


def release(item: Item, user: User, *, seen: int | None = None, stroke: str = "") -> Item:
    """Give an item back to its queue. Raises ActRefused if it is not this person's; ops may give
    back anybody's."""
    held = Item.objects.filter(pk=item.pk, status=Status.CLAIMED)
    if not user.in_team(Team.OPS):
        held = held.filter(owner=user)
    return act(
        in_version(held, seen),
        item,
        user,
        event="released",
        stroke=stroke,
        status=Status.OPEN,
        owner=None,
    )


def keep_claim(item: Item, user: User, *, now: datetime | None = None) -> bool:
    """Renew a person's lease, as their open page asks -> whether the item is still theirs.

    Writes at most once a minute, and never shortens a lease.
    """
    now = now or timezone.now()
    own = Item.objects.filter(pk=item.pk, status=Status.CLAIMED, owner=user)
    held = own.values("claimed_until", "snoozed").first()
    if held is None:
        return False
    until = held["claimed_until"]
    if held["snoozed"] or (until and until > lease_end(now) - RENEWED_AFTER):
        return True
    return own.filter(snoozed=False).update(claimed_until=lease_end(now)) == 1


def take_over(item: Item, user: User, *, reason: str, now: datetime | None = None) -> Item:
    """Take an item out of a colleague's hands: once the lease has run out; ops at any time.

    Raises ActRefused without a reason, and where the colleague is still at it.
    """
    check_may_work(item, user)
    now = now or timezone.now()
    why = reason_of(
        reason, asked="Give a short reason for taking it over. The current owner will see it."
    )
    held = Item.objects.filter(pk=item.pk, queue=item.queue, status=Status.CLAIMED)
    held = held.exclude(owner=user)
    if not user.in_team(Team.OPS):
        held = held.filter(Q(claimed_until=None) | Q(claimed_until__lte=now))
        _check_has_lapsed(item, user, now)
    return act(
        held,
        item,
        user,
        event="taken_over",
        reason=why,
        status=Status.CLAIMED,
        owner=user,
        claimed_until=lease_end(now),
    )


def _check_has_lapsed(item: Item, user: User, now: datetime) -> None:
    held = Item.objects.filter(pk=item.pk, status=Status.CLAIMED, claimed_until__gt=now)
    row = held.exclude(owner=user).select_related("owner").first()
    if row and row.claimed_until and row.owner:
        at = timezone.localtime(row.claimed_until)
        raise ActRefused(
            f"{row.owner.shown_name} is working on it until {at:%H:%M}. "
            "Ask them to release it, or ask ops."
        )


def return_lapsed(*, now: datetime | None = None) -> int:
    """Give items back whose owner's lease has run out -> how many. Safe to call twice at once.

    Whoever waits for approval of their answer has to wait, not to be there.
    """
    now = now or timezone.now()
    lapsed = Item.objects.filter(status=Status.CLAIMED, snoozed=False, claimed_until__lte=now)
    rows = without_pending(lapsed).select_related("owner").order_by("claimed_until", "id")[:AT_ONCE]
    return sum(_return(row) for row in rows)


def _return(item: Item) -> bool:
    who = item.owner.shown_name if item.owner else "Its owner"
    return act_alone(
        item,
        event="lapsed",
        only=Q(claimed_until=item.claimed_until),  # a renewal leaves the version as it is
        why=f"{who} was no longer working on it.",
        status=Status.OPEN,
        owner=None,
        claimed_until=None,
    )


def settle(item: Item, *, now: datetime) -> None:
    """Put an item that comes back into its owner's hands if they are there, else into its queue.

    The item is changed, not saved.
    """
    item.snoozed, item.snoozed_until, item.resolved_at = False, None, None
    if item.owner_id and is_here(item.owner_id, now=now):
        item.status, item.claimed_until = Status.CLAIMED, lease_end(now)
    else:
        item.status, item.owner, item.claimed_until = Status.OPEN, None, None
