"""Learning a classifier from labelled posts.

Logistic regression on intents; a temperature, fitted on posts of groups the fold did not see,
makes its probabilities honest (Guo et al. 2017, "On Calibration of Modern Neural Networks").
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from models.blending import blended
from models.calibration import DEFAULT_KIND, Routes, also_threshold, fit_temperature, softmax
from models.classifier import Classifier, Settings
from models.encoder import Encoder
from models.examples import Example, counts
from models.features import FeatureSpace, Tokens
from models.languages import main_script

Progress = Callable[[str], None]

MIN_EXAMPLES = 40
FOLDS = 5
_STRENGTH = 1.5  # scikit-learn's C, the inverse of the penalty
_WITHOUT_PARENT = 0.5
"""Weight of the copy of each reply that is learnt from without its parent's text."""

_NO_CHANCE = 1e-9
_SHOWN_LANGUAGE, _SHOWN_SCRIPT = 30, 30
"""Examples from which on a language, or a script, counts as shown to the model."""

TYPICAL_SHARES: Mapping[str, float] = {
    "awareness": 0.15,
    "question": 0.15,
    "retention": 0.13,
    "feedback": 0.12,
    "noise": 0.11,
    "visibility": 0.10,
    "peer_help": 0.08,
    "sales": 0.07,
    "event": 0.04,
    "lead": 0.03,
    "utilization": 0.02,
}
"""Expected shares of the intents in traffic, where the examples are spread more evenly than it.

Half-way (square root, rounded) between an even spread and the shares of the labelled real posts.
"""


class TrainingRefused(ValueError):
    """The examples cannot make a model; the message says why in one sentence."""


@dataclass(frozen=True)
class TrainedModel:
    """A classifier with what its card says of it."""

    classifier: Classifier
    counts: dict[str, dict[str, int]]
    metrics: dict[str, Any]


def train(
    examples: Sequence[Example],
    *,
    routes: Routes,
    seed: int = 0,
    shares: Mapping[str, float] | None = TYPICAL_SHARES,
    encoder: Encoder | None = None,
    progress: Progress | None = None,
) -> TrainedModel:
    """A classifier learnt from the examples, calibrated on groups left out of the folds.

    `shares` None leaves the intents as frequent as they are among the examples. With an `encoder`
    the posts that the fast judge leaves open are judged by both. The same examples and seed give
    the same model. Raises TrainingRefused.
    """
    _check(examples, routes)
    tell = progress or silently
    settings = Settings(routes, languages=languages_of(examples), scripts=scripts_of(examples))
    left_out = _left_out(examples, settings, shares=shares, seed=seed, tell=tell)
    if left_out is not None:
        settings = calibrated(settings, examples, left_out)
    tell(f"fitting on all {len(examples):,} examples")
    classifier = _fit(examples, settings, shares=shares, seed=seed)
    if encoder is not None:
        classifier = with_encoder(classifier, encoder)
    metrics = {
        "examples": len(examples),
        "features": len(classifier.space.keys),
        "temperature": settings.temperature,
        "also_threshold": settings.also_threshold,
        "calibrated_on_groups_left_out": left_out is not None,
    }
    return TrainedModel(classifier, counts(examples), metrics)


def with_encoder(classifier: Classifier, encoder: Encoder) -> Classifier:
    """The same model with an encoder beside it, blended as the encoder's card says."""
    mix = encoder.card["mix"]
    settings = replace(
        classifier.settings, deep_temperature=mix["temperature"], settles=mix["settles"]
    )
    deep = blended(classifier.linear, encoder, settings.routes)
    return Classifier(classifier.space, classifier.linear, settings, deep=deep)


def calibrated(
    settings: Settings, examples: Sequence[Example], left_out: NDArray[np.float64]
) -> Settings:
    """The settings with the temperature and the `also` threshold that suit left-out scores.

    `left_out` holds log-probabilities, shape (examples, intents), intents in sorted order.
    """
    intents = sorted({example.intent for example in examples})
    temperature = fit_temperature(left_out, examples, intents)
    chances = softmax(left_out / temperature)
    threshold = also_threshold(chances, examples, settings.routes, intents)
    return replace(settings, temperature=temperature, also_threshold=threshold)


