"""A training in words: what it came to, and champion and challenger side by side."""

from dataclasses import dataclass
from datetime import datetime

from triage.numbers import percent
from triage.tables import Training
from triage.tuning.outcomes import STATES, Side, State, asked_by, sides
from triage.web.showing import Moment, moment, plural

TONES = {State.PROMOTED: "good", State.REFUSED: "late", State.FAILED: "late"}


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
    state = State(row.state)
    held_out = row.numbers.get("held_out")
    return Tried(
        pk=row.pk,
        state=STATES[state],
        tone=TONES.get(state, ""),
        when=moment(row.finished_at or row.asked_at, now=now),
        by=asked_by(row),
        said=row.said,
        lessons=plural(row.lessons, "labelled post") if row.lessons else "",
        held_out=plural(held_out, "post") if held_out else "",
        champion=row.champion,
        challenger=row.challenger,
        lines=tuple(_line(side) for side in sides(row)),
        steps=tuple(str(step) for step in row.log),
        done=row.finished_at is not None,
    )


def _line(side: Side) -> Line:
    told = [_shown(value, side.share) for value in (side.champion, side.challenger)]
    return Line(side.measure, *told)


def _shown(value: float | None, share: bool) -> str:
    if value is None:
        return "–"
    return percent(value) if share else f"{value:.3f}"
