"""Counts: the numbers of the navigation, at a cost that is the same at any size."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import IntegerField, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Concat
from django.utils import timezone

from triage.access import alerts_for, channels_for, dead_letters_for, items_for, moves_for
from triage.desk.notes import unread_mentions
from triage.desk.waiting import waiting_items
from triage.finding.filters import ME, at_risk
from triage.finding.views import count_stale, views_for
from triage.tables import Channel, Item, User, View
from triage.vocabulary import Queue
from triage.walk.deadletters import waiting
from triage.web.lists import items_at
from triage.web.place import Place, place_of_view

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
    mentions: int = 0
    risk: Mapping[str, int] = field(default_factory=dict)
    snoozed: int = 0
    views: tuple[View, ...] = ()

    @property
    def state(self) -> str:
        """A short word that differs when any number, or any item, has changed."""
        words = f"{sorted(self.waiting.items())} {sorted(self.mine.items())} "
        words += f"{self.failing} {self.letters} {self.latest_move} {self.alerts} {self.mentions} "
        words += f"{sorted(self.risk.items())} {self.snoozed} "
        words += f"{[(view.pk, view.counted) for view in self.views]}"
        return hashlib.blake2s(words.encode(), digest_size=8).hexdigest()


def counts_for(user: User) -> Counts:
    """The numbers that a person sees, in two queries; now and then a view is counted anew."""
    now = timezone.now()
    asked = _asked(user, now)
    numbers = User.objects.filter(pk=user.pk).annotate(**asked).values(*asked).get()
    return Counts(
        waiting={queue: numbers[f"waiting_{queue}"] or 0 for queue in COUNTED},
        mine={queue: numbers[f"mine_{queue}"] or 0 for queue in Queue},
        failing=numbers["failing"] or 0,
        letters=numbers["letters"] or 0,
        latest_move=numbers["latest_move"] or 0,
        alerts=numbers["alerts"] or 0,
        alert=numbers["alert"] or "",
        mentions=numbers["named"] or 0,
        risk={queue: numbers[f"risk_{queue}"] or 0 for queue in COUNTED},
        snoozed=numbers["snoozed"] or 0,
        views=_views(user, now),
    )


def _views(user: User, now: datetime) -> tuple[View, ...]:
    views = list(views_for(user))
    countable = [view for view in views if _is_countable(view)]
    count_stale(countable, lambda view: count_up_to(user, place_of_view(view), now=now), now=now)
    return tuple(views)


def _is_countable(view: View) -> bool:
    """Whether one number serves everybody, and no text has to be searched for it."""
    place = place_of_view(view)
    return place.show != "mine" and place.filters.owner != ME and not place.filters.q


def count_up_to(user: User, place: Place, *, now: datetime) -> int:
    """How many items stand in a list, counted no further than `UP_TO`."""
    return items_at(user, place, now=now).order_by().values("pk")[:UP_TO].count()


def _asked(user: User, now: datetime) -> dict[str, Subquery]:
    items = items_for(user)
    open_now = waiting_items(items)
    late = items.filter(at_risk(now))
    claimed = items.filter(owner=user, status=Item.Status.CLAIMED)
    broken = channels_for(user).filter(Q(state=Channel.State.REFUSED) | Q(failures__gte=3))
    unseen = alerts_for(user).filter(seen_by=None)
    letters = waiting(dead_letters_for(user).select_related(None))
    return {
        **{f"waiting_{queue}": _CountUpTo(open_now.filter(queue=queue)) for queue in COUNTED},
        **{f"mine_{queue}": _CountUpTo(claimed.filter(queue=queue)) for queue in Queue},
        **{f"risk_{queue}": _CountUpTo(late.filter(queue=queue)) for queue in COUNTED},
        "snoozed": _CountUpTo(items.filter(snoozed=True).exclude(status=Item.Status.RESOLVED)),
        "failing": _CountUpTo(broken),
        "letters": _CountUpTo(letters),
        "alerts": _CountUpTo(unseen),
        "named": _CountUpTo(unread_mentions(user)),
        "alert": Subquery(unseen.order_by("-pk").values(words=_ALERT)[:1]),
        "latest_move": Subquery(moves_for(user).order_by("-pk").values("pk")[:1]),
    }


def shown(number: int) -> str:
    """A number as the navigation shows it."""
    return str(number) if number < UP_TO else f"{UP_TO - 1}+"
