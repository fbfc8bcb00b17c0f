"""Told: the moves of an item that waits, and which of the verdicts behind them speaks for it."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from triage.intents import today
from triage.tables import Move
from triage.tuning.pastfacts import Heard

FOLLOW_UPS = ("joined", "edited", "reopened")


class Told(NamedTuple):
    """One move of an item, with the verdict behind it; its fields are those of COLUMNS."""

    item: int
    version: int
    queue: str
    priority: int
    intent: str
    confidence: float | None
    event: str
    by: str
    source: str
    target: str
    policy: int | None
    rules: dict[str, Any]
    verdict: int | None
    said: str | None
    sure: float | None
    sentiment: str | None
    strange: str | None
    kind: str | None


COLUMNS = (
    "item_id", "item__version", "item__queue", "item__priority", "item__intent", "item__confidence",
    "event", "by", "source", "target", "policy_version", "rules", "verdict_id", "verdict__intent",
    "verdict__confidence", "verdict__sentiment", "verdict__strange", "verdict__post__kind",
)  # fmt: skip
WIDTH = len(COLUMNS)
Line = tuple[Told, Sequence[Any]]
"""A move, and the columns of the facts of its post."""


def heard_in(told: Told) -> Heard:
    """What the model said, as routing and rules read it."""
    return Heard(told.said or "", told.sure or 0.0, told.strange or None, (), told.sentiment or "")


def speaks_for_it(moves: Sequence[Line]) -> Line | None:
    """The move whose verdict an item stands on; None where a person moved it, where what placed it
    last is no matter of policies, or where no model judged it."""
    placed = [told for told, _ in moves if told.policy is not None]
    if not placed or (placed[-1].by == Move.By.RULE and not placed[-1].rules):
        return None
    moved = [told for told, _ in moves if told.source != told.target]
    if moved and moved[-1].by == Move.By.PERSON:
        return None
    for told, row in reversed(moves):
        same = today(told.said or "") == today(told.intent)
        if told.verdict and same and told.sure == told.confidence:
            return told, row
    return None


def follow_ups(moves: Sequence[Line], speaks: Told) -> Iterator[Line]:
    """What was said of later posts that stayed where the item was: as they joined it, they could
    make it more urgent and bring tags along, but nothing else."""
    seen = {None, speaks.verdict}
    began = False
    for told, row in moves:
        began = began or told.verdict == speaks.verdict
        judged = told.by != Move.By.RULE or told.rules
        if began and told.verdict not in seen and told.event in FOLLOW_UPS and judged:
            seen.add(told.verdict)
            yield told, row
