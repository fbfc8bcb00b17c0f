"""The one clock: business hours, and what is due when. Pure.

Every response time that the product shows, exports or is judged by is counted here. Spans are
wall-clock times of one time zone, so a day on which the clocks change is as long as it really is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Span = tuple[int, int]
"""From and to, in minutes after midnight; 1440 is the midnight that ends the day."""

DAY = 1440
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST = timedelta(days=366)
"""How far ahead the end of a wait is looked for."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When the teams work: spans by weekday (Monday first), and the dates on which nobody does."""

    zone: ZoneInfo
    week: tuple[tuple[Span, ...], ...]
    holidays: frozenset[date] = frozenset()

    def spans(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open spans between two aware times, in order, cut to them, in UTC."""
        day = start.astimezone(self.zone).date()
        last = end.astimezone(self.zone).date()
        while day <= last:
            for opens, closes in () if day in self.holidays else self.week[day.weekday()]:
                begins = max(start, self._moment(day, opens))
                ends = min(end, self._moment(day, closes))
                if begins < ends:
                    yield begins.astimezone(UTC), ends.astimezone(UTC)
            day += timedelta(days=1)

    def _moment(self, day: date, minute: int) -> datetime:
        if minute == DAY:
            day, minute = day + timedelta(days=1), 0
        local = datetime.combine(day, time(minute // 60, minute % 60), self.zone)
        return local.astimezone(UTC)


ALWAYS = Hours(ZoneInfo("UTC"), (((0, DAY),),) * 7)
"""Around the clock, every day."""


def worked(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """How much business time lies between two aware times; none where the end is first."""
    return sum((closes - opens for opens, closes in hours.spans(start, end)), timedelta())


def due(hours: Hours, start: datetime, amount: timedelta) -> datetime | None:
    """When `amount` of business time after an aware time has passed, in UTC.

    None where that is more than a year ahead, which only hours that hardly ever open bring about.
    """
    left = amount
    for opens, closes in hours.spans(start, start + LONGEST):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    return None


def worked_at(hours: Hours, moment: datetime) -> bool:
    """Whether the teams work at an aware time."""
    return any(hours.spans(moment, moment + timedelta(seconds=1)))
