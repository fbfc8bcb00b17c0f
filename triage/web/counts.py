"""Counts: the numbers of the navigation, at a cost that is the same at any size."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any

from django.db.models import IntegerField, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Concat
from django.utils import timezone

from triage.access import (
    alerts_for,
    channels_for,
    dead_letters_for,
    items_for,
    may_tune,
    moves_for,
    pending_for,
    visible_queues,
)
from triage.desk.notes import unread_mentions
from triage.desk.waiting import waiting_items
from triage.finding.filters import ME, at_risk
from triage.finding.views import count_stale, views_for
from triage.tables import Channel, Item, Policy, User, View
from triage.vocabulary import Queue
from triage.walk.deadletters import waiting
from triage.web.lanes import has_both
from triage.web.lists import items_at
from triage.web.place import Place, place_of_view

COUNTED = (Queue.PROMO, Queue.SUPPORT, Queue.REVIEW)
"""The archive is not counted: nobody works it off."""
UP_TO = 1_000
"""Counting stops here; every open page asks every few seconds, and more is `999+` to a person."""


KEPT = 2.0
"""Seconds for which polls may share what was counted: fifty open pages ask ten times a second."""
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
    approvals: int = 0
    risk: Mapping[str, int] = field(default_factory=dict)
    snoozed: int = 0
    views: tuple[View, ...] = ()
    both_lanes: bool = False

    @property
    def state(self) -> str:
        """A short word that differs when any number, or any item, has changed."""
        words = f"{sorted(self.waiting.items())} {sorted(self.mine.items())} "
        words += f"{self.failing} {self.letters} {self.latest_move} {self.alerts} {self.mentions} "
        words += f"{self.approvals} "
        words += f"{sorted(self.risk.items())} {self.snoozed} "
        words += f"{[(view.pk, view.counted) for view in self.views]}"
        return hashlib.blake2s(words.encode(), digest_size=8).hexdigest()


def counts_for(user: User, *, known: int | None = None) -> Counts:
    """The numbers that a person sees, in two queries; now and then a view is counted anew.

    A page that polls says the latest move that it knows: numbers that everybody shares may then be
    up to `KEPT` seconds old, but never older than that move.
    """
    now = timezone.now()
    shared = _kept(user, known) if known is not None else None
    asked = _asked_for_one(user) | ({} if shared else _asked_for_all(user, now))
    numbers = User.objects.filter(pk=user.pk).annotate(**asked).values(*asked).get()
    if shared:
        numbers |= shared
    else:
        _keep(user, numbers)
    return Counts(
        waiting={queue: numbers[f"waiting_{queue}"] or 0 for queue in COUNTED},
        mine={queue: numbers[f"mine_{queue}"] or 0 for queue in Queue},
        failing=numbers["failing"] or 0,
        letters=numbers["letters"] or 0,
        latest_move=numbers["latest_move"] or 0,
        alerts=numbers["alerts"] or 0,
        alert=numbers["alert"] or "",
        mentions=numbers["named"] or 0,
        approvals=numbers["pending"] or 0,
        risk={queue: numbers[f"risk_{queue}"] or 0 for queue in COUNTED},
        snoozed=numbers["snoozed"] or 0,
        views=_views(user, now),
        both_lanes=has_both(user, numbers["in_force"]),
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


def forget_kept() -> None:
    """Let the next poll count anew."""
    _numbers_of.clear()


_numbers_of: dict[tuple[bool, bool], tuple[float, dict[str, Any]]] = {}
"""What was counted last and when, for those who tune and those who do not: they see the same."""


def _sees(user: User) -> tuple[bool, bool]:
    return bool(visible_queues(user)), may_tune(user)


def _kept(user: User, known: int) -> dict[str, Any] | None:
    at, numbers = _numbers_of.get(_sees(user), (0.0, {}))
    fresh = numbers and monotonic() - at < KEPT and (numbers["latest_move"] or 0) >= known
    return numbers if fresh else None


def _keep(user: User, numbers: dict[str, Any]) -> None:
    own = _asked_for_one(user)
    shared = {name: number for name, number in numbers.items() if name not in own}
    _numbers_of[_sees(user)] = (monotonic(), shared)


def _asked_for_one(user: User) -> dict[str, Subquery]:
    claimed = items_for(user).filter(owner=user, status=Item.Status.CLAIMED)
    return {
        **{f"mine_{queue}": _CountUpTo(claimed.filter(queue=queue)) for queue in Queue},
        "named": _CountUpTo(unread_mentions(user)),
        "pending": _CountUpTo(pending_for(user)),
    }


def _asked_for_all(user: User, now: datetime) -> dict[str, Subquery]:
    items = items_for(user)
    open_now = waiting_items(items)
    late = items.filter(at_risk(now))
    broken = channels_for(user).filter(Q(state=Channel.State.REFUSED) | Q(failures__gte=3))
    unseen = alerts_for(user).filter(seen_by=None)
    letters = waiting(dead_letters_for(user).select_related(None))
    return {
        **{f"waiting_{queue}": _CountUpTo(open_now.filter(queue=queue)) for queue in COUNTED},
        **{f"risk_{queue}": _CountUpTo(late.filter(queue=queue)) for queue in COUNTED},
        "snoozed": _CountUpTo(items.filter(snoozed=True).exclude(status=Item.Status.RESOLVED)),
        "failing": _CountUpTo(broken),
        "letters": _CountUpTo(letters),
        "alerts": _CountUpTo(unseen),
        "alert": Subquery(unseen.order_by("-pk").values(words=_ALERT)[:1]),
        "in_force": Subquery(Policy.objects.filter(in_force=True).values("digest")[:1]),
        "latest_move": Subquery(moves_for(user).order_by("-pk").values("pk")[:1]),
    }


def shown(number: int) -> str:
    """A number as the navigation shows it."""
    return str(number) if number < UP_TO else f"{UP_TO - 1}+"
