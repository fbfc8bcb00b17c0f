"""Makes models/starter/sentiment: python -m tools.sentiment.fit

The slow head learns from the labelled posts; the fast one, which sees no embedding, also from what
the slow one says of posts that nobody has labelled (distillation, Hinton et al. 2015).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import click
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.linear_model import LogisticRegression

from models import registry
from models.classifier import Classifier
from models.encoder import Encoder, load_encoder
from models.features import Tokens
from models.judgement import SENTIMENTS
from models.sentiment import Weights, shipped_sentiment_path, write_weights
from models.text import Passage
from tools.sentiment.labels import Felt, learnt, starter_felt, unlabelled

OWN_WEIGHT = 0.7
"""How much one of our own posts counts beside a real one."""

TAUGHT_WEIGHT = 0.5
"""How much a post counts whose sentiment the slow head said and nobody read."""

LEAST_DOCUMENTS = 4
SPARSE_SCALE, DENSE_SCALE = 2.0, 0.2
"""The sparse features' and the standardised embedding's shares of one penalty."""

SLOW_STRENGTH, FAST_STRENGTH = 0.3, 1.0
_ITERATIONS = 2_000


@dataclass(frozen=True)
class Read:
    """Posts as numbers: sparse (posts, features) and dense (posts, dimensions)."""

    sparse: csr_matrix
    dense: NDArray[np.float32]


def main() -> None:
    """Learn both heads and put them in their place."""
    model, encoder = registry.load_folder(registry.shipped_path()), load_encoder()
    posts, more = [*starter_felt(), *learnt()], unlabelled()
    weights = fitted(model, encoder, posts, more)
    told = {
        "posts": dict(Counter(post.sentiment for post in posts).most_common()),
        "sources": dict(Counter(post.source for post in posts).most_common()),
        "taught_by_the_slow_head": len(more),
    }
    write_weights(weights, shipped_sentiment_path(), told=told)
    click.echo(f"{len(weights.keys)} features, {told}")


def fitted(
    model: Classifier, encoder: Encoder, posts: Sequence[Felt], more: Sequence[Passage]
) -> Weights:
    """Both heads, over the features of this model and the embeddings of this encoder."""
    known = read(model, encoder, [post.passage for post in posts])
    unread = read(model, encoder, more)
    kept = np.flatnonzero(np.bincount(known.sparse.indices) >= LEAST_DOCUMENTS)
    labels = np.array([SENTIMENTS.index(post.sentiment) for post in posts])
    counts = np.array([OWN_WEIGHT if post.ours else 1.0 for post in posts]) * _evened(labels)
    middle, spread = known.dense.mean(axis=0), known.dense.std(axis=0) / DENSE_SCALE
    slow = _regression(SLOW_STRENGTH)
    slow.fit(_both(known, kept, middle, spread), labels, sample_weight=counts)
    taught = slow.predict_proba(_both(unread, kept, middle, spread))
    fast = _regression(FAST_STRENGTH)
    fast.fit(
        vstack([known.sparse[:, kept], *[unread.sparse[:, kept]] * len(SENTIMENTS)]),
        np.concatenate([labels, np.repeat(np.arange(len(SENTIMENTS)), len(more))]),
        sample_weight=np.concatenate([counts, TAUGHT_WEIGHT * taught.T.ravel()]),
    )
    dense = slow.coef_[:, len(kept) :] / spread
    return Weights(
        encoder=encoder.digest,
        keys=[model.space.keys[place] for place in kept],
        fast=fast.coef_.astype(np.float32),
        fast_intercept=fast.intercept_.astype(np.float32),
        slow=(slow.coef_[:, : len(kept)] * SPARSE_SCALE).astype(np.float32),
        dense=dense.astype(np.float32),
        slow_intercept=(slow.intercept_ - dense @ middle).astype(np.float32),
    )


def read(model: Classifier, encoder: Encoder, passages: Sequence[Passage]) -> Read:
    """The posts as the classifier reads them."""
    batch = model.space.read([Tokens.of(passage) for passage in passages])
    return Read(batch.matrix, encoder.embed(passages))


def _both(
    posts: Read, kept: NDArray[np.int64], middle: NDArray[np.float32], spread: NDArray[np.float32]
) -> csr_matrix:
    dense = csr_matrix((posts.dense - middle) / spread)
    return hstack([posts.sparse[:, kept] * SPARSE_SCALE, dense]).tocsr()


def _regression(strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=_ITERATIONS)


def _evened(labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Weights that bring the sentiments half-way to an even spread, as the intents' shares are."""
    shares = np.bincount(labels) / len(labels)
    return np.asarray((len(shares) * shares[labels]) ** -0.5)


if __name__ == "__main__":
    main()
