"""A shadow in words: where it agrees with the model in use, and who was right."""

from dataclasses import dataclass
from datetime import datetime

from triage.numbers import percent
from triage.tables import Shadow
from triage.tuning.policy import Rulebook
from triage.tuning.shadows import Beside, beside, who_was_right
from triage.web.showing import Moment, moment, plural


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


def shadowed(row: Shadow | None, *, policy: Rulebook, now: datetime) -> Shadowed | None:
    """A shadow in words; None where there never was one."""
    if row is None:
        return None
    found = beside(row, policy=policy)
    return Shadowed(
        version=row.version,
        since=moment(row.started_at, now=now),
        running=row.running,
        ended=row.said,
        judged=plural(found.judged, "post"),
        lines=_lines(found) if found.judged else (),
        who=who_was_right(found),
    )


def _lines(found: Beside) -> tuple[tuple[str, str], ...]:
    return (
        ("Same queue", percent(found.same_queue / found.judged)),
        ("Same intent", percent(found.same_intent / found.judged)),
        ("Would be in another queue", plural(found.moves, "post")),
    )
