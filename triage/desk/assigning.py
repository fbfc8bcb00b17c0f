"""Assigning: an item goes to somebody, because a colleague says so or because they have room."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from triage.access import may_work
from triage.desk.acting import ActRefused, Status, act, check_may_work, in_version, open_or_own
from triage.desk.claims import lease_end
from triage.desk.desks import desks_here, is_here, with_room
from triage.desk.taking import draw
from triage.desk.waiting import waiting_items
from triage.tables import Desk, Item, Move, User
from triage.vocabulary import TEAM_OF_QUEUE, Queue, Team

WAITS_FOR = timedelta(hours=8)
"""How long an item waits for somebody who is not there when they are given it."""
WORKED = (Queue.PROMO, Queue.SUPPORT, Queue.REVIEW)
AT_ONCE = 200


def assign(
    item: Item,
    user: User,
    *,
    to: User,
    seen: int | None = None,
    stroke: str = "",
    now: datetime | None = None,
) -> Item:
    """Put an item into a colleague's hands; ops may also take it out of another's.

    It waits there as a claim does, or eight hours for somebody who is not there now. Raises
    ActRefused for a colleague who does not work in its queue, and where somebody else has it.
    """
    check_may_work(item, user)
    now = now or timezone.now()
    if not to.is_active or not may_work(to, item.queue):
        raise ActRefused(f"{to.shown_name} does not work the {item.queue} queue.")
    rows = open_or_own(item, user, seen)
    if user.in_team(Team.OPS):
        held = Item.objects.filter(pk=item.pk, queue=item.queue).exclude(status=Status.RESOLVED)
        rows = in_version(held, seen)
    there = is_here(to.pk, now=now)
    return act(
        rows,
        item,
        user,
        event="assigned",
        reason=f"to {to.shown_name}",
        stroke=stroke,
        status=Status.CLAIMED,
        owner=to,
        claimed_until=lease_end(now) if there else now + WAITS_FOR,
    )


def colleagues(queue: str) -> list[User]:
    """Whom an item of a queue can be given to, by name."""
    people = User.objects.filter(is_active=True).order_by("first_name", "username")
    return [user for user in people if may_work(user, queue)]


def assign_waiting(*, now: datetime | None = None) -> int:
    """Give what waits to those who are there, want to be given work and have room -> how many.

    Each gets one item a round, the emptiest hands first, until nothing waits or nobody has room.
    """
    now = now or timezone.now()
    given = 0
    while given < AT_ONCE and _something_waits():
        round_given = sum(_give_next(desk, now) for desk in with_room(desks_here(now=now)))
        given += round_given
        if not round_given:
            break
    return given


def _something_waits() -> bool:
    """Asked first, because looking for an item to give takes a lock."""
    free = Item.objects.filter(queue__in=WORKED, status=Status.OPEN)
    return waiting_items(free).exists()


def _give_next(desk: Desk, now: datetime) -> bool:
    """One item for one person. Their desk is locked, so that two rounds at once give one each."""
    with transaction.atomic():
        Desk.objects.select_for_update(no_key=True).get(pk=desk.pk)
        if not with_room(Desk.objects.filter(pk=desk.pk)).exists():
            return False
        user = desk.user
        return any(
            draw(queue, user=user, event="assigned", by=Move.By.RULE, now=now)
            for queue in queues_of(user)
        )


def queues_of(user: User) -> tuple[Queue, ...]:
    """The queues whose items a person is given: those of their own teams."""
    return tuple(queue for queue in WORKED if TEAM_OF_QUEUE[queue] in user.teams)
