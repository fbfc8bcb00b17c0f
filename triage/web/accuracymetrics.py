"""What the metrics tell of how right the model is."""

from collections.abc import Iterator, Mapping

from django.core.cache import cache
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from triage.tuning.accuracy import Accuracy, accuracy
from triage.tuning.policies import policy_in_force

KEPT_SECONDS = 60
"""These numbers move slowly and are the dearest; a scraper asks every few seconds."""


def accuracy_metrics() -> Iterator[Metric]:
    """The numbers of the accuracy page. What is not known, for want of readings, is left out."""
    found = cache.get_or_set("accuracy-metrics", _numbers, KEPT_SECONDS)
    assert isinstance(found, Accuracy)
    yield from _by_queue(found)
    yield from _pairs(found)
    error = {} if found.calibration is None else {"": found.calibration}
    yield _gauge("calibration_error", "Mean gap between confidence and accuracy.", "", error)
    yield _gauge("sample_drawn", "Posts that were drawn by chance.", "", {"": found.drawn})
    yield _gauge("sample_read", "Posts of these that were read.", "", {"": found.read})
    for name, words, rate in (
        ("unsure_ratio", "Part of the items that went to review.", found.unsure),
        ("handed_off_ratio", "Part of the items that people handed off again.", found.handed_off),
    ):
        yield _gauge(name, words, "", {"": rate.number / rate.of} if rate.of else {})


def _numbers() -> Accuracy:
    return accuracy(policy_in_force(), now=timezone.now())


def _by_queue(found: Accuracy) -> Iterator[Metric]:
    known = {name: share for name, share in found.queues.items() if share.estimate is not None}
    for name, words, place in (
        ("accuracy", "Sure posts that are in the right queue, estimated.", 0),
        ("accuracy_low", "Lower end of the 95 % interval of triage_accuracy.", 1),
        ("accuracy_high", "Upper end of the 95 % interval of triage_accuracy.", 2),
        ("accuracy_readings", "Readings that triage_accuracy rests on.", 3),
    ):
        values = {queue: float(share[place] or 0) for queue, share in known.items()}
        yield _gauge(name, words, "queue", values)


def _pairs(found: Accuracy) -> Iterator[Metric]:
    kappas = {f"{p.one}, {p.other}": p.kappa for p in found.pairs if p.kappa is not None}
    yield _gauge("readers_kappa", "Cohen's kappa of two readers.", "readers", kappas)


def _gauge(name: str, words: str, label: str, values: Mapping[str, float]) -> Metric:
    metric = GaugeMetricFamily(f"triage_{name}", words, labels=[label] if label else [])
    for value, number in values.items():
        metric.add_metric([value] if label else [], number)
    return metric
