"""Undoing: take back what one has just done, wherever nothing has happened since."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from triage.desk.acting import ActRefused, Status, write_move
from triage.desk.claims import lease_end
from triage.desk.opinions import tell_twin
from triage.tables import Deed, Item, ItemTag, Lesson, Opinion, User

UNDONE_WITHIN = timedelta(minutes=10)
_MOMENTS = ("claimed_until", "snoozed_until", "resolved_at")


@dataclass(frozen=True, slots=True)
class Stroke:
    """What a person did in one go, and can still undo."""

    stroke: str
    event: str
    items: tuple[int, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class Undone:
    """The items that stand again as they stood, and those that do not, each with a sentence."""

    done: tuple[int, ...]
    refused: tuple[tuple[int, str], ...]


def last_stroke(user: User, *, now: datetime | None = None) -> Stroke | None:
    """What a person would undo now; None where nothing is left to undo."""
    now = now or timezone.now()
    deeds = Deed.objects.filter(user=user, undone_at=None, at__gt=now - UNDONE_WITHIN)
    latest = deeds.order_by("-id").first()
    if latest is None:
        return None
    items = deeds.filter(stroke=latest.stroke).order_by("id").values_list("item_id", flat=True)
    return Stroke(latest.stroke, latest.event, tuple(items), latest.at + UNDONE_WITHIN)


def undo(user: User, stroke: str, *, now: datetime | None = None) -> Undone:
    """Bring items back to how they stood before one stroke of this person.

    An item that has changed since is left as it is. Raises ActRefused where the stroke is not
    theirs, was undone already, or is too long ago.
    """
    now = now or timezone.now()
    mine = Deed.objects.filter(user=user, stroke=stroke, undone_at=None)
    deeds = list(mine.filter(at__gt=now - UNDONE_WITHIN).select_related("item").order_by("id"))
    if not deeds:
        raise ActRefused("Nothing to undo: it was already undone, or it was too long ago.")
    done, refused = [], []
    for deed in deeds:
        if _undo(deed, user, now):
            done.append(deed.item_id)
        else:
            refused.append((deed.item_id, "It has changed since, so it was left as is."))
    return Undone(tuple(done), tuple(refused))


def _undo(deed: Deed, user: User, now: datetime) -> bool:
    with transaction.atomic():
        open_deed = Deed.objects.filter(pk=deed.pk, undone_at=None)
        if open_deed.update(undone_at=now) != 1:
            return False
        if not (_untag(deed) if deed.event == "tagged" else _restore(deed, user, now)):
            return False
        if deed.lesson_id:
            Lesson.objects.filter(pk=deed.lesson_id).delete()
        item = Item.objects.get(pk=deed.item_id)
        if deed.opinion_id:
            Opinion.objects.filter(pk=deed.opinion_id).delete()
            tell_twin(item, user)
        write_move(item, event="undone", source=deed.item.queue, user=user, why=deed.event)
    return True


def _restore(deed: Deed, user: User, now: datetime) -> bool:
    same = Item.objects.filter(pk=deed.item_id, version=deed.version)
    values = _values(deed.before)
    if values["status"] == Status.CLAIMED and values["owner_id"] == user.pk:
        values["claimed_until"] = None if values["snoozed"] else lease_end(now)
    return same.update(**values, version=F("version") + 1, changed_at=now) == 1


def _values(before: dict[str, Any]) -> dict[str, Any]:
    moments = {name: parse_datetime(before[name]) for name in _MOMENTS if before[name]}
    return {**before, **moments}


def _untag(deed: Deed) -> bool:
    return ItemTag.objects.filter(item=deed.item_id, tag=deed.before["tag"]).delete()[0] == 1


def forget_deeds(*, now: datetime | None = None) -> int:
    """Delete what can be undone no more -> how many rows."""
    now = now or timezone.now()
    return Deed.objects.filter(at__lte=now - UNDONE_WITHIN).delete()[0]
