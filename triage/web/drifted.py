"""Drift in words: a row for each channel and language, those that somebody should see first."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from triage.languages import language_name
from triage.numbers import percent
from triage.tables import Drift, InputDrift
from triage.tuning.drifts import most_changed, most_unusual
from triage.web.showing import Moment, moment, plural, thousands

SHOWN = 50
LEAST = 0.001
"""Chances smaller than this are shown as smaller than this."""


@dataclass(frozen=True, slots=True)
class Drifted:
    """One comparison as the page shows it."""

    channel: str
    lang: str
    before: str
    now: str
    effect: str
    chance: str
    tone: str
    said: str


def drifted(rows: QuerySet[Drift]) -> list[Drifted]:
    """The comparisons in words, the largest change first."""
    return [_drifted(row) for row in most_changed(rows)[:SHOWN]]


def _drifted(row: Drift) -> Drifted:
    return Drifted(
        channel=row.channel.name,
        lang=language_name(row.lang),
        before=thousands(row.before),
        now=thousands(row.now),
        effect=f"{row.effect:.2f}",
        chance=_chance(row.chance),
        tone="late" if row.drifting else "good",
        said=row.said,
    )


@dataclass(frozen=True, slots=True)
class Word:
    """A word that more or fewer people use: 0% before, 14% now."""

    word: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class InputDrifted:
    """One comparison of what people write as the page shows it."""

    channel: str
    lang: str
    before: str
    now: str
    words: list[Word]
    length: str
    was: str
    tested: str
    chance: str
    verdict: str
    tone: str
    when: Moment


def input_drifted(rows: QuerySet[InputDrift], *, now: datetime) -> list[InputDrifted]:
    """The comparisons in words, those that somebody should see first."""
    return [_input_drifted(row, now) for row in most_unusual(rows)[:SHOWN]]


def _input_drifted(row: InputDrift, now: datetime) -> InputDrifted:
    return InputDrifted(
        channel=row.channel.name,
        lang=language_name(row.lang),
        before=thousands(row.before),
        now=thousands(row.now),
        words=[
            Word(word, percent(was / row.before), percent(is_ / row.now))
            for word, was, is_ in row.words
        ],
        length=f"{row.length_now:.0f}",
        was=f"{row.length_before:.0f}",
        tested=plural(row.tested, "word"),
        chance=_chance(row.chance),
        verdict="changed" if row.drifting else "stable",
        tone="late" if row.drifting else "good",
        when=moment(row.measured_at, now=now),
    )


def _chance(chance: float) -> str:
    return f"<{LEAST}" if chance < LEAST else f"{chance:.3f}"
