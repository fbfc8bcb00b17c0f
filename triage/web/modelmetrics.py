"""What the metrics tell of models: which one judges, how trainings ended, and drift."""

from collections.abc import Iterator

from django.db.models import Count
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from triage.tables import Channel, Drift, StoredModel, Training


def model_metrics() -> Iterator[Metric]:
    """The model in use, trainings by outcome, and each channel's drift; three queries."""
    used = GaugeMetricFamily("triage_model_in_use", "The model that judges.", labels=["model"])
    for version in StoredModel.objects.filter(in_use=True).values_list("version", flat=True):
        used.add_metric([version], 1)
    yield used
    ended = GaugeMetricFamily("triage_trainings", "Trainings by outcome.", labels=["state"])
    found = dict(Training.objects.order_by().values_list("state").annotate(number=Count("id")))
    for state in Training.State:
        ended.add_metric([state.value], found.get(state.value, 0))
    yield ended
    yield _drift()


def _drift() -> Metric:
    metric = GaugeMetricFamily(
        "triage_drift",
        "Cramer's V between what was said in the last week and in the four before.",
        labels=["channel", "lang"],
    )
    rows = Drift.objects.exclude(channel__state=Channel.State.REMOVED)
    for name, lang, effect in rows.values_list("channel__name", "lang", "effect"):
        metric.add_metric([name, lang], effect)
    return metric
