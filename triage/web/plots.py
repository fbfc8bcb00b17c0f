"""Plots: numbers as lines and dots in a square of SVG, drawn here so that no script is needed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from triage.numbers import percent
from triage.tuning.agreement import Bin
from triage.tuning.expecting import Step

SIDE, LEFT = 200, 34
"""The plot and the margin beside it, in units of the drawing."""
TICKS = (0.0, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Dot:
    """A point, with what it says."""

    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark at an axis."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing, with the words that stand for it where it cannot be seen."""

    title: str
    across: str
    up: str
    line: str
    dots: tuple[Dot, ...]
    diagonal: bool
    words: str
    columns: tuple[Tick, ...]
    rows: tuple[Tick, ...]


def risk_plot(steps: Sequence[Step], *, now: Step | None) -> Plot | None:
    """Wrong posts over posts sorted alone; the dot is the draft. None without steps."""
    if not steps:
        return None
    highest = max([0.05, *(step.risk for step in steps), now.risk if now else 0.0])
    top = min(1.0, 1.1 * highest)
    told = [step for step in steps if round(step.at * 100) % 25 == 0]
    dots = [Dot(_x(now.coverage), _y(now.risk / top), _step_words(now))] if now else []
    return Plot(
        title="Risk and coverage",
        across="sorted without a person",
        up="wrong",
        line=_points((step.coverage, step.risk / top) for step in steps),
        dots=tuple(dots),
        diagonal=False,
        words="; ".join(f"threshold {percent(step.at)}: {_step_words(step)}" for step in told),
        columns=_ticks(_x, 1.0),
        rows=_ticks(_y, top),
    )


def reliability_plot(bins: Sequence[Bin]) -> Plot | None:
    """How often the model was right over how sure it was. None without readings."""
    if not bins:
        return None
    return Plot(
        title="Reliability",
        across="confidence",
        up="accuracy",
        line=_points((each.confidence, each.accuracy) for each in bins),
        dots=tuple(Dot(_x(each.confidence), _y(each.accuracy), _bin_words(each)) for each in bins),
        diagonal=True,
        words="; ".join(map(_bin_words, bins)),
        columns=_ticks(_x, 1.0),
        rows=_ticks(_y, 1.0),
    )


def _step_words(step: Step) -> str:
    wrong = percent(step.risk, digits=1)
    return f"{percent(step.coverage)} sorted without a person, {wrong} of them wrong"


def _bin_words(each: Bin) -> str:
    return f"{percent(each.confidence)} confidence, {percent(each.accuracy)} right ({each.n} posts)"


def _ticks(place: Callable[[float], float], top: float) -> tuple[Tick, ...]:
    return tuple(Tick(place(at), percent(at * top)) for at in TICKS)


def _points(pairs: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{_x(x)},{_y(y)}" for x, y in pairs)


def _x(share: float) -> float:
    return round(LEFT + share * SIDE, 1)


def _y(share: float) -> float:
    return round(6 + (1 - share) * SIDE, 1)
