"""Counts: the numbers of the navigation, in one query that costs the same at any size."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import IntegerField, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Concat

from triage.access import alerts_for, channels_for, dead_letters_for, items_for, moves_for
from triage.deadletters import waiting
from triage.tables import Channel, Item, User
from triage.vocabulary import Queue
from triage.waiting import waiting_items

COUNTED = (Queue.PROMO, Queue.SUPPORT, Queue.REVIEW)
"""The archive is not counted: nobody works it off."""
UP_TO = 1_000
"""Counting stops here; every open page asks every few seconds, and more is `999+` to a person."""


_ALERT = Concat("channel__name", Value(": "), "sentence", output_field=TextField())


class _CountUpTo(Subquery):
    """The number of rows of a query, counted no further than `UP_TO`."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows.order_by().values("pk")[:UP_TO])


@dataclass(frozen=True, slots=True)
class Counts:
    """What waits, by queue; what this person has claimed, by queue; what is out of order."""

    waiting: Mapping[str, int]
    mine: Mapping[str, int]
    failing: int
    letters: int
    latest_move: int
    alerts: int = 0
    alert: str = ""

    @property
    def state(self) -> str:
        """A short word that differs when any number, or any item, has changed."""
        words = f"{sorted(self.waiting.items())} {sorted(self.mine.items())} "
        words += f"{self.failing} {self.letters} {self.latest_move} {self.alerts}"
        return hashlib.blake2s(words.encode(), digest_size=8).hexdigest()


def counts_for(user: User) -> Counts:
    """The numbers that a person sees, in one query."""
    numbers = User.objects.filter(pk=user.pk).annotate(**_asked(user)).values(*_asked(user)).get()
    return Counts(
        waiting={queue: numbers[f"waiting_{queue}"] or 0 for queue in COUNTED},
        mine={queue: numbers[f"mine_{queue}"] or 0 for queue in Queue},
        failing=numbers["failing"] or 0,
        letters=numbers["letters"] or 0,
        latest_move=numbers["latest_move"] or 0,
        alerts=numbers["alerts"] or 0,
        alert=numbers["alert"] or "",
    )


def _asked(user: User) -> dict[str, Subquery]:
    items = items_for(user)
    open_now = waiting_items(items)
    claimed = items.filter(owner=user, status=Item.Status.CLAIMED)
    broken = channels_for(user).filter(Q(state=Channel.State.REFUSED) | Q(failures__gte=3))
    unseen = alerts_for(user).filter(seen_by=None)
    letters = waiting(dead_letters_for(user).select_related(None))
    return {
        **{f"waiting_{queue}": _CountUpTo(open_now.filter(queue=queue)) for queue in COUNTED},
        **{f"mine_{queue}": _CountUpTo(claimed.filter(queue=queue)) for queue in Queue},
        "failing": _CountUpTo(broken),
        "letters": _CountUpTo(letters),
        "alerts": _CountUpTo(unseen),
        "alert": Subquery(unseen.order_by("-pk").values(words=_ALERT)[:1]),
        "latest_move": Subquery(moves_for(user).order_by("-pk").values("pk")[:1]),
    }


def shown(number: int) -> str:
    """A number as the navigation shows it."""
    return str(number) if number < UP_TO else f"{UP_TO - 1}+"
