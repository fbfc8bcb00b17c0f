"""The judgement of posts: passages in, one judgement each out, in input order.

Two speeds: a fast judge over sparse features settles the clear posts; the others are read by the
encoder as well. Without the encoder the fast judge works alone, and `limited` says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import compress

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from models.alignment import onto_words
from models.calibration import softmax
from models.deep import Deep
from models.explanation import contributions, phrases
from models.features import Batch, FeatureSpace, Tokens
from models.judgement import Judgement
from models.languages import strange
from models.ruling import Ruling, Settings
from models.sentiment import Feeling
from models.text import Passage

__all__ = ["Classifier", "Settings"]

_AT_ONCE = 256


class Classifier:
    """A trained model. Judging is deterministic and does not depend on the batch."""

    def __init__(
        self,
        space: FeatureSpace,
        linear: LogisticRegression,
        settings: Settings,
        version: str = "unsaved",
        *,
        deep: Deep | None = None,
        limited: str | None = None,
        feeling: Feeling | None = None,
    ) -> None:
        self.space, self.linear, self.settings, self.version = space, linear, settings, version
        self.deep, self.limited, self.feeling = deep, limited, feeling
        self.intents: list[str] = [str(intent) for intent in linear.classes_]
        self.ruling = Ruling(self.intents, settings, version)
        self.queues = self.ruling.queues
        self._weights = _weights(linear)
        self._by_feature = np.ascontiguousarray(self._weights.T)

    def judge(self, passages: Sequence[Passage]) -> list[Judgement]:
        """One judgement per passage, in input order."""
        judged: list[Judgement] = []
        for start in range(0, len(passages), _AT_ONCE):
            judged.extend(self._judge(passages[start : start + _AT_ONCE]))
        return judged

    def probabilities(self, passages: Sequence[Passage]) -> NDArray[np.float64]:
        """Calibrated probability of every intent, shape (passages, intents), rows summing to 1."""
        cut = [Tokens.of(passage) for passage in passages]
        chances = self._fast_chances(self.space.read(cut))
        open_ = self._open(passages, self._strange(passages, cut), chances)
        if self.deep is not None and open_.any():
            chances[open_] = self._deep_chances(
                self.deep,
                self.space.read(list(compress(cut, open_))),
                self.deep.encoder.embed(list(compress(passages, open_))),
            )
        return chances

    def settled(self, passages: Sequence[Passage]) -> NDArray[np.bool_]:
        """Which of the passages the fast judge settles by itself."""
        cut = [Tokens.of(passage) for passage in passages]
        chances = self._fast_chances(self.space.read(cut))
        return ~self._open(passages, self._strange(passages, cut), chances)

    def named(self, version: str) -> "Classifier":
        """The same model under its saved version's name."""
        return self._like(version=version, deep=self.deep, limited=self.limited)

    def fast_only(self, why: str | None = None) -> "Classifier":
        """The same model without its encoder."""
        return self._like(version=self.version, deep=None, limited=why)

    def with_feeling(self, feeling: Feeling) -> "Classifier":
        """The same model, saying a sentiment too."""
        model = self._like(version=self.version, deep=self.deep, limited=self.limited)
        model.feeling = feeling
        return model

    def _like(self, *, version: str, deep: Deep | None, limited: str | None) -> "Classifier":
        return Classifier(
            self.space,
            self.linear,
            self.settings,
            version,
            deep=deep,
            limited=limited,
            feeling=self.feeling,
        )

    def _judge(self, passages: Sequence[Passage]) -> list[Judgement]:
        cut = [Tokens.of(passage) for passage in passages]
        why = self._strange(passages, cut)
        batch = self.space.read(cut)
        chances = self._fast_chances(batch)
        open_ = self._open(passages, why, chances)
        judged = self._fast(passages, cut, batch, chances, why)
        if self.deep is None or not open_.any():
            return judged
        hard = list(compress(range(len(passages)), open_))
        slow = self._slow(self.deep, [passages[row] for row in hard], [cut[row] for row in hard])
        for row, judgement in zip(hard, slow, strict=True):
            judged[row] = judgement
        return judged

    def _fast(
        self,
        passages: Sequence[Passage],
        cut: Sequence[Tokens],
        batch: Batch,
        chances: NDArray[np.float64],
        why: Sequence[str | None],
    ) -> list[Judgement]:
        drafts = self._drafts(passages, chances, why)
        directions = self._directions(passages, drafts, chances)
        parts = contributions(batch, self._weights, directions)
        felt = self._felt(batch)
        return [
            replace(
                draft,
                because=phrases(tokens, parts[start:end]),
                sentiment="" if draft.strange else feels,
            )
            for draft, tokens, feels, start, end in zip(
                drafts, cut, felt, batch.starts[:-1], batch.starts[1:], strict=True
            )
        ]

    def _slow(
        self, deep: Deep, passages: Sequence[Passage], cut: Sequence[Tokens]
    ) -> Iterator[Judgement]:
        readings = deep.read(passages)
        batch = self.space.read(cut)
        embeddings = np.stack([each.embedding for each in readings])
        chances, felt = self._deep_chances(deep, batch, embeddings), self._felt(batch, embeddings)
        drafts = self._drafts(passages, chances, [None] * len(passages))
        directions = self._directions(passages, drafts, chances)
        parts = contributions(batch, deep.sparse, directions)
        for row, (draft, tokens) in enumerate(zip(drafts, cut, strict=True)):
            heard = deep.parts(readings[row], directions[row])
            both = parts[batch.starts[row] : batch.starts[row + 1]] + onto_words(
                readings[row], heard, tokens
            )
            yield replace(draft, because=phrases(tokens, both), sentiment=felt[row])

    def _felt(self, batch: Batch, embeddings: NDArray[np.float32] | None = None) -> list[str]:
        """The sentiment of each post, by its embedding where that is of the right encoder."""
        if self.feeling is None:
            return [""] * (len(batch.starts) - 1)
        if embeddings is None or not self.deep or self.deep.encoder.digest != self.feeling.encoder:
            return self.feeling.of_words(batch.matrix)
        return self.feeling.of_reading(batch.matrix, embeddings)

    def _drafts(
        self,
        passages: Sequence[Passage],
        chances: NDArray[np.float64],
        why: Sequence[str | None],
    ) -> list[Judgement]:
        return [
            self.ruling.draft(passage, row, reason)
            for passage, row, reason in zip(passages, chances, why, strict=True)
        ]

    def _directions(
        self,
        passages: Sequence[Passage],
        drafts: Sequence[Judgement],
        chances: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        directions = np.zeros_like(chances)
        for row, (passage, draft) in enumerate(zip(passages, drafts, strict=True)):
            directions[row] = self.ruling.direction(passage, draft, chances[row])
        return directions

    def _open(
        self,
        passages: Sequence[Passage],
        why: Sequence[str | None],
        chances: NDArray[np.float64],
    ) -> NDArray[np.bool_]:
        """Whether the fast judge leaves a passage to the encoder: not where it is sure.

        Nor where nobody can judge, since such a post goes to people whatever is said of it.
        """
        if self.deep is None:
            return np.zeros(len(passages), dtype=np.bool_)
        least, surest = self.settings.settles, self.ruling.surest
        return np.array(
            [
                reason is None and surest(passage.kind, row) < least
                for passage, reason, row in zip(passages, why, chances, strict=True)
            ],
            dtype=np.bool_,
        )

    def _strange(self, passages: Sequence[Passage], cut: Sequence[Tokens]) -> list[str | None]:
        languages, scripts = self.settings.languages, self.settings.scripts
        return [
            strange(passage, tokens.own, languages=languages, known_scripts=scripts)
            for passage, tokens in zip(passages, cut, strict=True)
        ]

    def _fast_chances(self, batch: Batch) -> NDArray[np.float64]:
        scores = batch.matrix @ self._by_feature + self._intercepts()
        return softmax(scores.astype(np.float64) / self.settings.temperature)

    def _deep_chances(
        self, deep: Deep, batch: Batch, embeddings: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        return softmax(deep.scores(batch.matrix, embeddings) / self.settings.deep_temperature)

    def _intercepts(self) -> NDArray[np.float32]:
        intercepts: NDArray[np.float32] = self.linear.intercept_.astype(np.float32)
        return intercepts if len(self.intents) > 2 else np.array([0, intercepts[0]], np.float32)


def _weights(linear: LogisticRegression) -> NDArray[np.float32]:
    """Weights per intent, (intents, features); two classes come as one row in scikit-learn."""
    weights: NDArray[np.float32] = np.ascontiguousarray(linear.coef_, dtype=np.float32)
    if len(linear.classes_) > 2:
        return weights
    return np.vstack([np.zeros_like(weights), weights])
