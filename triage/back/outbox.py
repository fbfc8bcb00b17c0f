"""The outbox seen from afar: how long replies wait, and how many need a person."""

from django.db.models import Count, Min
from django.utils import timezone

from triage.tables import Outgoing

State = Outgoing.State
ON_ITS_WAY = (State.WAITING, State.SENDING)
NEEDS_A_PERSON = (State.REFUSED, State.FAILED, State.UNKNOWN)
UNSETTLED = (State.PENDING, *ON_ITS_WAY, *NEEDS_A_PERSON)


def outbox_counts() -> dict[str, int]:
    """How many acts are in each state in which they have not ended well."""
    rows = Outgoing.objects.filter(state__in=UNSETTLED).order_by()
    found = dict(rows.values_list("state").annotate(Count("id")))
    return {state.value: found.get(state, 0) for state in UNSETTLED}


def oldest_unsent_seconds() -> float:
    """How long the act that waits longest has been on its way; 0 where none is."""
    oldest = Outgoing.objects.filter(state__in=ON_ITS_WAY).aggregate(at=Min("created_at"))["at"]
    return max(0.0, (timezone.now() - oldest).total_seconds()) if oldest else 0.0