def _fit(
    examples: Sequence[Example],
    settings: Settings,
    *,
    shares: Mapping[str, float] | None,
    seed: int,
) -> Classifier:
    cut = [Tokens.of(example.passage) for example in examples]
    space = FeatureSpace.learn(cut)
    alone = [place for place, tokens in enumerate(cut) if tokens.parent]
    rows = cut + [replace(cut[place], parent=[]) for place in alone]
    weights = np.array([example.weight for example in examples])
    labels = np.array([example.intent for example in examples])
    linear = LogisticRegression(C=_STRENGTH, max_iter=300, tol=1e-3, random_state=seed)
    linear.fit(
        space.read(rows).matrix,
        np.concatenate([labels, labels[alone]]),
        sample_weight=np.concatenate([weights, _WITHOUT_PARENT * weights[alone]]),
    )
    if shares is not None:
        _expect(linear, labels, weights, shares)
    return Classifier(space, linear, settings)


def _expect(
    linear: LogisticRegression,
    labels: NDArray[np.str_],
    weights: NDArray[np.float64],
    shares: Mapping[str, float],
) -> None:
    """Moves the intercepts from the examples' shares to the expected ones (Saerens et al. 2002)."""
    learnt = np.array([weights[labels == intent].sum() for intent in linear.classes_])
    expected = np.array([shares.get(str(intent), 0.0) for intent in linear.classes_])
    if (expected <= 0).any():
        return  # labels of a taxonomy that the shares do not speak of
    shift = np.log(expected / expected.sum()) - np.log(learnt / learnt.sum())
    linear.intercept_ += shift if len(shift) > 2 else shift[1:] - shift[:1]


def _left_out(
    examples: Sequence[Example],
    settings: Settings,
    *,
    shares: Mapping[str, float] | None,
    seed: int,
    tell: Progress,
) -> NDArray[np.float64] | None:
    """Log-probabilities of each example by a model that saw none of its group, or None."""
    groups = _groups(examples)
    folds = min(FOLDS, len(set(groups)))
    if folds < 2:
        return None
    intents = sorted({example.intent for example in examples})
    scores = np.full((len(examples), len(intents)), np.log(_NO_CHANCE))
    for fold, (seen, unseen) in enumerate(GroupKFold(folds).split(groups, groups=groups), start=1):
        tell(f"fold {fold} of {folds}")
        known = [examples[place] for place in seen]
        if len({example.intent for example in known}) < 2:
            return None
        model = _fit(known, settings, shares=shares, seed=seed)
        chances = model.probabilities([examples[place].passage for place in unseen])
        columns = [intents.index(intent) for intent in model.intents]
        scores[np.ix_(unseen, columns)] = np.log(np.maximum(chances, _NO_CHANCE))
    return scores


def _groups(examples: Sequence[Example]) -> list[str]:
    """Sources, where there are enough to leave some out; else the brands within them."""
    sources = [example.source or "unknown" for example in examples]
    if len(set(sources)) >= FOLDS:
        return sources
    return [
        f"{source}/{example.passage.brand or ''}"
        for source, example in zip(sources, examples, strict=True)
    ]


def silently(_: str) -> None:
    """Progress for nobody."""


def _check(examples: Sequence[Example], routes: Routes) -> None:
    if len(examples) < MIN_EXAMPLES:
        raise TrainingRefused(
            f"There are {len(examples)} examples; a model needs at least {MIN_EXAMPLES}."
        )
    labels = Counter(example.intent for example in examples)
    if len(labels) < 2:
        raise TrainingRefused(f"Every example is labelled {next(iter(labels))}; two are needed.")
    check_routes(labels.keys(), routes)


def check_routes(intents: Collection[str], routes: Routes) -> None:
    """Refuses routes that leave an intent without a queue, or differ in the kinds of channel."""
    unknown = sorted(set(intents) - routes.keys())
    if unknown:
        raise TrainingRefused(f"No queue is given for the intent {', '.join(unknown)}.")
    kinds = {frozenset(kinds) for kinds in routes.values()}
    if len(kinds) > 1 or DEFAULT_KIND not in next(iter(kinds)):
        raise TrainingRefused("Every intent must be routed for the same kinds of channel.")


def languages_of(examples: Sequence[Example]) -> frozenset[str]:
    """The languages that enough of the examples are in to count as shown."""
    seen = Counter(example.passage.lang for example in examples)
    return frozenset(lang for lang, count in seen.items() if lang and count >= _SHOWN_LANGUAGE)


def scripts_of(examples: Sequence[Example]) -> frozenset[str]:
    """The scripts that enough of the examples are written in to count as shown."""
    seen = Counter(main_script(example.passage.text) for example in examples)
    return frozenset(script for script, count in seen.items() if script and count >= _SHOWN_SCRIPT)
