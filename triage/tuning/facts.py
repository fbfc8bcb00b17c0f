"""Facts: what rules are told of one post. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from triage.times.clock import DAY
from triage.tuning.literals import Literals
from triage.vocabulary import Kind

NEW, KNOWN = "new", "known"
TEXT_LIMIT = 20_000
"""Characters of a post that a rule looks at."""
MINUTE = 60


@dataclass(slots=True)
class Facts:
    """What rules know of one post; nothing of it changes once it is told.

    `open` is whether the teams work when the post comes. `written` is when its author wrote it, in
    minutes since Monday's midnight in the policy's time zone; `age` is how many minutes lay between
    that and its coming. Either is None where nobody asks.
    """

    text: str = ""
    author: str = ""
    relation: str = NEW
    reach: int | None = None
    channel: str = ""
    platform: str = ""
    kind: str = Kind.PUBLIC
    language: str = ""
    intent: str = ""
    confidence: float | None = None
    sentiment: str = ""
    open: bool = True
    written: int | None = None
    age: int | None = None
    _found: tuple[Literals, frozenset[int]] | None = field(
        default=None, init=False, repr=False, compare=False
    )

    def found(self, literals: Literals) -> frozenset[int]:
        """The places of those words that the text holds; it is folded and read once for a set."""
        if self._found is None or self._found[0] is not literals:
            self._found = literals, literals.found(self.text[:TEXT_LIMIT].casefold())
        return self._found[1]


def minute_of_week(at: datetime, zone: ZoneInfo) -> int:
    """Minutes since Monday's midnight on the clocks of a zone, 0 to 10079."""
    local = at.astimezone(zone)
    return local.weekday() * DAY + local.hour * MINUTE + local.minute


def minutes_between(earlier: datetime, later: datetime) -> int:
    """Whole minutes from one to the other; none where the first is the later one."""
    return max(0, int((later - earlier).total_seconds()) // MINUTE)
