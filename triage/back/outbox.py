"""The outbox seen from afar: its rows as JSON, how long they wait, and how many need a person."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, Min
from django.utils import timezone

from triage.tables import Outgoing
from triage.vocabulary import Queue

State = Outgoing.State
ON_ITS_WAY = (State.WAITING, State.SENDING)
NEEDS_A_PERSON = (State.REFUSED, State.FAILED, State.UNKNOWN)
UNSETTLED = (State.PENDING, *ON_ITS_WAY, *NEEDS_A_PERSON)


class Awaiting(NamedTuple):
    """The replies out of one queue that wait for approval: how many, and the age of the oldest in
    seconds, None where none waits."""

    number: int
    oldest_seconds: float | None


def outbox_counts() -> dict[str, int]:
    """How many acts are in each state in which they have not ended well."""
    rows = Outgoing.objects.filter(state__in=UNSETTLED).order_by()
    found = dict(rows.values_list("state").annotate(Count("id")))
    return {state.value: found.get(state, 0) for state in UNSETTLED}


def oldest_unsent_seconds() -> float:
    """How long the act that waits longest has been on its way; 0 where none is."""
    oldest = Outgoing.objects.filter(state__in=ON_ITS_WAY).aggregate(at=Min("created_at"))["at"]
    return max(0.0, (timezone.now() - oldest).total_seconds()) if oldest else 0.0


def approvals_waiting(*, now: datetime) -> dict[str, Awaiting]:
    """What waits for approval in every queue, in one query that reads nothing else."""
    asked: dict[str, list[datetime]] = {queue.value: [] for queue in Queue}
    rows = Outgoing.objects.filter(state=State.PENDING).order_by("created_at", "id")
    for queue, at in rows.values_list("item__queue", "created_at").iterator(chunk_size=5000):
        asked[queue].append(at)
    return {queue: _awaiting(times, now) for queue, times in asked.items()}


def outgoing_json(row: Outgoing) -> dict[str, Any]:
    """One act as JSON; times are ISO 8601."""
    return {
        "id": row.pk,
        "item": row.item_id,
        "channel": row.channel.name,
        "post": row.post.external_id,
        "act": str(row.act),
        "text": row.text,
        "user": row.user.get_username() if row.user else None,
        "state": str(row.state),
        "approved_by": row.approved_by.get_username() if row.approved_by else None,
        "written": row.written or None,
        "attempts": row.attempts,
        "error": row.error or None,
        "url": row.url or None,
        "created_at": row.created_at.isoformat(),
        "due_at": row.due_at.isoformat(),
        "sent_at": row.sent_at.isoformat() if row.sent_at else None,
    }


def _awaiting(times: list[datetime], now: datetime) -> Awaiting:
    age = max(0.0, (now - times[0]).total_seconds()) if times else None
    return Awaiting(len(times), age)
