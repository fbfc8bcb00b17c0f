"""Reports: which measure a week of social talk moved, and for whom."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TypedDict
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from triage.intents import every_intent, intents, today
from triage.tables import Item
from triage.times.responses import kept
from triage.times.tallies import Tally
from triage.tuning.policy import Rulebook
from triage.vocabulary import ROLES, Queue

WEEK = timedelta(days=7)
UNKNOWN = "unknown"
"""The intent of what nobody and no model has named yet."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one intent's measure had of a week. `before` is the number of the week before.

    `opened` counts conversations by the time they reached us; `open` those of them that are not
    done yet. `reply_seconds` is the median of business time to the first reply; `in_time` and
    `promised` say of how many first replies that were due how many came in time. Of `heard`
    conversations whose latest post was given a sentiment, `negative` sound negative.
    """

    intent: str
    measure: str | None
    department: str | None
    role: str
    opened: int
    before: int
    open: int
    handed_off: int
    replied: int
    reply_seconds: float | None
    in_time: int
    promised: int
    heard: int
    negative: int


@dataclass(frozen=True, slots=True)
class Week:
    """The week's lines, the measure with the most talk first; measures without any come last."""

    starts: date
    ends: date
    lines: tuple[Line, ...]
    opened: int
    before: int


class _Row(TypedDict):
    intent: str
    queue: str
    priority: int
    status: str
    decided_by_person: bool
    reply_seconds: int | None
    reply_due_at: datetime | None
    sentiment: str


@dataclass(slots=True)
class _Sum:
    queues: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    opened: int = 0
    before: int = 0
    open: int = 0
    handed_off: int = 0
    reply: Tally = field(default_factory=Tally)
    heard: int = 0
    negative: int = 0


def monday_of(day: date) -> date:
    """The first day of a day's week (ISO 8601: Monday)."""
    return day - timedelta(days=day.weekday())


def week_report(items: QuerySet[Item], starts: date, *, policy: Rulebook, now: datetime) -> Week:
    """The report of the week that begins on the Monday `starts`, in the policy's time zone."""
    week = items_of_week(items, starts, zone=policy.hours.zone)
    sums: dict[str, _Sum] = {intent: _Sum() for intent in intents()}
    for row in _rows(week):
        _add(sums.setdefault(today(row["intent"]) or UNKNOWN, _Sum()), row, policy, now)
    earlier = items_of_week(items, starts - WEEK, zone=policy.hours.zone)
    for intent in earlier.values_list("intent", flat=True).iterator():
        sums.setdefault(today(intent) or UNKNOWN, _Sum()).before += 1
    lines = sorted((_line(intent, found) for intent, found in sums.items()), key=_order)
    return Week(
        starts=starts,
        ends=starts + WEEK - timedelta(days=1),
        lines=tuple(lines),
        opened=sum(line.opened for line in lines),
        before=sum(line.before for line in lines),
    )


def read_week(word: str, *, today: date) -> date | None:
    """`2026-W47` -> its Monday; nothing -> this week's. None for what is no week, or to come."""
    if not word:
        return monday_of(today)
    try:
        year, _, number = word.partition("-W")
        starts = date.fromisocalendar(int(year), int(number), 1)
    except (ValueError, OverflowError):
        return None
    return starts if date(2000, 1, 1) < starts <= today else None


def week_word(starts: date) -> str:
    """A Monday -> `2026-W47`."""
    year, number, _ = starts.isocalendar()
    return f"{year}-W{number:02d}"


def today_in(zone: ZoneInfo, now: datetime) -> date:
    """The date where the teams work."""
    return now.astimezone(zone).date()


def items_of_week(items: QuerySet[Item], starts: date, *, zone: ZoneInfo) -> QuerySet[Item]:
    """Those of the items that reached us in the week that begins on the Monday `starts`."""
    begins = datetime.combine(starts, time(), zone)
    ends = datetime.combine(starts + WEEK, time(), zone)
    # The second reader of a post is no second conversation.
    return items.filter(opened_at__gte=begins, opened_at__lt=ends, twin_of=None)


def _rows(items: QuerySet[Item]) -> Iterable[_Row]:
    return items.values(
        "intent", "queue", "priority", "status", "decided_by_person", "reply_seconds",
        "reply_due_at", "sentiment",
    ).iterator(chunk_size=5000)  # fmt: skip


def _add(found: _Sum, row: _Row, policy: Rulebook, now: datetime) -> None:
    found.opened += 1
    found.queues[row["queue"]] += 1
    found.open += row["status"] != Item.Status.RESOLVED
    found.handed_off += row["decided_by_person"]
    found.heard += row["sentiment"] != ""
    found.negative += row["sentiment"] == "negative"
    promise = policy.target(row["queue"], row["intent"], row["priority"]).first_reply
    took, due_at = row["reply_seconds"], row["reply_due_at"]
    found.reply.add(took, kept(took, promise=promise, due_at=due_at, now=now))


def _line(intent: str, found: _Sum) -> Line:
    known = every_intent().get(intent)
    most = max(found.queues, key=lambda queue: found.queues[queue], default="")
    queue = Queue(most) if most else known.public if known else Queue.REVIEW
    reply = found.reply.told()
    return Line(
        intent=intent,
        measure=known.measure if known else None,
        department=known.department if known else None,
        role=ROLES[known.public if known and queue == Queue.REVIEW else queue],
        opened=found.opened,
        before=found.before,
        open=found.open,
        handed_off=found.handed_off,
        replied=reply.number,
        reply_seconds=reply.median,
        in_time=reply.kept,
        promised=reply.promised,
        heard=found.heard,
        negative=found.negative,
    )


def _order(line: Line) -> tuple[bool, int, str]:
    return line.measure is None, -line.opened, line.intent
