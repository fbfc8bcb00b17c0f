"""Features of passages: TF-IDF of words, word pairs and characters, for text and parent apart.

Each feature remembers the tokens it came from, so that a linear model's score can be handed back
to the words that made it. That, and a cache by token (posts share most of their words), is why
this is not scikit-learn's TfidfVectorizer; the weighting is the same: (1 + ln tf) * idf with
idf = ln((1 + n) / (1 + df)) + 1, each block scaled to unit length (Salton & Buckley 1988).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from models.text import BRAND, HANDLE, Passage, tokens

SCHEMA = 1
"""Goes up whenever the same text would give other features; older model files are refused."""

CHAR_GRAMS = (3, 5)
MIN_DOCUMENTS = 2
_PASSAGES_A_DOCUMENT = 2_500
"""A feature must stand in one more document for every so many: a large corpus repeats more."""

MAX_PARENT_TOKENS = 120
_SILENT = frozenset({BRAND, HANDLE})
"""Names say where a post was collected and not what it wants; measured without them, see README."""

_CACHED_TOKENS = 50_000
_BLOCKS = {"w": 0, "c": 1, "p": 2, "k": 3}  # words and pairs, characters, parent, channel
_BLOCK_WEIGHTS = np.array([0.7, 1.0, 0.5, 0.3])


@dataclass(frozen=True, slots=True)
class Tokens:
    """A passage cut into tokens, with the brand's name replaced in text and parent alike."""

    own: list[str]
    parent: list[str]
    kind: str

    @classmethod
    def of(cls, passage: Passage) -> "Tokens":
        """The tokens of one passage."""
        parent = tokens(passage.parent_text, passage.brand) if passage.parent_text else []
        return cls(tokens(passage.text, passage.brand), parent[:MAX_PARENT_TOKENS], passage.kind)

    @property
    def places(self) -> int:
        """Places a feature can come from: every token, and one for the channel."""
        return len(self.own) + len(self.parent) + 1


@dataclass(frozen=True, slots=True)
class Batch:
    """Features of n passages, and the places they came from.

    `matrix` is (n, features) float32. The arrays below are aligned, one place per occurrence of
    a feature: `entry` indexes `matrix.data`, `place` counts the tokens of the whole batch (row r
    begins at `starts[r]`), `pair` says that the next token has an equal part in it, `times` how
    often the feature occurs in its row.
    """

    matrix: csr_matrix
    entry: NDArray[np.int64]
    place: NDArray[np.int64]
    pair: NDArray[np.bool_]
    times: NDArray[np.int64]
    starts: NDArray[np.int64]


