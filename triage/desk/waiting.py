"""Waiting: which items are work now, and in which order they are taken."""

from django.db.models import QuerySet

from triage.tables import Item

WAITING_ORDER = ("-priority", "posted_at", "id")
"""Most urgent first, then oldest."""


def waiting_items(items: QuerySet[Item]) -> QuerySet[Item]:
    """Those of the items that somebody has to look at: neither resolved nor snoozed.

    The conditions are those of the index `item_waiting`; a list that leaves one out is slow.
    """
    return items.filter(snoozed=False).exclude(status=Item.Status.RESOLVED)
