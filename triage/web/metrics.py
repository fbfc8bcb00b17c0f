"""Metrics: numbers for Prometheus, read from the rows whenever somebody asks."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from triage.back.outbox import oldest_unsent_seconds, outbox_counts
from triage.tables import DeadLetter, PostRow
from triage.walk.deadletters import waiting
from triage.watch.health import oldest_waiting_seconds
from triage.web.accuracymetrics import accuracy_metrics
from triage.web.channelmetrics import channel_metrics
from triage.web.gauges import each, one
from triage.web.modelmetrics import model_metrics
from triage.web.timesmetrics import times_metrics
from triage.web.tuningmetrics import tuning_metrics
from triage.web.workmetrics import work_metrics


class Rows(Collector):
    """Asks the database when it is asked, so that every web process tells the same."""

    def collect(self) -> Iterator[Metric]:
        """Every metric, in as many queries at any size."""
        new = PostRow.objects.filter(state=PostRow.State.NEW).count()
        yield from one("posts_waiting", "Posts that wait to be sorted.", new)
        words = "Age of the post that has waited longest to be sorted."
        yield from one("oldest_waiting_seconds", words, oldest_waiting_seconds())
        words = "Age of the reply, or other act, that has waited longest to be sent."
        yield from one("oldest_unsent_seconds", words, oldest_unsent_seconds())
        words = "Acts that are on their way, or could not be sent."
        yield each("outbox", words, "state", dict(outbox_counts()))
        letters = waiting(DeadLetter.objects.all()).count()
        yield from one("dead_letters", "Records and posts that wait for a person.", letters)
        yield from work_metrics()
        yield from channel_metrics()
        yield from model_metrics()
        yield from tuning_metrics()
        yield from accuracy_metrics()
        yield from times_metrics()

    def describe(self) -> list[Metric]:
        """Nothing beforehand: registering must not ask the database."""
        return []


REGISTRY = CollectorRegistry()
REGISTRY.register(Rows())
