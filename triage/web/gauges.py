"""Gauges: how a number, or one for each label, becomes a metric."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

Labels = TypeVar("Labels", bound=tuple[str, ...])
MOST = 2000
"""Values of one metric at most: what foreign places are called must not fill a server's memory."""


def one(name: str, words: str, value: float | None) -> Iterator[Metric]:
    """`triage_name` with its value; nothing where nobody knows it."""
    if value is not None:
        yield GaugeMetricFamily(f"triage_{name}", words, value=value)


def each(name: str, words: str, label: str, values: Mapping[str, float | None]) -> Metric:
    """`triage_name` with a value for each label; those that nobody knows are left out."""
    return several(name, words, (label,), {(key,): value for key, value in values.items()})


def several(
    name: str,
    words: str,
    labels: tuple[str, ...],
    values: Mapping[Labels, float | None],
) -> Metric:
    """The same with several labels; the first MOST values are told."""
    metric = GaugeMetricFamily(f"triage_{name}", words, labels=labels)
    known = [(key, value) for key, value in values.items() if value is not None]
    for key, value in known[:MOST]:
        metric.add_metric(list(key), value)
    return metric
