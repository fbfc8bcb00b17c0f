"""Measures of judgements against labels: accuracy, F1, calibration, coverage, intervals."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.str_]

BINS = 15
RESAMPLES = 1_000


def accuracy(said: Labels, right: Labels) -> float:
    """Share of equal labels."""
    return float(np.mean(said == right))


def macro_f1(said: Labels, right: Labels) -> float:
    """Mean F1 over the labels that occur among the right ones."""
    scores = []
    for label in np.unique(right):
        both = np.sum((said == label) & (right == label))
        scores.append(2 * both / (np.sum(said == label) + np.sum(right == label)))
    return float(np.mean(scores))


def reliability(
    confidence: NDArray[np.float64], correct: NDArray[np.bool_]
) -> list[dict[str, float]]:
    """Mean confidence and share right in each of 15 bins of equal mass, least sure first.

    Guo et al. use bins of equal width; equal mass (Nguyen & O'Connor 2015) keeps every bin full.
    """
    order = np.argsort(confidence, kind="stable")
    return [
        {
            "posts": len(part),
            "confidence": round(float(confidence[part].mean()), 6),
            "accuracy": round(float(correct[part].mean()), 6),
        }
        for part in np.array_split(order, BINS)
        if len(part)
    ]


def calibration_error(confidence: NDArray[np.float64], correct: NDArray[np.bool_]) -> float:
    """Expected calibration error over the bins of `reliability` (Guo et al. 2017, equation 3)."""
    bins = reliability(confidence, correct)
    gaps = [each["posts"] * abs(each["confidence"] - each["accuracy"]) for each in bins]
    return float(sum(gaps) / len(confidence))


def interval(
    measure: Callable[[Labels, Labels], float], said: Labels, right: Labels, *, seed: int
) -> tuple[float, float]:
    """95% percentile bootstrap interval of a measure (Efron 1979), 1,000 resamples of posts."""
    random = np.random.default_rng(seed)
    drawn = [
        measure(said[places], right[places])
        for places in (random.integers(0, len(said), len(said)) for _ in range(RESAMPLES))
    ]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def risk_coverage(
    confidence: NDArray[np.float64],
    correct: NDArray[np.bool_],
    coverages: Sequence[float] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
) -> list[dict[str, float]]:
    """Error among the most confident share of posts, for each share (El-Yaniv & Wiener 2010)."""
    order = np.argsort(-confidence, kind="stable")
    points = []
    for coverage in coverages:
        taken = order[: max(1, round(coverage * len(order)))]
        points.append(
            {
                "coverage": coverage,
                "risk": round(1 - float(correct[taken].mean()), 4),
                "threshold": round(float(confidence[taken[-1]]), 4),
            }
        )
    return points


def coverage_at(
    wanted: float, confidence: NDArray[np.float64], correct: NDArray[np.bool_]
) -> dict[str, float]:
    """The largest share of posts, most confident first, of which at least `wanted` are right.

    Also the confidence that cuts them off; 1.0 and a share of 0 where no share is that good.
    """
    order = np.argsort(-confidence, kind="stable")
    so_far = np.cumsum(correct[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(so_far >= wanted)
    if not len(good):
        return {"coverage": 0.0, "threshold": 1.0}
    last = int(good[-1])
    return {
        "coverage": round((last + 1) / len(order), 4),
        "threshold": round(float(confidence[order[last]]), 4),
    }


def confusion(said: Labels, right: Labels) -> dict[str, dict[str, int]]:
    """Right label -> said label -> posts, zeros left out."""
    table: dict[str, dict[str, int]] = {}
    for label in np.unique(right):
        names, posts = np.unique(said[right == label], return_counts=True)
        table[str(label)] = dict(zip(names.tolist(), posts.tolist(), strict=True))
    return table
