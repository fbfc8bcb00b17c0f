"""Presence: who has an item on their screen now, and who types an answer to it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from triage.tables import Item, Presence, User

SEEN_FOR = timedelta(seconds=20)
BETWEEN_WRITES = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Viewer:
    """A colleague at an item."""

    user_id: int
    name: str
    typing: bool


def look(item: Item, user: User, *, typing: bool = False, now: datetime | None = None) -> None:
    """Note that somebody looks at an item; their page says so every few seconds.

    Writes once in ten seconds, and at once when they begin to type.
    """
    now = now or timezone.now()
    last = Presence.objects.filter(item=item, user=user).values("at", "typing").first()
    if last is None:
        values = {"at": now, "typing": typing}
        Presence.objects.get_or_create(item=item, user=user, defaults=values)
    elif last["at"] <= now - BETWEEN_WRITES or (typing and not last["typing"]):
        Presence.objects.filter(item=item, user=user).update(at=now, typing=typing)


def leave(item: Item, user: User) -> None:
    """Note that somebody has closed an item."""
    Presence.objects.filter(item=item, user=user).delete()


def seen_by(
    item: Item, *, besides: User | None = None, now: datetime | None = None
) -> tuple[Viewer, ...]:
    """Who has the item on their screen, those who type first. One query."""
    now = now or timezone.now()
    rows = Presence.objects.filter(item=item, at__gt=now - SEEN_FOR).select_related("user")
    if besides is not None:
        rows = rows.exclude(user=besides)
    return tuple(
        Viewer(row.user_id, row.user.shown_name, row.typing)
        for row in rows.order_by("-typing", "user__username")
    )


def forget_looks(*, now: datetime | None = None) -> int:
    """Delete what nobody sees any more -> how many rows."""
    now = now or timezone.now()
    return Presence.objects.filter(at__lt=now - SEEN_FOR).delete()[0]
