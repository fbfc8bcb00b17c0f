"""Depths: how much waits in each queue and since when, and what each part of the system does."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, QuerySet

from triage.desk.waiting import waiting_items
from triage.finding.filters import at_risk
from triage.tables import Item, Pulse
from triage.vocabulary import Queue


@dataclass(frozen=True, slots=True)
class Depth:
    """What stands in a queue: `waiting` items, of them `at_risk` of missing what was promised, and
    the age of the post that has waited longest, in seconds; `snoozed` ones come back by themselves.
    """

    queue: str
    waiting: int
    at_risk: int
    snoozed: int
    oldest_seconds: float | None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the system: seconds since it made progress, and the memory of its process."""

    name: str
    seconds: float
    memory_mb: float | None


def depths(items: QuerySet[Item], *, now: datetime) -> list[Depth]:
    """Every queue, in three queries at any number of items."""
    rows = waiting_items(items).order_by().values("queue")
    told = rows.annotate(number=Count("id"), oldest=Min("posted_at"))
    waiting = {row["queue"]: (row["number"], row["oldest"]) for row in told}
    risky = _told(items.filter(at_risk(now)))
    resting = _told(items.filter(snoozed=True).exclude(status=Item.Status.RESOLVED))
    return [_depth(queue.value, waiting, risky, resting, now) for queue in Queue]


def parts(*, now: datetime) -> list[Part]:
    """The parts that have ever made progress, by name."""
    return [
        Part(pulse.name, (now - pulse.at).total_seconds(), _memory(pulse.detail))
        for pulse in Pulse.objects.order_by("name")
    ]


def _depth(
    queue: str,
    waiting: Mapping[str, tuple[int, datetime]],
    risky: Mapping[str, int],
    resting: Mapping[str, int],
    now: datetime,
) -> Depth:
    number, oldest = waiting.get(queue, (0, None))
    age = max(0.0, (now - oldest).total_seconds()) if oldest else None
    return Depth(queue, number, risky.get(queue, 0), resting.get(queue, 0), age)


def _told(items: QuerySet[Item]) -> Counter[str]:
    # Not grouped by the database, which would read all items in the order of their queues for that
    # in place of the few in the partial index.
    return Counter(items.order_by().values_list("queue", flat=True).iterator(chunk_size=5000))


def _memory(detail: str) -> float | None:
    number, _, unit = detail.partition(" ")
    return float(number) if unit == "MiB" else None
