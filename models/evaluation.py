"""How good a classifier is, on labelled posts it has not learnt from."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from models.calibration import Routes, queue_of
from models.classifier import Classifier
from models.encoder import Encoder
from models.examples import Example
from models.judgement import Judgement
from models.measures import (
    Labels,
    accuracy,
    calibration_error,
    confusion,
    coverage_at,
    interval,
    macro_f1,
    reliability,
    risk_coverage,
)
from models.training import train

THRESHOLD = 0.6
"""Confidence under which a post counts as unsure, unless the caller says otherwise."""

WANTED = 0.90
_DIGITS = 4


@dataclass(frozen=True)
class Outcome:
    """Judgements beside their labels, as aligned arrays of shape (posts,)."""

    examples: Sequence[Example]
    said_queue: Labels
    queue: Labels
    said_intent: Labels
    intent: Labels
    confidence: NDArray[np.float64]
    strange: NDArray[np.bool_]

    @classmethod
    def of(
        cls, examples: Sequence[Example], judgements: Sequence[Judgement], routes: Routes
    ) -> "Outcome":
        """Aligns the two; the right queue follows from the labelled intent and the routes."""
        queues = [queue_of(routes, each.intent, each.passage.kind) for each in examples]
        return cls(
            examples=examples,
            said_queue=np.array([judgement.queue for judgement in judgements]),
            queue=np.array(queues),
            said_intent=np.array([judgement.intent for judgement in judgements]),
            intent=np.array([example.intent for example in examples]),
            confidence=np.array([judgement.confidence for judgement in judgements]),
            strange=np.array([judgement.strange is not None for judgement in judgements]),
        )

    @property
    def correct(self) -> NDArray[np.bool_]:
        """Whether each post's queue is right."""
        return np.asarray(self.said_queue == self.queue)


def evaluate(
    classifier: Classifier,
    examples: Sequence[Example],
    *,
    routes: Routes | None = None,
    threshold: float = THRESHOLD,
    seed: int = 0,
) -> dict[str, Any]:
    """Every figure of the card, JSON-able; intervals are 95%, shares between 0 and 1.

    `routes` say the right queue of each label; None asks the classifier's own. Raises ValueError
    without examples.
    """
    if not examples:
        raise ValueError("there are no examples to judge")
    judgements = classifier.judge([example.passage for example in examples])
    outcome = Outcome.of(examples, judgements, routes or classifier.settings.routes)
    return {"model": classifier.version, **report(outcome, threshold=threshold, seed=seed)}


def leave_sources_out(
    examples: Sequence[Example],
    *,
    routes: Routes,
    k: int = 5,
    threshold: float = THRESHOLD,
    seed: int = 0,
    encoders: Sequence[Encoder] = (),
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """`evaluate` where every post is judged by a model that saw nothing of its source.

    The sources are dealt into k folds. A fold is judged with the first of the `encoders` that was
    trained on none of its sources, and by the fast judge alone where there is none. Raises
    TrainingRefused, or ValueError with one source.
    """
    sources = [example.source or "unknown" for example in examples]
    folds = min(k, len(set(sources)))
    if folds < 2:
        raise ValueError("there is only one source, so none can be left out")
    judgements: list[Judgement | None] = [None] * len(examples)
    for fold, (seen, unseen) in enumerate(GroupKFold(folds).split(sources, groups=sources), 1):
        if progress:
            progress(f"sources left out, fold {fold} of {folds}")
        away = {sources[place] for place in unseen}
        encoder = next((each for each in encoders if not each.sources & away), None)
        model = train(
            [examples[place] for place in seen], routes=routes, seed=seed, encoder=encoder
        ).classifier
        judged = model.judge([examples[place].passage for place in unseen])
        for place, judgement in zip(unseen, judged, strict=True):
            judgements[place] = judgement
    outcome = Outcome.of(examples, [each for each in judgements if each is not None], routes)
    return report(outcome, threshold=threshold, seed=seed)


def report(outcome: Outcome, *, threshold: float, seed: int) -> dict[str, Any]:
    """The figures of one outcome."""
    sure = (outcome.confidence >= threshold) & ~outcome.strange
    examples = outcome.examples
    return {
        "posts": len(examples),
        "queue": _scores(outcome.said_queue, outcome.queue, seed),
        "intent": _scores(outcome.said_intent, outcome.intent, seed),
        "ece": round(calibration_error(outcome.confidence, outcome.correct), _DIGITS),
        "sure": {
            "threshold": threshold,
            "coverage": round(float(sure.mean()), _DIGITS),
            "queue_accuracy": _share(outcome.correct[sure]),
        },
        f"coverage_at_{WANTED:.2f}": coverage_at(WANTED, outcome.confidence, outcome.correct),
        "reliability": reliability(outcome.confidence, outcome.correct),
        "risk_coverage": risk_coverage(outcome.confidence, outcome.correct),
        "queue_confusion": confusion(outcome.said_queue, outcome.queue),
        "intent_confusion": confusion(outcome.said_intent, outcome.intent),
        "by_source": _by(outcome, sure, (example.source for example in examples)),
        "by_lang": _by(outcome, sure, (example.passage.lang for example in examples)),
        "by_kind": _by(outcome, sure, (example.passage.kind for example in examples)),
        "by_platform": _by(outcome, sure, (example.passage.platform for example in examples)),
    }


def _scores(said: Labels, right: Labels, seed: int) -> dict[str, Any]:
    low, high = interval(accuracy, said, right, seed=seed)
    f1_low, f1_high = interval(macro_f1, said, right, seed=seed)
    return {
        "accuracy": round(accuracy(said, right), _DIGITS),
        "accuracy_95": [round(low, _DIGITS), round(high, _DIGITS)],
        "macro_f1": round(macro_f1(said, right), _DIGITS),
        "macro_f1_95": [round(f1_low, _DIGITS), round(f1_high, _DIGITS)],
    }


def _by(
    outcome: Outcome, sure: NDArray[np.bool_], values: Iterable[str | None]
) -> dict[str, dict[str, Any]]:
    of = np.array([value or "unknown" for value in values])
    table = {}
    for value in np.unique(of):
        here = of == value
        table[str(value)] = {
            "posts": int(here.sum()),
            "queue_accuracy": _share(outcome.correct[here]),
            "intent_accuracy": _share((outcome.said_intent == outcome.intent)[here]),
            "coverage": _share(sure[here]),
            "queue_accuracy_when_sure": _share(outcome.correct[here & sure]),
        }
    return table


def _share(flags: NDArray[np.bool_]) -> float | None:
    return round(float(flags.mean()), _DIGITS) if len(flags) else None
