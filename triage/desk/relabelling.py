"""Relabelling: open items that still have the name of a merged intent take that of its successor.

Nobody's queue, claim or snooze changes; only the word does, and with it the measure.
"""

from typing import NamedTuple

from django.db.models import Q, QuerySet

from triage.access import may_tune
from triage.desk.acting import ActRefused, Status, act_alone
from triage.intents import every_intent, today
from triage.staff.audit import COMMAND, note
from triage.tables import Item, User
from triage.vocabulary import label

AT_ONCE = 500
"""Items in one go."""


class Relabelled(NamedTuple):
    """How many items were relabelled, and how many are left."""

    done: int
    left: int


def mislabelled() -> dict[str, int]:
    """How many open items have the name of each merged intent, first or second. One query."""
    merged = {name for name in every_intent() if today(name) != name}
    counts = dict.fromkeys(sorted(merged), 0)
    if not merged:
        return counts
    named = Q(intent__in=merged) | Q(also__in=merged)
    rows = Item.objects.exclude(status=Status.RESOLVED).filter(named)
    for intent, also in rows.values_list("intent", "also"):
        for name in {intent, also} & merged:
            counts[name] += 1
    return counts


def relabel(name: str, user: User | None) -> Relabelled:
    """Give the open items of a merged intent the name of its successor, the oldest first.

    What somebody changes at that moment is left for the next time. Without a user it is done on
    the command line. Raises ActRefused for whoever may not tune, and for an intent that is not
    merged.
    """
    if user and not may_tune(user):
        raise ActRefused("Only ops and admins can relabel items.")
    successor = today(name)
    if successor == name:
        raise ActRefused(f"{label(name).capitalize()} is merged into nothing.")
    who = user.shown_name if user else COMMAND
    why = f"{who}: {label(name)} is {label(successor)} now."
    done = sum(_relabel(item, name, successor, why) for item in _open(name)[:AT_ONCE])
    if done:
        note("items_relabelled", by=user or COMMAND, target=name, into=successor, items=done)
    return Relabelled(done, _open(name).count())


def _open(name: str) -> QuerySet[Item]:
    named = Q(intent=name) | Q(also=name)
    return Item.objects.exclude(status=Status.RESOLVED).filter(named).order_by("id")


def _relabel(item: Item, name: str, successor: str, why: str) -> bool:
    first, second = (successor if word == name else word for word in (item.intent, item.also))
    also = "" if second == first else second
    return act_alone(item, event="relabelled", why=why, intent=first, also=also)
