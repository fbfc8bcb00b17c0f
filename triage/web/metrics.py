"""Metrics: numbers for Prometheus, read from the rows whenever somebody asks."""

from collections.abc import Iterator

from django.db.models import Count
from django.utils import timezone
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from triage.back.outbox import oldest_unsent_seconds, outbox_counts
from triage.desk.waiting import waiting_items
from triage.tables import DeadLetter, Item, PostRow, Pulse
from triage.vocabulary import Queue
from triage.walk.deadletters import waiting
from triage.watch.health import oldest_waiting_seconds
from triage.web.accuracymetrics import accuracy_metrics
from triage.web.channelmetrics import channel_metrics
from triage.web.modelmetrics import model_metrics


class Rows(Collector):
    """Asks the database when it is asked, so that every web process tells the same."""

    def collect(self) -> Iterator[Metric]:
        """Every metric, with one query each."""
        yield _one(
            "triage_posts_waiting",
            "Posts that wait to be sorted.",
            PostRow.objects.filter(state=PostRow.State.NEW).count(),
        )
        yield _one(
            "triage_oldest_waiting_seconds",
            "Age of the post that has waited longest to be sorted.",
            oldest_waiting_seconds(),
        )
        yield _one(
            "triage_oldest_unsent_seconds",
            "Age of the reply, or other act, that has waited longest to be sent.",
            oldest_unsent_seconds(),
        )
        yield _outbox()
        yield _items_open()
        yield from channel_metrics()
        yield from model_metrics()
        yield from accuracy_metrics()
        yield _one(
            "triage_dead_letters",
            "Records and posts that wait for a person.",
            waiting(DeadLetter.objects.all()).count(),
        )
        yield _pulses()

    def describe(self) -> list[Metric]:
        """Nothing beforehand: registering must not ask the database."""
        return []


def _one(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)


def _outbox() -> Metric:
    metric = GaugeMetricFamily(
        "triage_outbox", "Acts that are on their way, or could not be sent.", labels=["state"]
    )
    for state, number in outbox_counts().items():
        metric.add_metric([state], number)
    return metric


def _items_open() -> Metric:
    metric = GaugeMetricFamily(
        "triage_items_open", "Items that wait: neither resolved nor snoozed.", labels=["queue"]
    )
    items = waiting_items(Item.objects.all()).order_by()
    found = dict(items.values_list("queue").annotate(number=Count("id")))
    for queue in Queue:
        metric.add_metric([queue.value], found.get(queue.value, 0))
    return metric


def _pulses() -> Metric:
    metric = GaugeMetricFamily(
        "triage_pulse_age_seconds", "Seconds since a part made progress.", labels=["part"]
    )
    now = timezone.now()
    for pulse in Pulse.objects.order_by("name"):
        metric.add_metric([pulse.name], (now - pulse.at).total_seconds())
    return metric


REGISTRY = CollectorRegistry()
REGISTRY.register(Rows())
