"""From the probabilities of intents to a judgement: queues, the second intent, what is strange."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.calibration import ARCHIVE, DEFAULT_KIND, Routes
from models.judgement import Judgement
from models.text import Passage

_DIGITS = 6
"""Probabilities are rounded, so that the last bit of a sum cannot differ between machines."""


@dataclass(frozen=True)
class Settings:
    """What a model knows beside its weights. Temperatures divide scores (Guo et al. 2017).

    `temperature` is the fast judge's, `deep_temperature` the encoder's; from a confidence of
    `settles` on the fast judge's word is final.
    """

    routes: Routes
    temperature: float = 1.0
    also_threshold: float = 0.25
    languages: frozenset[str] = field(default_factory=frozenset)
    scripts: frozenset[str] = field(default_factory=frozenset)
    deep_temperature: float = 1.0
    settles: float = 0.97


class Ruling:
    """How a model's intents lead to queues."""

    def __init__(self, intents: Sequence[str], settings: Settings, version: str) -> None:
        routes = settings.routes
        self.intents, self.settings, self.version = list(intents), settings, version
        self.queues = sorted({q for kinds in routes.values() for q in kinds.values()})
        self._routed = {
            kind: np.array([self.queues.index(routes[intent][kind]) for intent in self.intents])
            for kind in {kind for kinds in routes.values() for kind in kinds}
        }

    def of_kind(self, kind: str) -> NDArray[np.int64]:
        """The queue of each intent on a kind of channel, as places in `queues`."""
        return self._routed[kind if kind in self._routed else DEFAULT_KIND]

    def surest(self, kind: str, chances: NDArray[np.float64]) -> float:
        """The probability of the likeliest queue."""
        return max(self._queues(chances, self.of_kind(kind)))

    def draft(self, passage: Passage, chances: NDArray[np.float64], why: str | None) -> Judgement:
        """The judgement but for its reasons; `why` says what is strange about the post."""
        routed = self.of_kind(passage.kind)
        queues = self._queues(chances, routed)
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

    def direction(
        self, passage: Passage, draft: Judgement, chances: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Chosen intent less its rivals in the other queues, by their chances; (intents,)."""
        rivals = self.of_kind(passage.kind) != self.queues.index(draft.queue)
        against = np.where(rivals, chances, 0.0)
        direction: NDArray[np.float64] = -against / max(against.sum(), 1e-12)
        direction[self.intents.index(draft.intent)] += 1.0
        return direction

    def _queues(self, chances: NDArray[np.float64], routed: NDArray[np.int64]) -> list[float]:
        queues = [0.0] * len(self.queues)
        for chance, queue in zip(chances.tolist(), routed.tolist(), strict=True):
            queues[queue] += chance
        return queues

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


def _best(chances: NDArray[np.float64], among: NDArray[np.bool_]) -> int:
    return int(np.argmax(np.where(among, chances, -1.0)))
