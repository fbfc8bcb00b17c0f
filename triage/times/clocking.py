"""Clocking: write the response times of items that have changed into their rows.

The times follow from an item's history (`responses.times`), so nothing that acts on an item has to
think of them: whatever raises its version has it clocked again, within a tick of the schedule.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from triage.tables import Item, Move, Outgoing
from triage.times.responses import Event, Times, times
from triage.tuning.policies import policy_in_force
from triage.tuning.policy import Rulebook
from triage.tuning.targets import Target

AT_ONCE = 500
"""Items in one go."""


def clock_changed() -> int:
    """Clock the items that have changed since they were clocked -> how many. Safe to call twice."""
    policy = policy_in_force()
    stale = list(_stale().order_by("id")[:AT_ONCE])
    return sum(_write(item, policy, events) for item, events in _with_events(stale))


def clock_new(items: Sequence[Item], policy: Rulebook, *, at: datetime) -> None:
    """Set the times of items that are about to be inserted. Those with the same promise are alike,
    so that a batch costs little more than one."""
    known: dict[Target, dict[str, Any]] = {}
    for item in items:
        if item.status != Item.Status.OPEN:
            continue  # closed already: its history will tell
        target = policy.target(item.queue, item.intent, item.priority)
        if target not in known:
            known[target] = clocked(item, policy, [Event("placed", at)])
        for name, value in known[target].items():
            setattr(item, name, value)


def clocked(item: Item, policy: Rulebook, events: Iterable[Event]) -> dict[str, Any]:
    """The columns of an item that its history comes to."""
    found = _times(item, policy, events)
    return {
        "due_at": found.due_at,
        "warn_at": found.warn_at,
        "reply_due_at": found.reply_due_at,
        "resolve_due_at": found.resolve_due_at,
        "reply_seconds": _seconds(found.replied_in),
        "resolve_seconds": _seconds(found.resolved_in),
        "clocked_version": item.version,
    }


def _times(item: Item, policy: Rulebook, events: Iterable[Event]) -> Times:
    target = policy.target(item.queue, item.intent, item.priority)
    return times(events, hours=policy.hours, target=target)


def _stale() -> QuerySet[Item]:
    return Item.objects.filter(Q(version__gt=F("clocked_version")))


def _with_events(items: list[Item]) -> Iterable[tuple[Item, list[Event]]]:
    events: dict[int, list[Event]] = defaultdict(list)
    moves = Move.objects.filter(item__in=items).order_by("id")
    for item_id, name, why, at in moves.values_list("item_id", "event", "why", "at"):
        if name != "undone" or why == "resolved":  # other undone acts have not moved the clock
            events[item_id].append(Event(name, at))
    sent = Outgoing.objects.filter(item__in=items, act="reply", state=Outgoing.State.SENT)
    for item_id, left_at in sent.values_list("item_id", "sent_at"):
        if left_at is not None:
            events[item_id].append(Event("sent", left_at))
    return [(item, events[item.pk]) for item in items]


def _write(item: Item, policy: Rulebook, events: Iterable[Event]) -> int:
    same = Item.objects.filter(pk=item.pk, version=item.version)
    return same.update(**clocked(item, policy, events))


def _seconds(amount: timedelta | None) -> int | None:
    return None if amount is None else round(amount.total_seconds())
