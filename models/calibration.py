"""From scores to honest probabilities: temperature, queues as sums of intents, `also`.

The temperature is the one number that is fitted (Guo et al. 2017, "On Calibration of Modern
Neural Networks", section 4.2): it leaves the order of the intents as it is.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from models.examples import Example

Routes = Mapping[str, Mapping[str, str]]
"""Intent -> kind of channel -> queue."""

ARCHIVE = "archive"
"""The queue of what nobody need read; every other queue is a team's."""

DEFAULT_KIND = "public"
ALSO_DEFAULT = 0.25
_ENOUGH_ALSO = 30
_BOUNDS = (0.2, 5.0)


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows of scores as rows of probabilities, same shape."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return chances


def queue_of(routes: Routes, intent: str, kind: str) -> str:
    """The queue an intent leads to on a kind of channel; an unknown kind counts as public."""
    kinds = routes[intent]
    return kinds.get(kind, kinds[DEFAULT_KIND])


def same_queue(
    examples: Sequence[Example], routes: Routes, intents: Sequence[str]
) -> NDArray[np.bool_]:
    """Whether an intent leads to the queue of the example's own label, (examples, intents)."""
    return np.array(
        [
            [
                queue_of(routes, intent, example.passage.kind)
                == queue_of(routes, example.intent, example.passage.kind)
                for intent in intents
            ]
            for example in examples
        ]
    )


def fit_temperature(
    scores: NDArray[np.float64], examples: Sequence[Example], intents: Sequence[str]
) -> float:
    """The temperature at which left-out labels surprise least (Guo et al. 2017, section 4.2).

    `scores` are log-probabilities, shape (examples, intents).
    """
    right = np.array([intents.index(example.intent) for example in examples])
    weights = np.array([example.weight for example in examples])

    def surprise(temperature: float) -> float:
        chance = softmax(scores / temperature)[np.arange(len(right)), right]
        return float(-np.average(np.log(np.maximum(chance, 1e-12)), weights=weights))

    found = minimize_scalar(surprise, bounds=_BOUNDS, method="bounded")
    return round(float(found.x), 4)


def also_threshold(
    chances: NDArray[np.float64],
    examples: Sequence[Example],
    routes: Routes,
    intents: Sequence[str],
) -> float:
    """The probability from which naming the other team's best intent has the highest F1.

    With fewer than 30 examples that name a second intent, ALSO_DEFAULT.
    """
    wanted = np.array([example.also is not None for example in examples])
    if wanted.sum() < _ENOUGH_ALSO:
        return ALSO_DEFAULT
    archived = np.array(
        [
            [queue_of(routes, intent, example.passage.kind) == ARCHIVE for intent in intents]
            for example in examples
        ]
    )
    other = ~same_queue(examples, routes, intents) & ~archived
    best = np.where(other, chances, 0.0).max(axis=1)
    steps = np.round(np.arange(0.1, 0.51, 0.01), 2)
    return float(max(steps, key=lambda step: _f1(best >= step, wanted)))


def _f1(said: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> float:
    both = int((said & wanted).sum())
    return 2 * both / max(int(said.sum() + wanted.sum()), 1)
