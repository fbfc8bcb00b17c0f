"""Taking: the next item of a queue, into the hands of whoever asks, never of two people."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from triage.access import may_work
from triage.desk.acting import ActRefused, Status, act
from triage.desk.claims import lease_end
from triage.desk.waiting import WAITING_ORDER, waiting_items
from triage.tables import Item, Move, User
from triage.vocabulary import Queue

TRIES = 5


def next_item(user: User, *queues: str, now: datetime | None = None) -> Item | None:
    """Claim the most urgent, then oldest item that nobody has, out of one queue or several -> the
    item; None when none waits.

    Raises ActRefused for a queue that the person's team does not work in.
    """
    for queue in queues:
        if queue not in set(Queue):
            raise ActRefused(f"There is no queue {queue!r}.")
        if not may_work(user, queue):
            raise ActRefused(f"Your team does not work the {queue} queue.")
    return draw(*queues, user=user, event="claimed", by=Move.By.PERSON, now=now or timezone.now())


def draw(*queues: str, user: User, event: str, by: Move.By, now: datetime) -> Item | None:
    """Put the next item of these queues into somebody's hands, in one conditional step."""
    for _ in range(TRIES):
        try:
            return _draw(queues, user, event=event, by=by, now=now)
        except ActRefused:  # a colleague was faster, where rows cannot be locked: take the next
            continue
    return None


def _draw(
    queues: Sequence[str], user: User, *, event: str, by: Move.By, now: datetime
) -> Item | None:
    free = waiting_items(Item.objects.filter(queue__in=queues, status=Status.OPEN))
    with transaction.atomic():
        # Rows that a colleague is about to take are passed over, not waited for.
        row = free.select_for_update(skip_locked=True, no_key=True).order_by(*WAITING_ORDER).first()
        if row is None:
            return None
        return act(
            free.filter(pk=row.pk),
            row,
            user,
            event=event,
            by=by,
            status=Status.CLAIMED,
            owner=user,
            claimed_until=lease_end(now),
        )
