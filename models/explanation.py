"""Which words tipped a judgement, read off the linear model itself.

The score that separates the chosen intent from its rivals is a sum over features; each feature's
part goes back to the tokens it was read from, so the phrases are the model's own reasons and not
a story told afterwards.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.features import Batch, Tokens

MOST_PHRASES = 4
_LEAST_SHARE = 0.2
"""A token counts as a reason from this share of the strongest token's part."""

_SPOKEN = {
    "_link_": "a link",
    "_email_": "an e-mail address",
    "0": "a number",
}
_LONGEST = 40


def contributions(
    batch: Batch, weights: NDArray[np.float32], direction: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The part every place of the batch has in its row's score, shape (places,).

    `weights` is (intents, features); `direction` (rows, intents) says how a row's score is made
    of the intents' scores. The parts of a row add up to its score, less the intercept.
    """
    matrix = batch.matrix
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    part = np.zeros(len(matrix.data))
    for intent, weight in enumerate(weights):
        part += weight[matrix.indices] * direction[row, intent]
    part *= matrix.data
    each = part[batch.entry] / batch.times * np.where(batch.pair, 0.5, 1.0)
    places = int(batch.starts[-1])
    first = np.bincount(batch.place, weights=each, minlength=places)
    second = np.bincount(batch.place[batch.pair] + 1, weights=each[batch.pair], minlength=places)
    return np.asarray(first + second)


def phrases(passage: Tokens, parts: NDArray[np.float64]) -> tuple[str, ...]:
    """The words with the largest parts, neighbours joined, strongest first, as people say them.

    `parts` has shape (passage.places,): own tokens, the parent's tokens, the channel.
    """
    strongest = float(parts.max())
    if strongest <= 0:
        return ()
    chosen = np.flatnonzero(parts >= _LEAST_SHARE * strongest).tolist()
    runs = _runs(chosen, parts, own=len(passage.own), most=2 * MOST_PHRASES)
    runs.sort(key=lambda run: -float(parts[run].sum()))
    spoken = dict.fromkeys(_spoken(passage, run) for run in runs)
    return tuple(spoken)[:MOST_PHRASES]


def _runs(
    chosen: Sequence[int], parts: NDArray[np.float64], *, own: int, most: int
) -> list[list[int]]:
    """Neighbouring places of the post itself in one run; a parent's words each on their own."""
    strongest = sorted(sorted(chosen, key=lambda place: -float(parts[place]))[:most])
    runs: list[list[int]] = []
    for place in strongest:
        if runs and place < own and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


def _spoken(passage: Tokens, run: Sequence[int]) -> str:
    own, place = len(passage.own), run[0]
    if place < own:
        return " ".join(_say(passage.own[each]) for each in run)
    if place < own + len(passage.parent):
        return f"in reply to: {_say(passage.parent[place - own])}"
    return f"a {passage.kind} channel" + (", as a reply" if passage.parent else "")


def _say(token: str) -> str:
    return _SPOKEN.get(token, token[:_LONGEST])
