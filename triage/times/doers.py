"""Doers: who gave the first reply to a conversation, and who called it done."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from triage.tables import Item, Move, Outgoing
from triage.times.clock import ALWAYS
from triage.times.responses import ANSWERS, ASKS, ENDS, Event, times
from triage.tuning.targets import NOTHING

_BEGINS = ("reopened", *ASKS)
_TELLS = (*_BEGINS, *ANSWERS, *ENDS, "undone")
"""The words of moves that say who did it, or since when; most moves do not."""


class Doers(NamedTuple):
    """User names; None for nobody, for somebody who wrote at the platform, or who is gone."""

    replied: str | None = None
    resolved: str | None = None


class _Done(NamedTuple):
    event: Event
    by: str | None


def doers_of(items: QuerySet[Item]) -> dict[int, Doers]:
    """Who did it, by item, in two queries; as the item was opened last if it was reopened.

    Items with which nothing of the kind was done are left out.
    """
    acts: dict[int, list[_Done]] = defaultdict(list)
    wanted = items.order_by().values("pk")
    moves = Move.objects.filter(item__in=wanted, event__in=_TELLS).order_by("id")
    told = moves.values_list("item_id", "event", "why", "at", "user__username")
    for item, name, why, at, user in told.iterator(chunk_size=5000):
        if name != "undone" or why == "resolved":  # other undone acts have not moved the clock
            acts[item].append(_Done(Event(name, at), user))
    sent = Outgoing.objects.filter(
        item__in=wanted, act="reply", state=Outgoing.State.SENT, sent_at__isnull=False
    )
    replies = sent.values_list("item_id", "sent_at", "user__username")
    for item, left_at, user in replies.iterator(chunk_size=5000):
        if left_at is not None:
            acts[item].append(_Done(Event("sent", left_at), user))
    return {item: _doers(done) for item, done in acts.items()}


def _doers(acts: Iterable[_Done]) -> Doers:
    order = sorted(acts, key=lambda act: act.event.at)
    return Doers(_first(order, ANSWERS, _since(order)), _last(order, ENDS))


def _since(order: list[_Done]) -> datetime | None:
    """Since when what was done counts: the first of it, where nothing made the item begin anew."""
    first = order[0].event.at
    if not any(act.event.name in _BEGINS for act in order):
        return first
    opened = Event("placed", first)
    return times([opened, *(act.event for act in order)], hours=ALWAYS, target=NOTHING).since


def _first(order: Iterable[_Done], names: Iterable[str], since: datetime | None) -> str | None:
    mine = (act for act in order if since and act.event.at >= since and act.event.name in names)
    return next((act.by for act in mine), None)


def _last(order: list[_Done], names: Iterable[str]) -> str | None:
    return next((act.by for act in reversed(order) if act.event.name in names), None)
