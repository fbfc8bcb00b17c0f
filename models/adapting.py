"""Learning from lessons without forgetting: logistic regression that starts from a model.

The penalty pulls the weights towards those of the model that is there and not towards zero, so
that few lessons move it little and what they do not speak of stays as it was (maximum a
posteriori adaptation, Chelba & Acero 2004, "Adaptation of Maximum Entropy
Capitalizer: Little Data Can Help a Lot").
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from models.calibration import softmax

_ITERATIONS = 40
_LESSONS_A_ROW = 2_000
"""A feature must stand in one more lesson for every so many."""


@dataclass(frozen=True)
class Pull:
    """How freely weights may leave their prior: `sparse`, `dense` and `intercept`, like C."""

    sparse: float = 1.0
    dense: float = 1.0
    intercept: float = 1.0


def adapt(
    prior: LogisticRegression,
    sparse: csr_matrix,
    dense: NDArray[np.float32] | None,
    labels: Sequence[str] | NDArray[np.str_],
    weights: NDArray[np.float64],
    pull: Pull,
) -> LogisticRegression:
    """The model learnt from the prior and the examples; labels unknown to the prior are refused.

    `sparse` is (n, features), `dense` (n, dimensions) or None; the prior's columns are both.
    """
    used = _often(sparse)
    width = sparse.shape[1]
    offset = np.asarray(sparse @ prior.coef_[:, :width].T) + prior.intercept_
    narrow = csr_matrix(sparse[:, used], dtype=np.float64)
    block = np.zeros((len(labels), 0)) if dense is None else dense.astype(np.float64)
    columns = np.concatenate([used, np.arange(width, width + block.shape[1])])
    spread = np.sqrt(
        np.concatenate([np.full(len(used), pull.sparse), np.full(block.shape[1], pull.dense)])
    )
    intents = [str(intent) for intent in prior.classes_]
    right = np.array([intents.index(label) for label in labels])
    offset = offset + block @ prior.coef_[:, width:].T
    narrow = csr_matrix(narrow.multiply(spread[: len(used)]))
    block = block * spread[len(used) :]
    move, shift = _fit(narrow, block, offset, right, weights, np.sqrt(pull.intercept))
    coef = prior.coef_.copy()
    coef[:, columns] += move * spread
    return linear_model(intents, coef, prior.intercept_ + shift)


def _often(sparse: csr_matrix) -> NDArray[np.int64]:
    """The features whose weights may move: with many lessons, those that several of them have."""
    least = 1 + sparse.shape[0] // _LESSONS_A_ROW
    found: NDArray[np.int64] = np.flatnonzero(np.bincount(sparse.indices) >= least)
    return found


def linear_model(
    intents: Sequence[str], coef: NDArray[np.float64], intercept: NDArray[np.float64]
) -> LogisticRegression:
    """A fitted scikit-learn model with these weights, (intents, features)."""
    linear = LogisticRegression()
    linear.classes_ = np.array(list(intents))
    linear.coef_, linear.intercept_ = coef, intercept
    linear.n_features_in_ = coef.shape[1]
    linear.n_iter_ = np.array([0], dtype=np.int32)
    return linear


def _fit(
    sparse: csr_matrix,
    dense: NDArray[np.float64],
    offset: NDArray[np.float64],
    right: NDArray[np.int64],
    weights: NDArray[np.float64],
    loose: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The move of weights and intercepts that minimises weighted surprise plus half its square."""
    rows, intents = offset.shape
    cut = sparse.shape[1]
    wide = cut + dense.shape[1] + 1
    wanted = np.zeros((rows, intents))
    wanted[np.arange(rows), right] = 1.0
    turned = csr_matrix(sparse.T)

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        move = flat.reshape(wide, intents)  # features first, so that each block is contiguous
        scores = offset + sparse @ move[:cut] + dense @ move[cut:-1] + loose * move[-1]
        chances = softmax(scores)
        surprise = -np.log(np.maximum(chances[np.arange(rows), right], 1e-300)) @ weights
        off = (chances - wanted) * weights[:, None]
        parts = [turned @ off, dense.T @ off, loose * off.sum(axis=0)[None, :]]
        return float(surprise + 0.5 * flat @ flat), np.concatenate(parts).ravel() + flat

    found = minimize(
        loss,
        np.zeros(wide * intents),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": _ITERATIONS, "gtol": 1e-2, "ftol": 1e-5, "maxcor": 6},
    )
    move = found.x.reshape(wide, intents)
    return move[:-1].T, loose * move[-1]
