"""The judgement of posts: passages in, one judgement each out, in input order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from models.calibration import ARCHIVE, DEFAULT_KIND, Routes, softmax
from models.explanation import contributions, phrases
from models.features import Batch, FeatureSpace, Tokens
from models.judgement import Judgement
from models.languages import strange
from models.text import Passage

_AT_ONCE = 256
_DIGITS = 6
"""Probabilities are rounded, so that the last bit of a sum cannot differ between machines."""


@dataclass(frozen=True)
class Settings:
    """What a model knows beside its weights. `temperature` divides the scores (Guo et al. 2017)."""

    routes: Routes
    temperature: float = 1.0
    also_threshold: float = 0.25
    languages: frozenset[str] = field(default_factory=frozenset)
    scripts: frozenset[str] = field(default_factory=frozenset)


class Classifier:
    """A trained model. Judging is deterministic and does not depend on the batch."""

    def __init__(
        self,
        space: FeatureSpace,
        linear: LogisticRegression,
        settings: Settings,
        version: str = "unsaved",
    ) -> None:
        self.space, self.linear, self.settings, self.version = space, linear, settings, version
        self.intents: list[str] = [str(intent) for intent in linear.classes_]
        self.queues = sorted({q for kinds in settings.routes.values() for q in kinds.values()})
        self._weights = _weights(linear)
        self._by_feature = np.ascontiguousarray(self._weights.T)
        self._routed = {
            kind: self._queue_of_intents(kind)
            for kind in {kind for kinds in settings.routes.values() for kind in kinds}
        }

    def judge(self, passages: Sequence[Passage]) -> list[Judgement]:
        """One judgement per passage, in input order."""
        judged: list[Judgement] = []
        for start in range(0, len(passages), _AT_ONCE):
            judged.extend(self._judge(passages[start : start + _AT_ONCE]))
        return judged

    def probabilities(self, passages: Sequence[Passage]) -> NDArray[np.float64]:
        """Calibrated probability of every intent, shape (passages, intents), rows summing to 1."""
        return self._chances(self.space.read([Tokens.of(passage) for passage in passages]))

    def named(self, version: str) -> "Classifier":
        """The same model under its saved version's name."""
        return Classifier(self.space, self.linear, self.settings, version)

    def _judge(self, passages: Sequence[Passage]) -> Iterator[Judgement]:
        cut = [Tokens.of(passage) for passage in passages]
        batch = self.space.read(cut)
        chances = self._chances(batch)
        drafts = [
            self._draft(passage, tokens, row)
            for passage, tokens, row in zip(passages, cut, chances, strict=True)
        ]
        parts = contributions(batch, self._weights, self._directions(passages, drafts, chances))
        for row, (draft, tokens) in enumerate(zip(drafts, cut, strict=True)):
            own_parts = parts[batch.starts[row] : batch.starts[row + 1]]
            yield replace(draft, because=phrases(tokens, own_parts))

    def _draft(self, passage: Passage, tokens: Tokens, chances: NDArray[np.float64]) -> Judgement:
        """Everything but the reasons."""
        why = strange(
            passage,
            tokens.own,
            languages=self.settings.languages,
            known_scripts=self.settings.scripts,
        )
        routed = self._of_kind(passage.kind)
        queues = [0.0] * len(self.queues)
        for chance, queue in zip(chances.tolist(), routed.tolist(), strict=True):
            queues[queue] += chance
        order = sorted(range(len(queues)), key=lambda queue: -queues[queue])
        if why and self.queues[order[0]] == ARCHIVE and len(order) > 1:
            order = order[1:]
        queue = order[0]
        intent = _best(chances, routed == queue)
        return Judgement(
            id=passage.id,
            queue=self.queues[queue],
            intent=self.intents[intent],
            confidence=round(min(queues[queue], 1.0), _DIGITS),
            intent_confidence=round(float(chances[intent]), _DIGITS),
            also=self._also(chances, routed, queue),
            because=(),
            model=self.version,
            strange=why,
        )

    def _also(
        self, chances: NDArray[np.float64], routed: NDArray[np.int64], queue: int
    ) -> str | None:
        if self.queues[queue] == ARCHIVE:
            return None
        is_team = np.array([name != ARCHIVE for name in self.queues])
        others = (routed != queue) & is_team[routed]
        if not others.any():
            return None
        best = _best(chances, others)
        return self.intents[best] if chances[best] >= self.settings.also_threshold else None

    def _directions(
        self,
        passages: Sequence[Passage],
        drafts: Sequence[Judgement],
        chances: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Chosen intent less its rivals in the other queues, by their chances; (rows, intents)."""
        directions = np.zeros_like(chances)
        for row, (passage, draft) in enumerate(zip(passages, drafts, strict=True)):
            rivals = self._of_kind(passage.kind) != self.queues.index(draft.queue)
            against = np.where(rivals, chances[row], 0.0)
            directions[row] = -against / max(against.sum(), 1e-12)
            directions[row, self.intents.index(draft.intent)] += 1.0
        return directions

    def _chances(self, batch: Batch) -> NDArray[np.float64]:
        scores = batch.matrix @ self._by_feature + self._intercepts()
        return softmax(scores.astype(np.float64) / self.settings.temperature)

    def _intercepts(self) -> NDArray[np.float32]:
        intercepts: NDArray[np.float32] = self.linear.intercept_.astype(np.float32)
        return intercepts if len(self.intents) > 2 else np.array([0, intercepts[0]], np.float32)

    def _of_kind(self, kind: str) -> NDArray[np.int64]:
        return self._routed[kind if kind in self._routed else DEFAULT_KIND]

    def _queue_of_intents(self, kind: str) -> NDArray[np.int64]:
        routes = self.settings.routes
        return np.array([self.queues.index(routes[intent][kind]) for intent in self.intents])


def _weights(linear: LogisticRegression) -> NDArray[np.float32]:
    """Weights per intent, (intents, features); two classes come as one row in scikit-learn."""
    weights: NDArray[np.float32] = np.ascontiguousarray(linear.coef_, dtype=np.float32)
    if len(linear.classes_) > 2:
        return weights
    return np.vstack([np.zeros_like(weights), weights])


def _best(chances: NDArray[np.float64], among: NDArray[np.bool_]) -> int:
    return int(np.argmax(np.where(among, chances, -1.0)))
