"""Progress: whether posts move, in numbers; `health` says the same in sentences."""

from dataclasses import dataclass
from datetime import datetime

from triage.back.outbox import oldest_unsent_seconds, outbox_counts
from triage.tables import PostRow
from triage.watch.depths import Part, parts
from triage.watch.health import oldest_unread_seconds, oldest_waiting_seconds


@dataclass(frozen=True, slots=True)
class Progress:
    """What each part does, how many posts wait to be sorted, and for how many seconds the oldest
    post, webhook and reply has waited; `outbox` is how many replies are in each state."""

    parts: tuple[Part, ...]
    posts_waiting: int
    oldest_waiting_seconds: float
    oldest_unread_seconds: float
    oldest_unsent_seconds: float
    outbox: dict[str, int]


def progress(*, now: datetime) -> Progress:
    """Look at the rows, not at processes that answer a ping."""
    return Progress(
        parts=tuple(parts(now=now)),
        posts_waiting=PostRow.objects.filter(state=PostRow.State.NEW).count(),
        oldest_waiting_seconds=oldest_waiting_seconds(),
        oldest_unread_seconds=oldest_unread_seconds(),
        oldest_unsent_seconds=oldest_unsent_seconds(),
        outbox=outbox_counts(),
    )
