"""Whether a new model may take the place of the one in use.

Both judge the same held-out posts, so they are compared post by post: a change that resampling
the posts could have made is noise, and noise is refused (paired bootstrap, Efron 1979).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.calibration import Routes, queue_of
from models.classifier import Classifier
from models.examples import Example

RESAMPLES = 2_000
SURE = 0.90
"""How sure the comparison must be that the new model is the better one."""

HELD_OUT_OF = 5
MIN_HELD_OUT = 30


@dataclass(frozen=True)
class Comparison:
    """What came of it; `figures` is JSON-able, `why` one sentence with the numbers."""

    accepted: bool
    why: str
    figures: dict[str, Any]


def held_out(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """The examples to learn from, and the fifth of them that no model is ever taught.

    Which are which depends on the text alone, so that the model in use has not learnt from what
    the next one is compared on.
    """
    kept = [_is_kept(example) for example in examples]
    taught = [each for each, away in zip(examples, kept, strict=True) if not away]
    return taught, [each for each, away in zip(examples, kept, strict=True) if away]


def compare(
    new: Classifier, old: Classifier, held_out: Sequence[Example], *, seed: int = 0
) -> Comparison:
    """Accepts the new model if it is better on posts that neither has learnt from.

    Better is: the probability given to the right queue rose (mean log-loss, paired, one-sided at
    SURE), and the queue accuracy did not fall beyond noise. Which queue an intent belongs to, the
    new model's routes say for both.
    """
    figures: dict[str, Any] = {"held_out": len(held_out), "new": new.version, "old": old.version}
    if len(held_out) < MIN_HELD_OUT:
        why = f"only {len(held_out)} posts were held out; {MIN_HELD_OUT} are needed to compare"
        return Comparison(False, f"Refused: {why}.", figures)
    routes = both_routes(new, old)
    now, before = _judged(new, held_out, routes), _judged(old, held_out, routes)
    random = np.random.default_rng(seed)
    drawn = random.integers(0, len(held_out), (RESAMPLES, len(held_out)))
    gain, right = before[0] - now[0], now[1] - before[1]
    figures |= {
        "queue_accuracy": {"new": _round(now[1].mean()), "old": _round(before[1].mean())},
        "log_loss": {"new": _round(now[0].mean()), "old": _round(before[0].mean())},
        "sure_of_lower_log_loss": _round((gain[drawn].mean(axis=1) > 0).mean()),
        "sure_of_lower_accuracy": _round((right[drawn].mean(axis=1) < 0).mean()),
    }
    accepted = (
        figures["sure_of_lower_log_loss"] >= SURE and figures["sure_of_lower_accuracy"] < SURE
    )
    return Comparison(accepted, _why(accepted, figures), figures)


def both_routes(new: Classifier, old: Classifier) -> Routes:
    """The routes of the new model, with those of intents that only the old one knows."""
    return {**old.settings.routes, **new.settings.routes}


def _is_kept(example: Example) -> bool:
    text = example.passage.text.encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).digest()[0] % HELD_OUT_OF == 0


def _judged(
    model: Classifier, examples: Sequence[Example], routes: Routes
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Surprise at the right queue, and whether it was said, both (examples,)."""
    passages = [example.passage for example in examples]
    right = [queue_of(routes, each.intent, each.passage.kind) for each in examples]
    chances = model.probabilities(passages)
    queues = sorted({queue for kinds in routes.values() for queue in kinds.values()})
    lost, hits = np.zeros(len(examples)), np.zeros(len(examples))
    for row, (passage, queue) in enumerate(zip(passages, right, strict=True)):
        routed = [queues.index(queue_of(routes, each, passage.kind)) for each in model.intents]
        shares = np.bincount(routed, weights=chances[row], minlength=len(queues))
        lost[row] = -np.log(max(float(shares[queues.index(queue)]), 1e-9))
        hits[row] = queues[int(shares.argmax())] == queue
    return lost, hits


def _why(accepted: bool, figures: dict[str, Any]) -> str:
    accuracy, loss = figures["queue_accuracy"], figures["log_loss"]
    return (
        f"{'Accepted' if accepted else 'Refused'}: on {figures['held_out']} held-out posts the new "
        f"model gets {accuracy['new']:.1%} of queues right, the old one {accuracy['old']:.1%}. Log "
        f"loss {loss['new']:.3f} against {loss['old']:.3f}, lower in "
        f"{figures['sure_of_lower_log_loss']:.0%} of resamples ({SURE:.0%} needed)."
    )


def _round(value: float) -> float:
    return round(float(value), 4)
