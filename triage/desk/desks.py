"""Desks: who is there, and how much somebody takes at once."""

from datetime import datetime, timedelta

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from triage.desk.acting import ActRefused
from triage.tables import Desk, Item, User

HERE_FOR = timedelta(minutes=2)
"""After the last sign of an open page; browsers let a page in the background speak each minute."""
BETWEEN_SIGNS = timedelta(seconds=30)
AT_MOST = 100


def be_here(user: User, *, now: datetime | None = None) -> None:
    """Note that a person's page is open. Writes at most once in half a minute."""
    now = now or timezone.now()
    desk = Desk.objects.filter(user=user).values("seen_at").first()
    if desk is None:
        Desk.objects.get_or_create(user=user, defaults={"seen_at": now})
    elif desk["seen_at"] is None or desk["seen_at"] < now - BETWEEN_SIGNS:
        Desk.objects.filter(user=user).update(seen_at=now)


def is_here(user_id: int | None, *, now: datetime) -> bool:
    """Whether somebody is there to be given an item."""
    return user_id is not None and desks_here(now=now).filter(user=user_id).exists()


def desks_here(*, now: datetime) -> QuerySet[Desk]:
    """The desks of those who are there."""
    here = Desk.objects.filter(seen_at__gte=now - HERE_FOR, away=False, user__is_active=True)
    return here.select_related("user")


def with_room(desks: QuerySet[Desk]) -> QuerySet[Desk]:
    """Those who want to be given items and have room for one more, the emptiest hands first."""
    in_hand = Item.objects.filter(
        owner=OuterRef("user"), status=Item.Status.CLAIMED, snoozed=False
    ).order_by()
    load = Subquery(in_hand.values("owner").annotate(n=Count("id")).values("n"))
    desks = desks.annotate(load=Coalesce(load, 0)).filter(takes_work=True)
    return desks.filter(load__lt=F("capacity")).order_by("load", "id")


def desk_of(user: User) -> Desk:
    """A person's desk, made on first use."""
    return Desk.objects.get_or_create(user=user)[0]


def set_up_desk(
    user: User,
    *,
    capacity: int | None = None,
    takes_work: bool | None = None,
    away: bool | None = None,
) -> Desk:
    """Change what is given, leave the rest. Raises ActRefused for an impossible capacity."""
    if capacity is not None and not 0 <= capacity <= AT_MOST:
        raise ActRefused(f"Choose between 0 and {AT_MOST} items at a time.")
    desk = desk_of(user)
    given = {"capacity": capacity, "takes_work": takes_work, "away": away}
    changes = {name: value for name, value in given.items() if value is not None}
    for name, value in changes.items():
        setattr(desk, name, value)
    if changes:
        desk.save(update_fields=list(changes))
    return desk
