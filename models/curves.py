"""The learning curve: how much better a model gets on a source with the source's own lessons."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.cache import EmbeddingCache
from models.calibration import queue_of
from models.classifier import Classifier
from models.examples import Example
from models.learning import learn

SIZES = (0, 50, 200, 1000)
_HELD_OUT = 0.4
_MOST_HELD_OUT = 500
_LEAST_POSTS = 100
_DIGITS = 4


def learning_curves(
    base: Classifier, examples: Sequence[Example], *, cache: EmbeddingCache | None = None
) -> dict[str, list[dict[str, Any]]]:
    """The curve of each source that has enough posts for one; the others' posts are its rest."""
    sources = sorted({example.source or "unknown" for example in examples})
    curves = {}
    for source in sources:
        own = [each for each in examples if (each.source or "unknown") == source]
        if len(own) >= _LEAST_POSTS:
            rest = [each for each in examples if (each.source or "unknown") != source]
            curves[source] = learning_curve(base, own, rest[:_MOST_HELD_OUT], cache=cache)
    return curves


def learning_curve(
    base: Classifier,
    examples: Sequence[Example],
    rest: Sequence[Example] = (),
    *,
    sizes: Sequence[int] = SIZES,
    repeats: int = 3,
    cache: EmbeddingCache | None = None,
    seed: int = 0,
) -> list[dict[str, Any]]:
    """Accuracy on held-out posts of one source after so many lessons of it, mean of `repeats`.

    `rest` are posts of other sources, on which what was known must not be forgotten. Sizes that
    the source cannot fill are left out.
    """
    rows: dict[int, list[dict[str, float]]] = {size: [] for size in sizes}
    for turn in range(repeats):
        order = np.random.default_rng(seed + turn).permutation(len(examples))
        cut = min(round(_HELD_OUT * len(examples)), _MOST_HELD_OUT)
        held_out = [examples[place] for place in order[:cut]]
        own = [examples[place] for place in order[cut:]]
        for size in (size for size in sizes if size <= len(own)):
            model = learn(base, own[:size], cache=cache).classifier if size else base
            rows[size].append(_measured(model, held_out, rest))
    return [
        {"lessons": size, **{name: _mean([row[name] for row in found]) for name in found[0]}}
        for size, found in rows.items()
        if found
    ]


def _measured(
    model: Classifier, held_out: Sequence[Example], rest: Sequence[Example]
) -> dict[str, float]:
    figures = {
        f"{name}_accuracy": float(right.mean())
        for name, right in zip(("queue", "intent"), _right(model, held_out), strict=True)
    }
    if rest:
        figures["rest_queue_accuracy"] = float(_right(model, rest)[0].mean())
    return figures


def _right(
    model: Classifier, examples: Sequence[Example]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether the queue is right, and the intent, (examples,) each."""
    routes = model.settings.routes
    judged = model.judge([example.passage for example in examples])
    queues = [
        said.queue == queue_of(routes, each.intent, each.passage.kind)
        for said, each in zip(judged, examples, strict=True)
    ]
    intents = [said.intent == each.intent for said, each in zip(judged, examples, strict=True)]
    return np.array(queues), np.array(intents)


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), _DIGITS)
