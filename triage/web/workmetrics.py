"""What the metrics tell of the works: what waits in which queue, also for a colleague, and what the
parts do."""

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone
from prometheus_client.metrics_core import Metric

from triage.back.outbox import approvals_waiting
from triage.tables import Item
from triage.watch.depths import depths, parts
from triage.watch.health import oldest_unread_seconds
from triage.web.gauges import each, one


def work_metrics() -> Iterator[Metric]:
    """Queues and parts, in six queries at any size."""
    now = timezone.now()
    found = depths(Item.objects.all(), now=now)
    for name, words, values in (
        (
            "items_open",
            "Items that wait: neither resolved nor snoozed.",
            {depth.queue: float(depth.waiting) for depth in found},
        ),
        (
            "items_at_risk",
            "Items whose promised time is nearly over, or over.",
            {depth.queue: float(depth.at_risk) for depth in found},
        ),
        (
            "items_snoozed",
            "Items that rest and come back by themselves.",
            {depth.queue: float(depth.snoozed) for depth in found},
        ),
        (
            "oldest_item_seconds",
            "Age of the post that has waited longest in a queue.",
            {depth.queue: depth.oldest_seconds for depth in found},
        ),
    ):
        yield each(name, words, "queue", values)
    yield from _approvals(now)
    working = parts(now=now)
    ages = {part.name: part.seconds for part in working}
    yield each("pulse_age_seconds", "Seconds since a part made progress.", "part", ages)
    memory = {part.name: part.memory_mb for part in working}
    yield each("part_memory_mib", "Memory of the process that made progress.", "part", memory)
    words = "Age of the webhook delivery that has waited longest to be read."
    yield from one("oldest_unread_seconds", words, oldest_unread_seconds())


def _approvals(now: datetime) -> Iterator[Metric]:
    asked = approvals_waiting(now=now)
    words = "Replies that wait for a colleague's approval."
    numbers = {queue: float(told.number) for queue, told in asked.items()}
    yield each("approvals_waiting", words, "queue", numbers)
    words = "Age of the reply that has waited longest for approval."
    ages = {queue: told.oldest_seconds for queue, told in asked.items()}
    yield each("oldest_approval_seconds", words, "queue", ages)
