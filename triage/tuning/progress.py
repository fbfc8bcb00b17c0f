"""Progress: how much of the review lane is read, and how far its readers agree."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.tables import Reading, User
from triage.tuning.accuracy import WEEKS, Pair, drawn_since, pairs_since
from triage.tuning.agreement import sample
from triage.tuning.readings import Lane, waiting

MOST = 1_000
"""What waits is counted no further."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What waits for one reader, and what everybody has read of the last weeks.

    `unsure` and `sample` posts wait, each counted up to MOST. Of the `drawn` posts `read` are read;
    of the `twice` that were to be read again, blind, `second` are.
    """

    weeks_back: int
    unsure: int
    sample: int
    drawn: int
    read: int
    twice: int
    second: int
    pairs: list[Pair]


def progress(user: User, *, now: datetime, weeks: int = WEEKS) -> Progress:
    """The numbers of the review lane for this reader, in a handful of queries at any size."""
    since = now - timedelta(weeks=weeks)
    readings = Reading.objects.filter(lane=Lane.SAMPLE, at__gte=since)
    return Progress(
        weeks_back=weeks,
        unsure=waiting(user, Lane.UNSURE, now=now, up_to=MOST),
        sample=waiting(user, Lane.SAMPLE, now=now, up_to=MOST),
        drawn=drawn_since(since),
        read=len(sample(since=since)),
        twice=readings.filter(twice=True, second=False).count(),
        second=readings.filter(second=True).count(),
        pairs=pairs_since(since),
    )
