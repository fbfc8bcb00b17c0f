"""What the metrics tell of how right the model is."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from django.core.cache import cache
from django.utils import timezone
from prometheus_client.metrics_core import Metric

from triage.tuning.accuracy import WEEKS, Accuracy, accuracy, disagreements
from triage.tuning.agreement import Share
from triage.tuning.policies import policy_in_force
from triage.tuning.rates import Rates
from triage.web.gauges import each, one, several

KEPT_SECONDS = 300
"""These numbers move slowly and are the dearest; a scraper asks every few seconds."""
SIDES = (
    ("accuracy", "", 0),
    ("accuracy_low", "Lower end of the 95% interval: ", 1),
    ("accuracy_high", "Upper end of the 95% interval: ", 2),
    ("accuracy_readings", "Readings behind it: ", 3),
)
"""The end of a metric's name, what its words begin with, and the place in a share."""
RATE_SIDES = (
    ("ratio", "", 0),
    ("ratio_low", "Lower end of the 95% interval: ", 1),
    ("ratio_high", "Upper end of the 95% interval: ", 2),
    ("items", "Items behind it: ", 3),
)


class _Known(NamedTuple):
    accuracy: Accuracy
    disagreements: int


def accuracy_metrics() -> Iterator[Metric]:
    """The numbers of the accuracy page. What is not known, for want of readings, is left out."""
    known = cache.get_or_set("accuracy-metrics", _numbers, KEPT_SECONDS)
    assert isinstance(known, _Known)
    found = known.accuracy
    yield from _shares("", "sure posts that are in the right queue.", ("queue",), found.queues)
    groups = {"channel": found.channels, "language": found.languages, "intent": found.intents}
    for name, shares in groups.items():
        words = f"posts, sure or not, in the right queue, by {name}."
        yield from _shares(f"{name}_", words, (name,), shares)
    yield _confusion(found)
    kappas = {f"{p.one}, {p.other}": p.kappa for p in found.pairs}
    yield each("readers_kappa", "Cohen's kappa of two readers.", "readers", kappas)
    words = "Mean gap between confidence and accuracy."
    yield from one("calibration_error", words, found.calibration)
    yield from one("sample_drawn", "Posts that were drawn by chance.", found.drawn)
    yield from one("sample_read", "Posts of these that were read.", found.read)
    words = "Labels by people that differ from the verdict."
    yield from one("disagreements", words, known.disagreements)
    for name, words, rate in (
        ("unsure_ratio", "Part of the items that went to review.", found.unsure),
        ("handed_off_ratio", "Part of the items that people handed off again.", found.handed_off),
    ):
        yield from one(name, words, rate.number / rate.of if rate.of else None)
    yield from _rates("unsure", "items that went to review", found.unsure_by)
    yield from _rates("handed_off", "items that people handed off again", found.handed_off_by)


def _numbers() -> _Known:
    now = timezone.now()
    differing = disagreements(now=now, weeks=WEEKS).count()
    return _Known(accuracy(policy_in_force(), now=now), differing)


def _rates(name: str, words: str, rates: Rates) -> Iterator[Metric]:
    for group, shares in (("channel", rates.channels), ("intent", rates.intents)):
        told = f"part of the {words}, by {group}."
        yield from _shares(f"{group}_{name}_", told, (group,), shares, sides=RATE_SIDES)


def _shares(
    start: str,
    words: str,
    labels: tuple[str],
    shares: Mapping[str, Share],
    *,
    sides: tuple[tuple[str, str, int], ...] = SIDES,
) -> Iterator[Metric]:
    known = {name: share for name, share in shares.items() if share.estimate is not None}
    for name, beginning, place in sides:
        values = {(group,): share[place] for group, share in known.items()}
        sentence = f"{beginning}{words}"
        yield several(f"{start}{name}", f"{sentence[0].upper()}{sentence[1:]}", labels, values)


def _confusion(found: Accuracy) -> Metric:
    cells = {
        (read, said): float(number)
        for read, row in found.confusion.items()
        for said, number in row.items()
    }
    words = "Posts of the sample by what people read and what the model said."
    return several("confusion_posts", words, ("read", "said"), cells)
