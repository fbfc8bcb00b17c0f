"""Rates: how often posts are too unsure to go alone, and how often people hand them off again.

Counted of all items that came in, by week, channel and intent; nobody has to read anything for it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple, cast

from django.db.models import Case, Count, DateField, Q, QuerySet, Value, When
from django.utils import timezone

from triage.intents import today
from triage.tables import Move
from triage.times.reports import WEEK, monday_of, week_word
from triage.tuning.agreement import Share, wilson
from triage.vocabulary import Queue

Group = tuple[date, str, str]
"""The Monday of a week, a channel and an intent."""


class Cell(NamedTuple):
    """What came in of one week, channel and intent: items, those in review, handed off again."""

    week: date
    channel: str
    intent: str
    items: int
    unsure: int
    handed_off: int


@dataclass(frozen=True, slots=True)
class Rates:
    """One rate, of everything and of groups; `n` of a share is the number of items behind it."""

    whole: Share
    weeks: dict[str, Share]
    channels: dict[str, Share]
    intents: dict[str, Share]


def unsure_rates(cells: Sequence[Cell]) -> Rates:
    """Of the items that came in, those that were put into review."""
    return _rates(cells, lambda cell: (cell.unsure, cell.items))


def handed_off_rates(cells: Sequence[Cell]) -> Rates:
    """Of the items that went to a queue by themselves, those that a person handed off again."""
    return _rates(cells, lambda cell: (cell.handed_off, cell.items - cell.unsure))


def came_in(since: datetime) -> list[Cell]:
    """The items opened since then by week, channel and intent, in two queries at any size."""
    placed = Move.objects.filter(
        event="placed", source="", item__opened_at__gte=since, item__twin_of=None
    )
    handed = Move.objects.filter(event="handed_off", item__opened_at__gte=since)
    wrong = handed.exclude(source=Queue.REVIEW).values("item")
    week = _week(since)
    again = _counted(placed.exclude(target=Queue.REVIEW).filter(item__in=wrong), week)
    return [
        Cell(*group, items, unsure, again.get(group, (0, 0))[0])
        for group, (items, unsure) in _counted(placed, week).items()
    ]


def _week(since: datetime) -> Case:
    """The Monday of the week in which an item was opened, since then, as the database tells it.

    By comparing with each Monday's midnight: SQLite would call Python for every row to find it.
    """
    monday, last = monday_of(timezone.localdate(since)), monday_of(timezone.localdate())
    weeks = []
    while monday < last:
        ends = timezone.make_aware(datetime.combine(monday + WEEK, time()))
        weeks.append(When(item__opened_at__lt=ends, then=Value(monday)))
        monday += WEEK
    return Case(*weeks, default=Value(last), output_field=DateField())


def _counted(moves: QuerySet[Move], week: Case) -> dict[Group, tuple[int, int]]:
    """Items, and those in review, of each group."""
    rows = (
        moves.annotate(week=week)
        .values_list("week", "item__channel__name", "verdict__intent")
        .annotate(items=Count("id"), unsure=Count("id", filter=Q(target=Queue.REVIEW)))
        .order_by("week")
    )
    found: dict[Group, tuple[int, int]] = {}
    for monday, channel, intent, items, unsure in rows:
        group = cast(date, monday), channel, today(intent or "")
        had = found.get(group, (0, 0))
        found[group] = had[0] + items, had[1] + unsure
    return found


def _rates(cells: Sequence[Cell], of: Callable[[Cell], tuple[int, int]]) -> Rates:
    def by(name: Callable[[Cell], str]) -> dict[str, Share]:
        groups: dict[str, list[tuple[int, int]]] = {}
        for cell in cells:
            groups.setdefault(name(cell), []).append(of(cell))
        return {name: _share(groups[name]) for name in sorted(groups) if name}

    return Rates(
        whole=_share(map(of, cells)),
        weeks=by(lambda cell: week_word(cell.week)),
        channels=by(lambda cell: cell.channel),
        intents=by(lambda cell: cell.intent),
    )


def _share(counts: Iterable[tuple[int, int]]) -> Share:
    """(yes, all) pairs -> the share of yes with Wilson's 95% interval."""
    yes = n = 0
    for some, of in counts:
        yes, n = yes + some, n + of
    return Share(yes / n, *wilson(yes / n, n), n) if n else Share(None, 0.0, 1.0, 0)
