"""Items: what a person can do with one. Each act is a conditional update that can be refused."""

from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from triage.access import may_work
from triage.lessons import note_lesson
from triage.posts import clean
from triage.tables import Item, Lesson, Move, User
from triage.vocabulary import INTENTS, Queue, label, queue_of

Status = Item.Status


class ActRefused(Exception):
    """An act that is not possible now; the message is one sentence for the person."""


def claim(item: Item, user: User) -> Item:
    """Take an item, so that colleagues see who answers. Raises ActRefused if somebody has it."""
    _check_may_work(item, user)
    free = Item.objects.filter(pk=item.pk, queue=item.queue, status=Status.OPEN)
    return _act(free, item, user, event="claimed", status=Status.CLAIMED, owner=user)


def release(item: Item, user: User) -> Item:
    """Give an item back to its queue. Raises ActRefused if it is not this person's."""
    own = Item.objects.filter(pk=item.pk, status=Status.CLAIMED, owner=user)
    return _act(own, item, user, event="released", status=Status.OPEN, owner=None)


def resolve(item: Item, user: User, *, seen: int | None = None) -> Item:
    """Call an item done. Raises ActRefused if somebody else has it, if it is done already, or if
    it is not in version `seen` any more (a follow-up or an edit arrived meanwhile)."""
    _check_may_work(item, user)
    workable = _open_or_own(item, user, seen)
    return _act(
        workable,
        item,
        user,
        event="resolved",
        status=Status.RESOLVED,
        owner=user,
        resolved_at=timezone.now(),
    )


def reopen(item: Item, user: User) -> Item:
    """Bring a resolved item back into its queue."""
    _check_may_work(item, user)
    done = Item.objects.filter(pk=item.pk, queue=item.queue, status=Status.RESOLVED)
    return _act(
        done, item, user, event="reopened", status=Status.OPEN, owner=None, resolved_at=None
    )


def hand_off(
    item: Item, user: User, *, to: str, reason: str, intent: str = "", seen: int | None = None
) -> Item:
    """Move an item to another queue for good; the reason, and the intent if given, are a lesson.

    No model moves the item again after this. Out of review an intent is reason enough. Raises
    ActRefused for an unknown queue or intent, an intent of another queue, a missing reason, an
    item that somebody else has, or one that is not in version `seen` any more.
    """
    _check_may_work(item, user)
    target = _target(item, to)
    _check_intent(item, intent, target)
    reason = _reason(item, reason, intent)
    with transaction.atomic():
        changed = _act(
            _open_or_own(item, user, seen),
            item,
            user,
            event="handed_off",
            why=reason,
            queue=target,
            intent=intent or _intent_there(item, target),
            status=Status.OPEN,
            owner=None,
            unsure=False,
            decided_by_person=True,
        )
        origin = Lesson.Origin.REVIEW if item.queue == Queue.REVIEW else Lesson.Origin.HAND_OFF
        note_lesson(changed, user=user, queue=target, intent=intent, origin=origin, reason=reason)
    return changed


def _target(item: Item, to: str) -> Queue:
    if to not in (Queue.PROMO, Queue.SUPPORT, Queue.ARCHIVE):
        raise ActRefused(f"There is no queue {to!r} to hand off to.")
    if to == item.queue:
        raise ActRefused(f"It is in {to} already.")
    return Queue(to)


def _check_intent(item: Item, intent: str, target: Queue) -> None:
    if not intent:
        return
    if intent not in INTENTS:
        raise ActRefused(f"There is no intent {intent!r}.")
    home = queue_of(intent, item.channel.kind)
    if home != target:
        raise ActRefused(f"{intent} belongs to {home}, not {target}.")


def _reason(item: Item, reason: str, intent: str) -> str:
    said = clean(" ".join(reason.split()), limit=500)[0]
    if said:
        return said
    if item.queue == Queue.REVIEW and intent:
        return f"It is {label(intent)}."
    raise ActRefused("Say in a few words why, so that the model and the other team learn it.")


def _intent_there(item: Item, target: Queue) -> str:
    """What the item is about for the other team, where the model said so; the old one is not it."""
    known = item.also in INTENTS and queue_of(item.also, item.channel.kind) == target
    return item.also if known else ""


def _check_may_work(item: Item, user: User) -> None:
    if not may_work(user, item.queue):
        raise ActRefused(f"Your team does not work in the {item.queue} queue.")


def _open_or_own(item: Item, user: User, seen: int | None) -> QuerySet[Item]:
    rows = Item.objects.filter(
        Q(status=Status.OPEN) | Q(status=Status.CLAIMED, owner=user), pk=item.pk, queue=item.queue
    )
    return rows if seen is None else rows.filter(version=seen)


def _act(
    rows: QuerySet[Item], item: Item, user: User, *, event: str, why: str = "", **changes: Any
) -> Item:
    """Change the row if it is still as the act needs it, and write the move, or refuse."""
    with transaction.atomic():
        if rows.update(version=F("version") + 1, changed_at=timezone.now(), **changes) != 1:
            raise ActRefused(_what_happened(item, user, event))
        changed = Item.objects.select_related("channel", "owner", "latest_post").get(pk=item.pk)
        Move.objects.create(
            item=changed,
            post=None,
            source=item.queue,
            target=changed.queue,
            event=event,
            by=Move.By.PERSON,
            user=user,
            why=why,
        )
        if why:
            Item.objects.filter(pk=item.pk).update(why=f"{user.shown_name}: {why}")
            changed.why = f"{user.shown_name}: {why}"
    return changed


def _what_happened(item: Item, user: User, event: str) -> str:
    now = Item.objects.select_related("owner").filter(pk=item.pk).first()
    if now is None:
        return "This item is gone."
    if now.queue != item.queue:
        return f"It was moved to {now.queue} since you opened it; look again."
    if now.status == Status.RESOLVED:
        return f"It was resolved{f' by {now.owner.shown_name}' if now.owner else ''} already."
    if now.owner and now.owner != user:
        return f"{now.owner.shown_name} has it."
    if now.status == Status.OPEN and event in ("released", "reopened"):
        return "It is open, and nobody has it; look again."
    return "It has changed since you opened it. Look again: this is how it stands."
