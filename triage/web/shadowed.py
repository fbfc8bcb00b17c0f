"""A shadow in words: where it agrees with the model in use, and who was right."""

from dataclasses import dataclass
from datetime import datetime

from triage.tables import Shadow
from triage.tuning.shadows import Beside, beside
from triage.web.showing import Moment, moment, percent, plural

SURE = 0.05
"""The chance under which one of two models counts as the better one."""


@dataclass(frozen=True, slots=True)
class Shadowed:
    """The latest shadow as the page shows it."""

    version: str
    since: Moment
    running: bool
    ended: str
    judged: str
    lines: tuple[tuple[str, str], ...]
    who: str


def shadowed(row: Shadow | None, *, now: datetime) -> Shadowed | None:
    """A shadow in words; None where there never was one."""
    if row is None:
        return None
    found = beside(row)
    return Shadowed(
        version=row.version,
        since=moment(row.started_at, now=now),
        running=row.running,
        ended=row.said,
        judged=plural(found.judged, "post"),
        lines=_lines(found) if found.judged else (),
        who=_who(found),
    )


def _lines(found: Beside) -> tuple[tuple[str, str], ...]:
    return (
        ("Same queue", percent(found.same_queue / found.judged)),
        ("Same intent", percent(found.same_intent / found.judged)),
        ("Would stand in another queue", plural(found.moves, "post")),
    )


def _who(found: Beside) -> str:
    if not found.read:
        return "Nobody has read any of these posts yet, so nobody knows who was right."
    told = (
        f"Of {plural(found.read, 'post')} that people have read, the model in use alone was right "
        f"about {found.only_champion} and the shadow alone about {found.only_shadow}"
    )
    if found.chance >= SURE:
        return f"{told}: too even to say who is better (McNemar, {found.chance:.2f} by chance)."
    better = "the shadow" if found.only_shadow > found.only_champion else "the model in use"
    return f"{told}: {better} is better (McNemar, {found.chance:.3f} by chance)."
