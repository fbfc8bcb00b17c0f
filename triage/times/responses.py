"""Response times of one item, told by its history. Pure.

One function folds what happened into what is due and what was reached, so that a page, the API and
an export can never disagree. A reopened item begins anew; a snoozed one stands still as far as its
end is concerned, while somebody who waits for a first answer goes on waiting.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from triage.times.clock import Hours, due, worked
from triage.tuning.targets import Target

WARNED_AT = 0.75
"""The share of a promise after whose passing an item counts as at risk."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an item: a word of `Move.event`, or `sent` for a reply."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Times:
    """When an item is due, and how long it took, in business time.

    `due_at` is the nearer of what is still promised, `warn_at` is when it counts as at risk.
    """

    since: datetime | None = None
    reply_due_at: datetime | None = None
    resolve_due_at: datetime | None = None
    due_at: datetime | None = None
    warn_at: datetime | None = None
    replied_in: timedelta | None = None
    resolved_in: timedelta | None = None


@dataclass(frozen=True, slots=True)
class _Stand:
    """How an item stands after some of its events."""

    since: datetime | None = None
    waits_since: datetime | None = None  # for a reply
    rests_since: datetime | None = None
    rested: timedelta = timedelta()
    replied_in: timedelta | None = None
    resolved_in: timedelta | None = None
    before: "_Stand | None" = None  # the end, which can be undone

    @property
    def done(self) -> bool:
        return self.resolved_in is not None


ENDS = ("resolved", "withdrawn", "merged")
ANSWERS = ("sent", "answered")
ASKS = ("joined",)


def times(events: Iterable[Event], *, hours: Hours, target: Target) -> Times:
    """What an item's history comes to, under the promise that it meets now."""
    stand = _Stand()
    for event in sorted(events, key=lambda event: event.at):
        stand = _after(stand, event, hours)
    if stand.since is None or stand.done:
        return Times(stand.since, replied_in=stand.replied_in, resolved_in=stand.resolved_in)
    reply = _promise(hours, stand.waits_since, target.first_reply, timedelta())
    rests = stand.rests_since is not None
    end = _promise(hours, None if rests else stand.since, target.resolution, stand.rested)
    nearest = min((each for each in (reply, end) if each), default=(None, None))
    return Times(
        since=stand.since,
        reply_due_at=reply[0] if reply else None,
        resolve_due_at=end[0] if end else None,
        due_at=nearest[0],
        warn_at=nearest[1],
        replied_in=stand.replied_in,
    )


def kept(
    took: float | None, *, promise: timedelta | None, due_at: datetime | None, now: datetime
) -> bool | None:
    """Whether a promise was kept: `took` seconds of business time, or late with nothing to show.

    None where nothing was promised, and where it is not due yet.
    """
    if took is not None:
        return None if promise is None else took <= promise.total_seconds()
    return False if due_at is not None and due_at < now else None


def _promise(
    hours: Hours, since: datetime | None, amount: timedelta | None, rested: timedelta
) -> tuple[datetime, datetime] | None:
    """When it is due, and when it is at risk."""
    if since is None or amount is None:
        return None
    end, warn = due(hours, since, amount + rested), due(hours, since, amount * WARNED_AT + rested)
    return (end, warn) if end and warn else None


def _after(stand: _Stand, event: Event, hours: Hours) -> _Stand:
    if event.name == "undone" and stand.before is not None:
        return stand.before
    if stand.since is None or event.name == "reopened" or (stand.done and event.name in ASKS):
        return _Stand(since=event.at, waits_since=event.at)
    if stand.done:
        return _answered_late(stand, event, hours)
    stand = _stirred(stand, event, hours)
    if event.name in ENDS:
        took = worked(hours, stand.since or event.at, event.at) - stand.rested
        return replace(stand, resolved_in=took, waits_since=None, before=stand)
    if event.name in ANSWERS and stand.waits_since is not None:
        first = stand.replied_in
        if first is None:
            first = worked(hours, stand.waits_since, event.at)
        return replace(stand, replied_in=first, waits_since=None)
    if event.name in ASKS and stand.waits_since is None:
        return replace(stand, waits_since=event.at)
    return stand


def _answered_late(stand: _Stand, event: Event, hours: Hours) -> _Stand:
    """An answer that resolves an item leaves after its end; it is the reply that was waited for."""
    before = stand.before
    waited = before.waits_since if before and stand.replied_in is None else None
    if before is None or waited is None or event.name not in ANSWERS:
        return stand
    took = worked(hours, waited, event.at)
    before = replace(before, replied_in=took, waits_since=None)
    return replace(stand, replied_in=took, before=before)


def _stirred(stand: _Stand, event: Event, hours: Hours) -> _Stand:
    """Every act ends a rest, except the one that begins it and the approval of an answer."""
    if event.name == "approved":
        return stand
    if event.name == "snoozed":
        return replace(stand, rests_since=stand.rests_since or event.at)
    if stand.rests_since is None:
        return stand
    rested = stand.rested + worked(hours, stand.rests_since, event.at)
    return replace(stand, rests_since=None, rested=rested)
