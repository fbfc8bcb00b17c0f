"""Snooze: the times that are offered, and the time that was chosen."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from triage.desk.acting import ActRefused

MORNING = time(9)


@dataclass(frozen=True, slots=True)
class Rest:
    """One way to rest: `until` is None for as long as nobody answers."""

    value: str
    words: str
    until: datetime | None


def rests(now: datetime) -> tuple[Rest, ...]:
    """What the menu offers, the soonest first."""
    today = timezone.localtime(now)
    tomorrow, monday = today + timedelta(days=1), today + timedelta(days=7 - today.weekday())
    offers = [
        ("hour", "1 hour", today + timedelta(hours=1)),
        ("hours", "3 hours", today + timedelta(hours=3)),
        ("tomorrow", "Tomorrow", _morning(tomorrow)),
        ("monday", "Monday", _morning(monday)),
    ]
    if tomorrow.date() == monday.date():
        del offers[2]
    timed = [Rest(value, f"{word}, {_at(until, today)}", until) for value, word, until in offers]
    return (*timed, Rest("answer", "Until they answer", None))


def read_rest(value: str, at: str, *, now: datetime) -> datetime | None:
    """The time that was chosen; None means until an answer. Raises ActRefused for none."""
    if value == "at":
        return _read(at)
    for rest in rests(now):
        if rest.value == value:
            return rest.until
    raise ActRefused("Choose how long to snooze it.")


def _read(at: str) -> datetime:
    try:
        found = parse_datetime(at)
    except ValueError:
        found = None
    if found is None:
        raise ActRefused("Choose a date and time.")
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def _morning(day: datetime) -> datetime:
    return timezone.make_aware(datetime.combine(day.date(), MORNING))


def _at(until: datetime, today: datetime) -> str:
    return f"{until:%H:%M}" if until.date() == today.date() else f"{until:%a} {until:%H:%M}"
