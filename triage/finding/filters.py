"""Filters: which items of a list are wanted, as an address says it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils import timezone

from triage.finding.plain import plainly
from triage.intents import every_intent, words_of
from triage.numbers import whole
from triage.tables import Item, User
from triage.tables.outgoing import waiting_for_approval
from triage.tables.posts import language_of
from triage.vocabulary import SENTIMENTS

LONGEST = 400
ME, NOBODY = "me", "nobody"
CONFIDENCES = {
    "unsure": (None, None),
    "below-60": (0.0, 0.6),
    "below-80": (0.0, 0.8),
    "from-80": (0.8, 1.1),
}
"""The words of the confidence filter, and from where to where; unsure is the model's own word."""


_PICKING = frozenset(
    {"channel", "intent", "person", "owner", "tag", "campaign", "lang", "sentiment", "pending"}
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What an address narrows a list to; empty words narrow nothing. `q` is a search,
    and `sort` the order of what it finds."""

    q: str = ""
    sort: str = ""
    channel: str = ""
    intent: str = ""
    department: str = ""
    person: str = ""
    owner: str = ""
    tag: str = ""
    campaign: str = ""
    lang: str = ""
    confidence: str = ""
    sentiment: str = ""
    since: str = ""
    until: str = ""
    risk: str = ""
    pending: str = ""

    @property
    def address(self) -> str:
        """The filters as the part of an address behind its question mark."""
        return urlencode(self.given)

    @property
    def given(self) -> dict[str, str]:
        """Those that narrow anything, by their names."""
        values = {field.name: str(getattr(self, field.name)) for field in fields(self)}
        return {name: value for name, value in values.items() if value}

    @property
    def narrow(self) -> bool:
        """Whether anything but a search, and its order, is asked for."""
        return bool(set(self.given) - {"q", "sort"})

    @property
    def picks(self) -> bool:
        """Whether one of them picks items by an index of its own, be they in whichever queue."""
        return not _PICKING.isdisjoint(self.given)

    def without(self, name: str) -> "Filters":
        """The filters less one of them."""
        return replace(self, **{name: ""})


def read_filters(values: Mapping[str, str]) -> Filters:
    """The filters of an address. What cannot be read narrows nothing, so that no link is broken."""
    read = {
        field.name: str(values.get(field.name, "")).strip()[:LONGEST] for field in fields(Filters)
    }
    read = {name: value.replace("\0", "") for name, value in read.items()}
    return Filters(**{name: value for name, value in read.items() if _READABLE[name](value)})


def _number(value: str) -> bool:
    return whole(value) is not None


def _day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


_READABLE: dict[str, Callable[[str], bool]] = {
    "q": bool,
    "sort": "best".__eq__,
    "channel": _number,
    "intent": lambda value: value in every_intent(),
    "department": lambda value: value in departments(),
    "person": _number,
    "owner": lambda value: value in (ME, NOBODY) or _number(value),
    "tag": bool,
    "campaign": _number,
    "lang": bool,
    "confidence": CONFIDENCES.__contains__,
    "sentiment": SENTIMENTS.__contains__,
    "since": _day,
    "until": _day,
    "risk": "1".__eq__,
    "pending": "1".__eq__,
}


def narrowed(
    items: QuerySet[Item], filters: Filters, user: User, *, now: datetime, few: bool = False
) -> QuerySet[Item]:
    """The items that the filters want; `q` and `sort` are the search's own business.

    `few` says that the list is short without them, so that all of it is looked through.
    """
    for name, value in filters.given.items():
        if name == "risk":
            items = items.filter(at_risk(now))
        elif name not in ("q", "sort"):
            condition = _CONDITIONS[name](value, user)
            plain = few or len(_intents(name, value)) > 1  # of several no index has the order
            items = plainly(items, condition) if plain else items.filter(condition)
    return items


def _intents(name: str, value: str) -> list[str]:
    """The intents that a filter asks for: one, with those that were merged into it, or those of a
    department."""
    if name == "intent":
        return list(words_of(value))
    known = every_intent().values() if name == "department" else ()
    return [intent.name for intent in known if intent.department == value]


def _of_intents(names: list[str]) -> Q:
    return Q(intent=names[0]) if len(names) == 1 else Q(intent__in=names)


def at_risk(now: datetime) -> Q:
    """The condition of items whose response time is nearly over, or over; resolved ones are not."""
    return Q(warn_at__lte=now, snoozed=False) & ~Q(status=Item.Status.RESOLVED)


def _owner(value: str, user: User) -> Q:
    if value == NOBODY:
        return Q(owner=None)
    return Q(owner=user.pk if value == ME else int(value))


def departments() -> list[str]:
    """The departments that are accountable for an intent, or were for one that was retired."""
    return sorted({intent.department for intent in every_intent().values() if intent.department})


def _tag(value: str, _: User) -> Q:
    name = value.lstrip("#").casefold()
    return Q(pk__in=Item.objects.filter(item_tags__tag__name=name).values("pk"))


def _lang(value: str, _: User) -> Q:
    """A language is also each of its countries': `pt` finds `pt-BR`."""
    language = language_of(value)
    found = Q(lang=language) & ~Q(lang="")  # as its indexes say
    return found if value.lower() == language else found & Q(latest_post__lang__iexact=value)


def _confidence(value: str, _: User) -> Q:
    low, high = CONFIDENCES[value]
    if low is None or high is None:
        return Q(unsure=True)
    return Q(confidence__gte=low, confidence__lt=high)


def midnight(day: str, *, days: int = 0) -> datetime:
    """The beginning of a day as an address says it, or of one so many days later."""
    try:
        at = date.fromisoformat(day) + timedelta(days=days)
    except OverflowError:
        at = date.max
    return timezone.make_aware(datetime.combine(at, time.min))


_CONDITIONS: dict[str, Callable[[str, User], Q]] = {
    "channel": lambda value, _: Q(channel=int(value)),
    "intent": lambda value, _: _of_intents(_intents("intent", value)),
    "department": lambda value, _: _of_intents(_intents("department", value)) & Q(unsure=False),
    "person": lambda value, _: Q(person=int(value)),
    "owner": _owner,
    "tag": _tag,
    "campaign": lambda value, _: Q(campaign=int(value)),
    "lang": _lang,
    "confidence": _confidence,
    "sentiment": lambda value, _: Q(sentiment=value) & ~Q(sentiment=""),  # as its indexes say
    "since": lambda value, _: Q(posted_at__gte=midnight(value)),
    "until": lambda value, _: Q(posted_at__lt=midnight(value, days=1)),
    "pending": lambda *_: Q(pk__in=waiting_for_approval()),
}
