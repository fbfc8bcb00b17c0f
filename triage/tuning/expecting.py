"""Expecting: how many of the posts that a policy lets the model sort alone would be right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from triage.tuning.agreement import Seen, Z, accuracy_of_sure, right, sample, weighted_share
from triage.tuning.foresight import STEPS, Foresight, foresee
from triage.tuning.policy import Rulebook

ENOUGH = 30
"""Posts of the sample that must be sure under a policy before they speak for it."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """A share from 0 to 1 with its 95% interval.

    `measured` when it rests on `readings` posts that were drawn by chance and read by people; else
    it is what the model says of itself, and `readings` says how many there are so far. The share is
    None where no post would be sorted alone.
    """

    share: float | None
    low: float
    high: float
    readings: int
    measured: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What a threshold of `at` for every queue would mean: the share of posts that are sorted
    without a person, and the share of wrong ones among these."""

    at: float
    coverage: float
    risk: float


def expectation(draft: Rulebook, found: Foresight, seen: Sequence[Seen]) -> Expectation:
    """What to expect of the posts that the draft sorts alone: measured, or what the model claims.

    The interval of a claim covers chance alone: the variance of a sum of independent posts, each
    right with its calibrated confidence.
    """
    share = accuracy_of_sure(seen, draft)
    if share.n >= ENOUGH and share.estimate is not None:
        return Expectation(share.estimate, share.low, share.high, share.n, True)
    if not found.alone:
        return Expectation(None, 0.0, 1.0, share.n, False)
    claimed = found.sure / found.alone
    half = Z * sqrt(found.spread) / found.alone
    return Expectation(claimed, max(0.0, claimed - half), min(1.0, claimed + half), share.n, False)


def risk_by_coverage(found: Foresight, seen: Sequence[Seen], policy: Rulebook) -> list[Step]:
    """The steps from letting everything through to letting nothing, where something is known.

    Coverage is of all posts; the risk is measured where the sample has enough posts at a step, and
    claimed by the model where it has too few altogether.
    """
    measured = len(seen) >= ENOUGH
    steps = []
    for step in range(STEPS):
        beyond = found.confidences[step:]
        if not sum(beyond):
            break
        at = step / STEPS
        risk = _measured(seen, at, policy) if measured else _claimed(beyond, step)
        if risk is not None:
            steps.append(Step(at, sum(beyond) / found.posts, risk))
    return steps


def risk_in_force(policy: Rulebook, *, now: datetime, weeks: int) -> list[Step]:
    """The same steps of what was judged, and drawn and read, in the last weeks."""
    since = now - timedelta(weeks=weeks)
    return risk_by_coverage(foresee(policy, policy, since=since), sample(since=since), policy)


def _measured(seen: Sequence[Seen], at: float, policy: Rulebook) -> float | None:
    sure = [one for one in seen if one.confidence >= at]
    if len(sure) < ENOUGH:
        return None
    estimate = weighted_share((one.weight, right(one, policy)) for one in sure).estimate
    return None if estimate is None else 1 - estimate


def _claimed(beyond: Sequence[int], step: int) -> float:
    doubts = sum(count * (1 - (step + place + 0.5) / STEPS) for place, count in enumerate(beyond))
    return doubts / sum(beyond)
