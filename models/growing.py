"""A classifier with more intents, or fewer, than it was trained with.

A new intent begins as a small part of what the model has called its posts so far: its weights are
those of the intents that were said, mixed by how likely each was. What the lessons then have to
teach is only the difference.
"""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from models.adapting import linear_model
from models.classifier import Classifier
from models.deep import Deep
from models.examples import Example

_SHARE = 0.05
"""Which part of the chance of what its posts were called a new intent begins with."""


def grown(base: Classifier, lessons: Sequence[Example]) -> Classifier:
    """The model with each intent of the lessons that it has not known."""
    for intent in sorted({lesson.intent for lesson in lessons} - set(base.intents)):
        base = _with(base, intent, [each for each in lessons if each.intent == intent])
    return base


def _with(base: Classifier, intent: str, lessons: Sequence[Example]) -> Classifier:
    called = base.probabilities([lesson.passage for lesson in lessons]).mean(axis=0)
    linear = _linear_with(base.linear, intent, called)
    deep = base.deep and Deep(base.deep.encoder, _linear_with(base.deep.linear, intent, called))
    return Classifier(base.space, linear, base.settings, deep=deep, limited=base.limited)


def _linear_with(
    linear: LogisticRegression, intent: str, called: NDArray[np.float64]
) -> LogisticRegression:
    row = called @ linear.coef_
    start = called @ linear.intercept_ + np.log(_SHARE)
    names = np.array([*linear.classes_.tolist(), intent])
    order = np.argsort(names)
    coef = np.vstack([linear.coef_, row])[order]
    return linear_model(names[order].tolist(), coef, np.append(linear.intercept_, start)[order])


def without(base: Classifier, intents: Collection[str]) -> Classifier:
    """The model that says the next likely one in place of these; two intents are left at least."""
    keep = [place for place, intent in enumerate(base.intents) if intent not in intents]
    if len(keep) in (len(base.intents), 0, 1):
        return base
    linear = _linear_without(base.linear, keep)
    deep = base.deep and Deep(base.deep.encoder, _linear_without(base.deep.linear, keep))
    return Classifier(base.space, linear, base.settings, deep=deep, limited=base.limited)


def _linear_without(linear: LogisticRegression, keep: Sequence[int]) -> LogisticRegression:
    names = linear.classes_[keep].tolist()
    return linear_model(names, linear.coef_[keep], linear.intercept_[keep])
