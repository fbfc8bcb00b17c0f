"""A training in words: what it came to, and champion and challenger side by side."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from triage.tables import Training
from triage.web.showing import Moment, moment, percent, plural

State = Training.State
WORDS = {
    State.WAITING: ("waits for a worker", ""),
    State.RUNNING: ("running", ""),
    State.PROMOTED: ("promoted", "good"),
    State.KEPT: ("stored, not in use", ""),
    State.REFUSED: ("refused", "late"),
    State.FAILED: ("failed", "late"),
}
"""What a state is called, and the tone of the word."""
MEASURES = (
    ("Queues right", "queue_accuracy", True),
    ("Intents right", "intent_accuracy", True),
    ("Macro F1 of intents", "macro_f1", False),
    ("Calibration error", "calibration_error", False),
    ("Sure of", "sure", True),
    ("Right when sure", "right_when_sure", True),
)
"""The words for a measure, its key in a training's numbers, and whether it is a share."""


@dataclass(frozen=True, slots=True)
class Line:
    """One measure of both models, in words."""

    measure: str
    champion: str
    challenger: str


@dataclass(frozen=True, slots=True)
class Tried:
    """One training as pages show it. `steps` are what it did so far, the present one last."""

    pk: int
    state: str
    tone: str
    when: Moment
    by: str
    said: str
    lessons: str
    held_out: str
    champion: str
    challenger: str
    lines: tuple[Line, ...]
    steps: tuple[str, ...]
    done: bool


def tried(row: Training, *, now: datetime) -> Tried:
    """A training in words."""
    words, tone = WORDS[State(row.state)]
    held_out = row.numbers.get("held_out")
    return Tried(
        pk=row.pk,
        state=words,
        tone=tone,
        when=moment(row.finished_at or row.asked_at, now=now),
        by=_by(row),
        said=row.said,
        lessons=plural(row.lessons, "labelled post") if row.lessons else "",
        held_out=plural(held_out, "post") if held_out else "",
        champion=row.champion,
        challenger=row.challenger,
        lines=tuple(_lines(row.numbers)),
        steps=tuple(str(step) for step in row.log),
        done=row.finished_at is not None,
    )


def _by(row: Training) -> str:
    if row.cause == Training.Cause.LESSONS:
        return "by itself, after new lessons"
    if row.cause == Training.Cause.SCHEDULE:
        return "by itself, at its hour of the week"
    if row.user:
        return f"asked for by {row.user.shown_name}"
    return "by a command" if row.cause == Training.Cause.COMMAND else "asked for on this page"


def _lines(numbers: dict[str, Any]) -> list[Line]:
    sides = numbers.get("champion"), numbers.get("challenger")
    if not all(isinstance(side, dict) for side in sides):
        return []
    return [
        Line(words, *(_shown(side.get(key), share) for side in sides if side))
        for words, key, share in MEASURES
    ]


def _shown(value: float | None, share: bool) -> str:
    if value is None:
        return "nothing to measure"
    return percent(value) if share else f"{value:.3f}"
