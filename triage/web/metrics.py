"""Metrics: numbers for Prometheus, read from the rows whenever somebody asks."""

from collections.abc import Iterator

from django.db.models import Count
from django.utils import timezone
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from triage.deadletters import waiting
from triage.health import oldest_waiting_seconds
from triage.tables import Channel, DeadLetter, Item, PostRow, Pulse
from triage.vocabulary import Queue


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
        yield _items_open()
        yield from _channels()
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


def _items_open() -> Metric:
    metric = GaugeMetricFamily("triage_items_open", "Unresolved items.", labels=["queue"])
    items = Item.objects.exclude(status=Item.Status.RESOLVED).order_by()
    found = dict(items.values_list("queue").annotate(number=Count("id")))
    for queue in Queue:
        metric.add_metric([queue.value], found.get(queue.value, 0))
    return metric


def _channels() -> Iterator[Metric]:
    failures = GaugeMetricFamily(
        "triage_channel_failures", "Failed pulls in a row.", labels=["channel"]
    )
    success = GaugeMetricFamily(
        "triage_channel_last_success_timestamp",
        "Unix time of the last pull that succeeded; missing if none did.",
        labels=["channel"],
    )
    for channel in Channel.objects.exclude(state=Channel.State.REMOVED).order_by("name"):
        failures.add_metric([channel.name], channel.failures)
        if channel.last_success_at:
            success.add_metric([channel.name], channel.last_success_at.timestamp())
    yield failures
    yield success


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
