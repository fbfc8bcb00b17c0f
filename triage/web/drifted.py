"""Drift in words: a row for each channel and language, those that somebody should see first."""

from dataclasses import dataclass

from django.db.models import QuerySet

from triage.tables import Drift
from triage.web.showing import thousands

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
    found = rows.select_related("channel").order_by("-drifting", "-effect", "channel__name")
    return [_drifted(row) for row in found[:SHOWN]]


def _drifted(row: Drift) -> Drifted:
    return Drifted(
        channel=row.channel.name,
        lang=row.lang or "not known",
        before=thousands(row.before),
        now=thousands(row.now),
        effect=f"{row.effect:.2f}",
        chance=f"under {LEAST}" if row.chance < LEAST else f"{row.chance:.3f}",
        tone="late" if row.drifting else "good",
        said=row.said,
    )