class FeatureSpace:
    """A vocabulary with its idf. Keys carry their block, such as `w:refund` or `c: ref`."""

    def __init__(self, keys: Sequence[str], idf: NDArray[np.float32]) -> None:
        if len(keys) != len(idf):
            raise ValueError(f"{len(keys)} features but {len(idf)} idf values")
        self.keys, self.idf = list(keys), idf
        self._ids = {key: place for place, key in enumerate(keys)}
        self._block = np.array([_BLOCKS[key[0]] for key in keys], dtype=np.int64)
        self._cache: dict[str, list[int]] = {}

    @classmethod
    def learn(cls, passages: Sequence[Tokens]) -> "FeatureSpace":
        """The features that stand in at least MIN_DOCUMENTS of the passages, in sorted order.

        In a corpus of over 5,000 passages, in at least one of every 2,500.
        """
        least = max(MIN_DOCUMENTS, round(len(passages) / _PASSAGES_A_DOCUMENT))
        seen: Counter[str] = Counter()
        for passage in passages:
            seen.update({key for _, key in _keys(passage)})
        keys = sorted(key for key, count in seen.items() if count >= least)
        documents = np.array([seen[key] for key in keys], dtype=np.float64)
        idf = np.log((1 + len(passages)) / (1 + documents)) + 1
        return cls(keys, idf.astype(np.float32))

    def places(self, keys: Sequence[str]) -> NDArray[np.int64]:
        """The column of each of the features, -1 where this space does not have it."""
        return np.array([self._ids.get(key, -1) for key in keys], dtype=np.int64)

    def read(self, passages: Sequence[Tokens]) -> Batch:
        """The TF-IDF matrix of the passages, and where each of its features stands."""
        starts = np.cumsum([0, *(passage.places for passage in passages)])
        row, place, feature, pair = self._occurrences(passages, starts)
        cell, entry, count = np.unique(
            row * len(self.keys) + feature, return_inverse=True, return_counts=True
        )
        rows, columns = np.divmod(cell, max(len(self.keys), 1))
        data = self._weigh(rows, columns, count, len(passages))
        ends = np.searchsorted(rows, np.arange(len(passages) + 1))
        matrix = csr_matrix((data, columns, ends), shape=(len(passages), len(self.keys)))
        return Batch(matrix, entry, place, pair, count[entry], starts)

    def _weigh(
        self,
        rows: NDArray[np.int64],
        columns: NDArray[np.int64],
        count: NDArray[np.int64],
        n: int,
    ) -> NDArray[np.float32]:
        value = (1 + np.log(count)) * self.idf[columns]
        block = self._block[columns]
        part = rows * len(_BLOCKS) + block
        length = np.sqrt(np.bincount(part, weights=value**2, minlength=n * len(_BLOCKS)))
        weighed: NDArray[np.float32] = (value / length[part] * _BLOCK_WEIGHTS[block]).astype(
            np.float32
        )
        return weighed

    def _occurrences(
        self, passages: Sequence[Tokens], starts: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        rows: list[int] = []
        places: list[int] = []
        features: list[int] = []
        pairs: list[bool] = []
        for row, (passage, start) in enumerate(zip(passages, starts.tolist(), strict=False)):
            before = len(features)
            for place, found, is_pair in self._found(passage):
                features += found
                places += [start + place] * len(found)
                pairs += [is_pair] * len(found)
            rows += [row] * (len(features) - before)
        return (
            np.array(rows, dtype=np.int64),
            np.array(places, dtype=np.int64),
            np.array(features, dtype=np.int64),
            np.array(pairs, dtype=np.bool_),
        )

    def _found(self, passage: Tokens) -> Iterator[tuple[int, list[int], bool]]:
        ids = self._ids
        for place, token in enumerate(passage.own):
            yield place, self._of_token(token), False
        for place, key in _pairs(passage.own):
            if key in ids:
                yield place, [ids[key]], True
        for place, key in _around(passage):
            if key in ids:
                yield place, [ids[key]], False

    def _of_token(self, token: str) -> list[int]:
        found = self._cache.get(token)
        if found is None:
            found = [self._ids[key] for key in _spelling(token) if key in self._ids]
            if len(self._cache) >= _CACHED_TOKENS:
                self._cache.clear()
            self._cache[token] = found
        return found


def _keys(passage: Tokens) -> Iterator[tuple[int, str]]:
    for place, token in enumerate(passage.own):
        yield from ((place, key) for key in _spelling(token))
    yield from _pairs(passage.own)
    yield from _around(passage)


def _spelling(token: str) -> Iterator[str]:
    if token in _SILENT:
        return
    yield f"w:{token}"
    if token.startswith("_"):
        return  # a placeholder has no spelling to learn from
    padded = f" {token} "
    for size in range(CHAR_GRAMS[0], CHAR_GRAMS[1] + 1):
        for start in range(len(padded) - size + 1):
            yield f"c:{padded[start : start + size]}"


def _pairs(own: Sequence[str]) -> Iterator[tuple[int, str]]:
    for place, (one, two) in enumerate(pairwise(own)):
        if one not in _SILENT and two not in _SILENT:
            yield place, f"w:{one} {two}"


def _around(passage: Tokens) -> Iterator[tuple[int, str]]:
    for place, token in enumerate(passage.parent, start=len(passage.own)):
        if token not in _SILENT:
            yield place, f"p:{token}"
    yield passage.places - 1, f"k:{passage.kind}"
    yield passage.places - 1, "k:reply" if passage.parent else "k:first"
