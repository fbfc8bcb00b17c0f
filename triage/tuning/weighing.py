"""Weighing: champion and challenger side by side on posts that neither has learnt from.

Stricter than `models.gate` alone: what makes a model better on the whole may still spoil its
confidence, which the thresholds stand on, or give up an intent that is rare.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import comb
from typing import Any

import numpy as np

from models.calibration import Routes, queue_of
from models.classifier import Classifier
from models.evaluation import Outcome, report
from models.examples import Example
from models.gate import Comparison, both_routes, compare
from models.measures import calibration_error
from triage.intents import today
from triage.numbers import percent

RESAMPLES = 500
SURE = 0.95
LEAST_OF_INTENT = 5
"""Held-out posts from which on the loss of an intent can be told from chance."""
SIDES = ("champion", "challenger")
THRESHOLD = 0.8


def weigh(
    challenger: Classifier, champion: Classifier, held_out: Sequence[Example], *, seed: int = 0
) -> Comparison:
    """Accepts the challenger if it is better, as honest, and has given up no intent.

    Better is what `models.gate.compare` says. As honest: its expected calibration error is not
    higher in 95% of the resamples (paired bootstrap, Efron 1979). The figures have both sides.
    """
    result = compare(challenger, champion, held_out, seed=seed)
    if not held_out:
        return result
    routes = both_routes(challenger, champion)
    outcomes = [_outcome(model, held_out, routes) for model in (champion, challenger)]
    sides = {name: _side(each, seed) for name, each in zip(SIDES, outcomes, strict=True)}
    doubt, lost = _doubt(*outcomes, seed=seed), given_up(*outcomes)
    figures = {**result.figures, **sides, "sure_of_worse_calibration": doubt, "given_up": lost}
    spoilt = [_spoilt(doubt, sides)] if doubt >= SURE else []
    spoilt += [f"It loses what the model in use finds for: {', '.join(lost)}."] if lost else []
    if not result.accepted or not spoilt:
        return Comparison(result.accepted, " ".join([result.why, *spoilt]), figures)
    return Comparison(False, " ".join(["Refused, though better overall.", *spoilt]), figures)


def given_up(champion: Outcome, challenger: Outcome) -> list[str]:
    """The intents that the challenger hardly finds any more, in order.

    That is where its F1 is less than half of the champion's, and chance would lose so many of the
    posts that the champion found in less than 5% of cases (sign test, one-sided and exact).
    Recall alone would punish a model for saying something else than the one intent it used to say.
    """
    found = []
    for intent in sorted(set(champion.intent.tolist())):
        here = champion.intent == intent
        before = (champion.said_intent == intent)[here]
        after = (challenger.said_intent == intent)[here]
        fell = _f1(challenger, intent) < _f1(champion, intent) / 2
        losses, gains = int((before & ~after).sum()), int((after & ~before).sum())
        if here.sum() >= LEAST_OF_INTENT and fell and _sign_test(losses, gains) < 1 - SURE:
            found.append(intent)
    return found


def _f1(outcome: Outcome, intent: str) -> float:
    said, right = outcome.said_intent == intent, outcome.intent == intent
    return float(2 * (said & right).sum() / (said.sum() + right.sum()))


def _sign_test(losses: int, gains: int) -> float:
    """The chance of at least so many losses among those that changed, were both as likely."""
    changed = losses + gains
    return float(sum(comb(changed, number) for number in range(losses, changed + 1)) / 2**changed)


def _outcome(model: Classifier, examples: Sequence[Example], routes: Routes) -> Outcome:
    """What a model says of the examples, read as it would be now: by its intents of today."""
    judged = model.judge([example.passage for example in examples])
    now = [
        replace(
            each,
            intent=today(each.intent),
            queue=queue_of(routes, each.intent, example.passage.kind),
        )
        for each, example in zip(judged, examples, strict=True)
    ]
    return Outcome.of(examples, now, routes)


def _side(outcome: Outcome, seed: int) -> dict[str, Any]:
    whole = report(outcome, threshold=THRESHOLD, seed=seed)
    return {
        "queue_accuracy": whole["queue"]["accuracy"],
        "queue_accuracy_95": whole["queue"]["accuracy_95"],
        "intent_accuracy": whole["intent"]["accuracy"],
        "macro_f1": whole["intent"]["macro_f1"],
        "calibration_error": whole["ece"],
        "sure": whole["sure"]["coverage"],
        "right_when_sure": whole["sure"]["queue_accuracy"],
    }


def _doubt(champion: Outcome, challenger: Outcome, *, seed: int) -> float:
    """In which share of the resamples the challenger's calibration error is the higher one."""
    random, size = np.random.default_rng(seed), len(champion.examples)
    worse = 0
    for _ in range(RESAMPLES):
        drawn = random.integers(0, size, size)
        before, after = (
            calibration_error(each.confidence[drawn], each.correct[drawn])
            for each in (champion, challenger)
        )
        worse += after > before
    return round(worse / RESAMPLES, 4)


def _spoilt(doubt: float, sides: dict[str, dict[str, Any]]) -> str:
    before, after = (sides[name]["calibration_error"] for name in SIDES)
    return (
        f"Its confidence is less reliable: calibration error {after:.3f} against {before:.3f}, "
        f"higher in {percent(doubt)} of the resamples."
    )
