"""Items: call one done, bring it back, hand it to the other team."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from triage.desk.acting import (
    ActRefused,
    Status,
    act,
    check_may_work,
    in_version,
    open_or_own,
    reason_of,
)
from triage.desk.claims import claim, release
from triage.desk.lessons import note_lesson
from triage.desk.pending import check_nothing_pending, without_pending
from triage.desk.twins import check_not_there
from triage.intents import gone, intents, today
from triage.tables import Deed, Item, Lesson, User
from triage.tuning.policies import policy_in_force
from triage.tuning.policy import Rulebook
from triage.vocabulary import Queue, label

__all__ = ["ActRefused", "claim", "hand_off", "release", "reopen", "resolve"]


def resolve(item: Item, user: User, *, seen: int | None = None, stroke: str = "") -> Item:
    """Call an item done. Raises ActRefused if somebody else has it, if it is done already, or if
    it is not in version `seen` any more (a follow-up or an edit arrived meanwhile), or if an answer
    waits for approval."""
    check_may_work(item, user)
    check_nothing_pending(item)
    return act(
        without_pending(open_or_own(item, user, seen)),
        item,
        user,
        event="resolved",
        stroke=stroke,
        status=Status.RESOLVED,
        owner=user,
        resolved_at=timezone.now(),
    )


def reopen(item: Item, user: User, *, seen: int | None = None, stroke: str = "") -> Item:
    """Bring a resolved item back into its queue. What was merged into another stays there."""
    check_may_work(item, user)
    if item.merged_into_id:
        raise ActRefused(f"It was merged into item {item.merged_into_id}. Continue there.")
    done = Item.objects.filter(pk=item.pk, queue=item.queue, status=Status.RESOLVED)
    return act(
        in_version(done, seen),
        item,
        user,
        event="reopened",
        stroke=stroke,
        status=Status.OPEN,
        owner=None,
        resolved_at=None,
    )


def hand_off(
    item: Item,
    user: User,
    *,
    to: str,
    reason: str,
    intent: str = "",
    seen: int | None = None,
    stroke: str = "",
) -> Item:
    """Move an item to another queue for good; the reason, and the intent if given, are a lesson.

    No model moves the item again after this. Its priority is what the policy gives the intent
    there. Out of review an intent is reason enough. Raises ActRefused for an unknown queue or
    intent, an intent of another queue, a missing reason, an item that somebody else has, one that
    is not in version `seen` any more, and one whose answer waits for approval.
    """
    check_may_work(item, user)
    target = _target(item, to)
    policy = policy_in_force()
    _check_intent(item, intent, target, policy)
    check_not_there(item, target)
    check_nothing_pending(item)
    reason = _reason(item, reason, intent)
    intent_there = intent or _intent_there(item, target, policy)
    with transaction.atomic():
        changed = act(
            without_pending(open_or_own(item, user, seen)),
            item,
            user,
            event="handed_off",
            reason=reason,
            stroke=stroke,
            queue=target,
            intent=intent_there,
            priority=policy.priority.get(intent_there, 0),
            status=Status.OPEN,
            owner=None,
            unsure=False,
            decided_by_person=True,
            why=f"{user.shown_name}: {reason}",
        )
        _learn(item, changed, user, queue=target, intent=intent, reason=reason)
    return changed


def _learn(item: Item, changed: Item, user: User, **said: Any) -> None:
    """Keep the lesson, and let the deed know it, so that an undo takes it back."""
    origin = Lesson.Origin.REVIEW if item.queue == Queue.REVIEW else Lesson.Origin.HAND_OFF
    if item.twin_of_id:  # the post is where it belongs; only its second reader is not
        return
    lesson = note_lesson(changed, user=user, origin=origin, **said)
    Deed.objects.filter(item=changed, version=changed.version).update(lesson=lesson)


def _target(item: Item, to: str) -> Queue:
    if to not in (Queue.PROMO, Queue.SUPPORT, Queue.ARCHIVE):
        raise ActRefused(f"There is no queue {to!r} to hand off to.")
    if to == item.queue:
        raise ActRefused(f"It is already in {to}.")
    return Queue(to)


def _check_intent(item: Item, intent: str, target: Queue, policy: Rulebook) -> None:
    if not intent:
        return
    if intent not in intents():
        raise ActRefused(f"There is no intent {intent!r}.")
    home = policy.queue(intent, item.channel.kind)
    if home != target:
        raise ActRefused(f"{intent} belongs to {home}, not {target}.")


def _reason(item: Item, reason: str, intent: str) -> str:
    if not reason.split() and item.queue == Queue.REVIEW and intent:
        return f"It is {label(intent)}."
    asked = "Give a short reason. The other team reads it, and the model learns."
    return reason_of(reason, asked=asked)


def _intent_there(item: Item, target: Queue, policy: Rulebook) -> str:
    """What the item is about for the other team, where the model said so; the old one is not it."""
    there = not gone(item.also) and policy.queue(item.also, item.channel.kind) == target
    return today(item.also) if there else ""
