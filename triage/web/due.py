"""Due: what was promised to an item, and how much of that time is left."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.tables import Item
from triage.web.showing import Moment, age, maybe, moment

SOON = timedelta(hours=24)
"""Nearer than this it is said as a span, further away as a date."""


@dataclass(frozen=True, slots=True)
class Due:
    """The nearest promise. `tone` is late, review (at risk) or empty."""

    words: str
    tone: str
    promise: str


def due(item: Item, *, now: datetime) -> Due | None:
    """How much time an item has left: `38 min left`, `14 min overdue`; None without a promise."""
    at = item.due_at
    if at is None or item.snoozed or item.status == Item.Status.RESOLVED:
        return None
    what = "First reply" if at == item.reply_due_at else "Resolution"
    promise = f"{what} due by {moment(at, now=now).full}"
    if at <= now:
        return Due(f"{_span(now - at)} overdue", "late", promise)
    left = at - now
    words = f"{_span(left)} left" if left < SOON else f"due {moment(at, now=now).short}"
    at_risk = item.warn_at is not None and item.warn_at <= now
    return Due(words, "review" if at_risk else "", promise)


def promises(item: Item, *, now: datetime) -> tuple[tuple[str, str, Moment | None], ...]:
    """Both promises of an item for the panel beside it: name, what was reached, what is due."""
    lines = (
        ("First reply", item.reply_seconds, item.reply_due_at),
        ("Resolved", item.resolve_seconds, item.resolve_due_at),
    )
    return tuple(
        (name, "" if took is None else f"after {_took(took)}", maybe(at, now=now))
        for name, took, at in lines
        if took is not None or at is not None
    )


def _took(seconds: int) -> str:
    return "less than a minute" if seconds < 60 else age(seconds)


def _span(amount: timedelta) -> str:
    seconds = amount.total_seconds()
    return "1 min" if seconds < 60 else age(seconds)
