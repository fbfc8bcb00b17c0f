"""What the metrics tell of models: which one judges, how trainings ended, and drift of both."""

from collections.abc import Iterator

from django.db.models import Count
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from triage.tables import Channel, Drift, InputDrift, StoredModel, Training
from triage.web.gauges import several


def model_metrics() -> Iterator[Metric]:
    """The model in use, trainings by outcome, and each channel's drift; four queries."""
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
    yield from _inputs()


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


def _inputs() -> Iterator[Metric]:
    rows = InputDrift.objects.exclude(channel__state=Channel.State.REMOVED).order_by("id")
    told = list(rows.values_list("channel__name", "lang", "drifting", "words", "length_effect"))
    for name, words, values in (
        (
            "input_drift",
            "1 where people write otherwise than in the four weeks before, else 0.",
            [float(drifting) for _, _, drifting, _, _ in told],
        ),
        (
            "input_drift_words",
            "Words that more or fewer people use than in the four weeks before, 8 at most.",
            [float(len(changed)) for _, _, _, changed, _ in told],
        ),
        (
            "input_drift_longer",
            "Share of pairs of texts in which that of the last week is the longer one.",
            [effect for _, _, _, _, effect in told],
        ),
    ):
        places = [(channel, lang) for channel, lang, *_ in told]
        labels = ("channel", "lang")
        yield several(name, words, labels, dict(zip(places, values, strict=True)))
