"""Agreement: how often the model and people say the same, and how sure that is. Pure numbers.

Every share comes with its interval and with the number of readings that it rests on.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import sqrt
from typing import NamedTuple

from triage.intents import today
from triage.tables import Reading
from triage.tuning.policy import Rulebook
from triage.vocabulary import Queue
from triage.walk.routing import is_unsure

Z = 1.959964
"""The normal quantile of a 95% interval."""
BINS = 10


class Share(NamedTuple):
    """A share between 0 and 1 with its 95% interval, and the number of readings behind it.

    Without readings there is no estimate, and the interval says that anything is possible.
    """

    estimate: float | None
    low: float
    high: float
    n: int


NOTHING = Share(None, 0.0, 1.0, 0)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a model and a person said of one post that was drawn by chance.

    `chance` is the probability with which the post was drawn, above 0 and at most 1.
    """

    intent: str
    confidence: float
    read: str
    kind: str
    chance: float
    strange: str | None = None
    because: tuple[str, ...] = ()
    channel: str = ""
    lang: str = ""
    at: datetime | None = None

    @property
    def weight(self) -> float:
        """How many posts of the stream it stands for."""
        return 1 / self.chance


def sample(*, since: datetime | None = None) -> list[Seen]:
    """Everything drawn by chance that somebody has read, by first readings, in one query."""
    rows = Reading.objects.filter(lane=Reading.Lane.SAMPLE, second=False, verdict__isnull=False)
    if since:
        rows = rows.filter(verdict__at__gte=since)
    told = rows.order_by("id").values_list(
        "verdict__intent", "verdict__confidence", "intent", "post__kind", "verdict__drawn",
        "verdict__strange", "post__channel__name", "post__lang", "verdict__at",
    )  # fmt: skip
    return [
        Seen(
            today(intent),
            confidence,
            today(read),
            kind,
            drawn,
            strange or None,
            (),
            channel,
            lang,
            at,
        )
        for intent, confidence, read, kind, drawn, strange, channel, lang, at in told
        if drawn
    ]


def accuracy_of_sure(
    seen: Iterable[Seen], policy: Rulebook, *, queue: Queue | None = None
) -> Share:
    """The share in the right queue among those that the policy calls sure, weighted by chance."""
    return weighted_share(
        (one.weight, right(one, policy))
        for one in seen
        if sure(one, policy) and queue in (None, leaning(one, policy))
    )


def leaning(one: Seen, policy: Rulebook) -> Queue:
    """The queue of what the model said, as this policy routes it."""
    return policy.queue(one.intent, one.kind)


def sure(one: Seen, policy: Rulebook) -> bool:
    """Whether this policy would act on what the model said without a person looking."""
    return not is_unsure(one, leaning(one, policy), policy)


def right(one: Seen, policy: Rulebook) -> bool:
    """Whether model and person would send the post to the same queue."""
    return leaning(one, policy) == policy.queue(one.read, one.kind)


def weighted_share(flags: Iterable[tuple[float, bool]]) -> Share:
    """(weight, yes or no) pairs -> the weighted share of yes.

    Weights are one over the chance of being drawn (Hájek 1971); the interval is Wilson's with
    Kish's effective number of readings, which for equal weights is their plain number.
    """
    n = 0
    total = squares = yes = 0.0
    for weight, flag in flags:
        n += 1
        total += weight
        squares += weight * weight
        yes += weight * flag
    if not n:
        return NOTHING
    return Share(yes / total, *wilson(yes / total, total * total / squares), n)


def wilson(share: float, n: float) -> tuple[float, float]:
    """95% score interval of a share seen in n trials (Wilson 1927)."""
    middle = share + Z * Z / (2 * n)
    half = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    scale = 1 + Z * Z / n
    low, high = max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)
    return low, 1.0 if share == 1 else high  # which floating-point numbers miss by a hair


class Bin(NamedTuple):
    """Posts of like confidence: how sure the model was on average, and how often it was right."""

    n: int
    weight: float
    confidence: float
    accuracy: float


def reliability(seen: Sequence[Seen], policy: Rulebook, *, bins: int = BINS) -> list[Bin]:
    """The sample in bins of equal number by confidence, least sure first; fewer where it is small.

    Equal mass (Nguyen & O'Connor 2015) keeps every bin full.
    """
    order = sorted(seen, key=lambda one: one.confidence)
    edges = [round(len(order) * step / bins) for step in range(bins + 1)]
    parts = (order[start:end] for start, end in pairwise(edges))
    return [_bin(part, policy) for part in parts if part]


def _bin(part: Sequence[Seen], policy: Rulebook) -> Bin:
    weight = sum(one.weight for one in part)
    confidence = sum(one.weight * one.confidence for one in part) / weight
    accuracy = sum(one.weight * right(one, policy) for one in part) / weight
    return Bin(len(part), weight, confidence, accuracy)


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """Expected calibration error over such bins (Guo et al. 2017, equation 3); None without."""
    total = sum(each.weight for each in bins)
    if not total:
        return None
    return sum(each.weight * abs(each.confidence - each.accuracy) for each in bins) / total


def shares_by(
    seen: Iterable[Seen], policy: Rulebook, *, by: Callable[[Seen], str]
) -> dict[str, Share]:
    """The share in the right queue in each group of the sample, sure or not."""
    groups: dict[str, list[tuple[float, bool]]] = {}
    for one in seen:
        groups.setdefault(by(one), []).append((one.weight, right(one, policy)))
    return {name: weighted_share(groups[name]) for name in sorted(groups)}


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of two readers' labels of the same posts: (po - pe) / (1 - pe).

    po is the share on which they agree, pe the share on which they would by chance, from how often
    each uses each label (Cohen 1960). None without pairs, or where both only ever used one label.
    """
    n = len(pairs)
    if not n:
        return None
    agreed = sum(one == other for one, other in pairs) / n
    ones, others = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    by_chance = sum(ones[label] * others[label] for label in ones) / (n * n)
    return None if by_chance == 1 else (agreed - by_chance) / (1 - by_chance)
