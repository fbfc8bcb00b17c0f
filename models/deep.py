"""The second judge: the encoder's embedding beside the sparse features, under one linear model.

Its linear model has the sparse features' columns first and the embedding's after them, so one
score is a sum over the words of the post and over the encoder's tokens, and can be explained.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from models.encoder import Encoder, Reading
from models.text import Passage


class Deep:
    """An encoder under a linear model over (sparse features, embedding)."""

    def __init__(self, encoder: Encoder, linear: LogisticRegression) -> None:
        self.encoder, self.linear = encoder, linear
        cut = linear.coef_.shape[1] - encoder.dimensions
        self.sparse: NDArray[np.float32] = np.ascontiguousarray(linear.coef_[:, :cut], np.float32)
        self._dense = np.ascontiguousarray(linear.coef_[:, cut:], np.float32)
        self._by_feature = np.ascontiguousarray(self.sparse.T)
        self._intercept = linear.intercept_.astype(np.float32)

    def read(self, passages: Sequence[Passage]) -> list[Reading]:
        """What the encoder makes of each passage, one by one."""
        return [self.encoder.read(passage) for passage in passages]

    def scores(self, sparse: csr_matrix, embeddings: NDArray[np.float32]) -> NDArray[np.float64]:
        """The scores of the intents, (n, intents); a row does not depend on the other rows."""
        dense = np.stack([(self._dense * each).sum(axis=1) for each in embeddings])
        scores: NDArray[np.float64] = np.asarray(
            sparse @ self._by_feature + dense + self._intercept, dtype=np.float64
        )
        return scores

    def parts(self, reading: Reading, direction: NDArray[np.float64]) -> NDArray[np.float64]:
        """What the score along `direction` would lose without each token, (tokens,).

        The embedding is a mean, so a token's part is its vector's score above the mean one,
        divided by the number of tokens.
        """
        along = (direction @ self._dense).astype(np.float32)
        each = (reading.vectors @ along).astype(np.float64)
        return np.asarray((each - each.mean()) / len(each))
