"""Pending: answers that wait for a colleague's approval, as the desk sees them.

An item whose answer waits stays in its author's hands, and is not called done, handed off or merged
behind the back of whoever is to approve it.
"""

from django.db.models import QuerySet

from triage.desk.acting import ActRefused
from triage.tables import Item
from triage.tables.outgoing import waits_for_approval

IN_THE_WAY = "A reply is waiting for approval. Have it approved or withdraw it first."


def check_nothing_pending(item: Item) -> None:
    """Raise ActRefused where an answer of the item waits for approval."""
    if Item.objects.filter(waits_for_approval(), pk=item.pk).exists():
        raise ActRefused(IN_THE_WAY)


def without_pending(rows: QuerySet[Item]) -> QuerySet[Item]:
    """The items as long as no answer of theirs waits for approval."""
    return rows.filter(~waits_for_approval())
