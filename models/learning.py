"""Learning from lessons: the model that is there, moved by what people corrected.

Both judges learn: the fast one over its sparse features, the encoder's over these and the
embedding. The encoder itself stays as it is, so that a lesson costs an embedding and no more.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.model_selection import KFold

from models.adapting import Pull, adapt
from models.cache import EmbeddingCache
from models.calibration import Routes, fit_temperature
from models.classifier import Classifier
from models.deep import Deep
from models.examples import Example, counts
from models.features import Tokens
from models.growing import grown
from models.training import (
    Progress,
    TrainedModel,
    TrainingRefused,
    check_routes,
    languages_of,
    scripts_of,
    silently,
)

FAST_PULL = Pull(sparse=1.0, intercept=0.5)
DEEP_PULL = Pull(sparse=0.5, dense=0.03, intercept=0.5)
"""Chosen on posts of sources left out; the figures are in README.md."""

FOLDS = 4
_ENOUGH_JUDGED = 1_000
"""Held-out judgements that settle a temperature; further folds would cost time and no more."""

_ENOUGH = 120
"""Lessons from which on the temperatures are fitted anew."""

_TRUST = 300
"""A temperature fitted on this many lessons counts as much as the one that was there."""


def learn(
    base: Classifier,
    lessons: Sequence[Example],
    *,
    routes: Routes | None = None,
    cache: EmbeddingCache | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> TrainedModel:
    """A classifier that knows what `base` knows and has learnt the lessons as well.

    An intent of the lessons that the base does not know becomes one of the model's.
    The same base, lessons and seed give the same model. Raises TrainingRefused.
    """
    tell = progress or silently
    routes = routes or base.settings.routes
    _check(base, lessons, routes)
    settings = replace(
        base.settings,
        routes=routes,
        languages=base.settings.languages | languages_of(lessons),
        scripts=base.settings.scripts | scripts_of(lessons),
    )
    version = base.version
    base = Classifier(base.space, base.linear, settings, deep=base.deep, limited=base.limited)
    base = grown(base, lessons)
    tell(f"reading {len(lessons):,} lessons")
    desk = _Desk(base, lessons, cache)
    if len(lessons) >= _ENOUGH:
        tell("judging each lesson by a model that has not seen it")
        base = _calibrated(base, desk, lessons, seed)
    tell("fitting on all lessons")
    learnt = desk.learn(base, np.arange(len(lessons)))
    metrics = {
        "base": version,
        "examples": len(lessons),
        "temperature": base.settings.temperature,
        "deep_temperature": base.settings.deep_temperature,
    }
    return TrainedModel(learnt, counts(lessons), metrics)


class _Desk:
    """The lessons as numbers, read once."""

    def __init__(
        self, base: Classifier, lessons: Sequence[Example], cache: EmbeddingCache | None
    ) -> None:
        passages = [lesson.passage for lesson in lessons]
        self.lessons = lessons
        self.sparse = base.space.read([Tokens.of(passage) for passage in passages]).matrix
        self.labels = np.array([lesson.intent for lesson in lessons])
        self.weights = np.array([lesson.weight for lesson in lessons])
        self.dense: NDArray[np.float32] | None = None
        if base.deep is not None:
            encoder = base.deep.encoder
            self.dense = cache.embed(encoder, passages) if cache else encoder.embed(passages)

    def learn(self, base: Classifier, rows: NDArray[np.int64]) -> Classifier:
        """The base, moved by some of the lessons."""
        sparse, labels, weights = self.sparse[rows], self.labels[rows], self.weights[rows]
        linear = adapt(base.linear, sparse, None, labels, weights, FAST_PULL)
        deep = base.deep
        if deep is not None and self.dense is not None:
            dense = self.dense[rows]
            deep = Deep(deep.encoder, adapt(deep.linear, sparse, dense, labels, weights, DEEP_PULL))
        return Classifier(base.space, linear, base.settings, deep=deep, limited=base.limited)

    def scores(
        self, model: Classifier, rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
        """The scores of the fast judge and of the encoder's, (rows, intents)."""
        sparse = csr_matrix(self.sparse[rows])
        fast = sparse @ model.linear.coef_.T + model.linear.intercept_
        if model.deep is None or self.dense is None:
            return fast, None
        return fast, model.deep.scores(sparse, self.dense[rows])


def _calibrated(base: Classifier, desk: _Desk, lessons: Sequence[Example], seed: int) -> Classifier:
    """The base with temperatures that suit what it will say once it has learnt the lessons."""
    fast, deep, judged = [], [], []
    for seen, unseen in KFold(FOLDS, shuffle=True, random_state=seed).split(desk.labels):
        quick, slow = desk.scores(desk.learn(base, seen), unseen)
        fast.append(quick)
        deep.append(slow)
        judged += [lessons[place] for place in unseen]
        if len(judged) >= _ENOUGH_JUDGED:
            break
    settings, share = base.settings, len(judged) / (len(judged) + _TRUST)

    def fitted(before: float, scores: list[NDArray[np.float64]]) -> float:
        found = fit_temperature(np.vstack(scores), judged, base.intents)
        return round(float(before ** (1 - share) * found**share), 4)

    settings = replace(settings, temperature=fitted(settings.temperature, fast))
    if slow is not None:
        found = fitted(settings.deep_temperature, [each for each in deep if each is not None])
        settings = replace(settings, deep_temperature=found)
    return Classifier(base.space, base.linear, settings, deep=base.deep, limited=base.limited)


def _check(base: Classifier, lessons: Sequence[Example], routes: Routes) -> None:
    if not lessons:
        raise TrainingRefused("There are no lessons to learn from.")
    check_routes({lesson.intent for lesson in lessons} | set(base.intents), routes)
