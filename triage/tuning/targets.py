"""Targets: how soon the first reply and the end are promised, and when the teams work. Pure.

Both are parts of the policy: `[hours]` and `[[targets]]` of config/policy.toml.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from triage.intents import every_intent, intents
from triage.times.clock import ALWAYS, DAY, WEEK, Hours, Span
from triage.vocabulary import Queue

SPAN = re.compile(r"([0-2]\d):([0-5]\d)\s*-\s*([0-2]\d):([0-5]\d)")
AMOUNT = re.compile(r"(\d{1,4})\s*(m|h)")


class TargetError(ValueError):
    """Hours or a target that cannot be used; the message names the key and what is allowed."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is promised to items of a queue, an intent, a priority; None stands for any or none."""

    queue: str | None = None
    intent: str | None = None
    priority: int | None = None
    """The least priority that this is meant for."""
    first_reply: timedelta | None = None
    resolution: timedelta | None = None

    def meets(self, queue: str, intent: str, priority: int) -> bool:
        """Whether an item is one of those this is promised to."""
        return (
            self.queue in (None, queue)
            and self.intent in (None, intent)
            and (self.priority is None or priority >= self.priority)
        )


NOTHING = Target()


def target_of(targets: Sequence[Target], queue: str, intent: str, priority: int) -> Target:
    """The first target that an item meets; one without promises where it meets none."""
    met = (target for target in targets if target.meets(queue, intent, priority))
    return next(met, NOTHING)


def read_hours(table: Mapping[str, Any]) -> Hours:
    """`[hours]` -> Hours; around the clock where no day is named. Raises TargetError."""
    unknown = set(table) - {"timezone", "holidays", *WEEK}
    if unknown:
        raise TargetError(
            f"hours.{sorted(unknown)[0]}: timezone, holidays and the days of the week are known"
        )
    zone = _zone(table.get("timezone", "UTC"))
    named = any(day in table for day in WEEK)
    week = tuple(_spans(day, table.get(day, [])) for day in WEEK) if named else ALWAYS.week
    if not any(week):
        raise TargetError("hours: no day of the week has a span, so nothing would ever be due")
    return Hours(zone, week, _holidays(table.get("holidays", [])))


def read_targets(tables: Any) -> tuple[Target, ...]:
    """`[[targets]]` -> targets in their order. Raises TargetError."""
    if not isinstance(tables, list) or not all(isinstance(table, Mapping) for table in tables):
        raise TargetError("targets must be tables that begin with [[targets]]")
    return tuple(_target(number, table) for number, table in enumerate(tables, start=1))


def _zone(name: Any) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise TargetError(
            f"hours.timezone is {name!r}; it must be a name such as Europe/Berlin"
        ) from None


def _spans(day: str, written: Any) -> tuple[Span, ...]:
    if not isinstance(written, list):
        raise TargetError(f'hours.{day} is {written!r}; write ["09:00-12:00", "13:00-17:30"]')
    spans = sorted(_span(day, each) for each in written)
    for (_, closes), (opens, _) in pairwise(spans):
        if opens < closes:
            raise TargetError(f"hours.{day}: two of its spans overlap")
    return tuple(spans)


def _span(day: str, written: Any) -> Span:
    found = SPAN.fullmatch(str(written).strip())
    if found:
        opens, closes = (int(found[i]) * 60 + int(found[i + 1]) for i in (1, 3))
        if opens < closes <= DAY:
            return opens, closes
    raise TargetError(
        f'hours.{day} has {written!r}; write a span as "09:00-17:30", the end after the start '
        "and at most 24:00"
    )


def _holidays(written: Any) -> frozenset[date]:
    if not isinstance(written, list):
        raise TargetError("hours.holidays must be a list of dates")
    days = set()
    for each in written:
        try:
            days.add(each if type(each) is date else date.fromisoformat(str(each)))
        except ValueError:
            raise TargetError(f"hours.holidays has {each!r}; write dates as 2026-12-25") from None
    return frozenset(days)


def _target(number: int, table: Mapping[str, Any]) -> Target:
    where = f"targets, number {number}"
    unknown = set(table) - {"queue", "intent", "priority", "first_reply", "resolution"}
    if unknown:
        raise TargetError(
            f"{where}: {sorted(unknown)[0]!r} is unknown; queue, intent, priority, first_reply "
            "and resolution are known"
        )
    queue, intent, priority = (table.get(key) for key in ("queue", "intent", "priority"))
    if queue is not None and queue not in list(Queue):
        raise TargetError(f"{where}: there is no queue {queue!r}; known are {', '.join(Queue)}")
    if intent is not None and intent not in every_intent():
        raise TargetError(f"{where}: no intent {intent!r}; known are {', '.join(intents())}")
    if priority is not None and (type(priority) is not int or not -9 <= priority <= 9):
        raise TargetError(f"{where}: priority is {priority!r}; it must be from -9 to 9")
    return Target(
        queue=queue,
        intent=intent,
        priority=priority,
        first_reply=_amount(where, "first_reply", table.get("first_reply")),
        resolution=_amount(where, "resolution", table.get("resolution")),
    )


def _amount(where: str, key: str, written: Any) -> timedelta | None:
    if written is None:
        return None
    found = AMOUNT.fullmatch(str(written).strip())
    if not found or int(found[1]) == 0:
        raise TargetError(f'{where}: {key} is {written!r}; write "45m" or "8h" of business time')
    return timedelta(minutes=int(found[1])) * (60 if found[2] == "h" else 1)
