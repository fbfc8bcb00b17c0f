"""Filtering: the form of the filters, and the chips that say which are on."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.dateparse import parse_date

from triage.access import channels_for, visible_queues
from triage.finding.filters import CONFIDENCES, ME, NOBODY, Filters, departments
from triage.intents import intents
from triage.languages import LANGUAGES, language_name
from triage.tables import Campaign, Channel, Person, Tag, User
from triage.vocabulary import SENTIMENTS, label
from triage.web.place import Place

SURE = {"unsure": "model unsure", "below-60": "below 60%", "below-80": "below 80%"}
SURE |= {"from-80": "80% and more"}
MOST_TAGS = 100
assert set(SURE) == set(CONFIDENCES)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, in words, and the address of the list without it."""

    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list to choose from."""

    value: str
    words: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Select:
    """One list to choose from."""

    name: str
    words: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """The form of the filters of a list."""

    selects: tuple[Select, ...]
    since: str
    until: str
    person: str
    risk: bool
    pending: bool


def form(user: User, place: Place) -> Form:
    """The filters that there are to choose from, with those chosen that are on. Four queries."""
    filters = place.filters
    channels = channels_for(user).order_by("name").values_list("pk", "name")
    campaigns = Campaign.objects.order_by("-pk").values_list("pk", "name")[:MOST_TAGS]
    tags = Tag.objects.filter(used__gt=0).order_by("-used", "name")[:MOST_TAGS]
    people = [each for each in User.objects.filter(is_active=True) if visible_queues(each)]
    owners = {ME: "me", NOBODY: "nobody"}
    owners |= {str(each.pk): each.shown_name for each in people if each.pk != user.pk}
    return Form(
        selects=(
            _select("channel", "Channel", {str(pk): name for pk, name in channels}, filters),
            _select("intent", "Intent", {name: label(name) for name in intents()}, filters),
            _select("department", "Department", {name: name for name in departments()}, filters),
            _select("owner", "Owner", owners, filters),
            _select("tag", "Tag", {tag.name: tag.name for tag in tags}, filters),
            _select("campaign", "Campaign", {str(pk): name for pk, name in campaigns}, filters),
            _select("lang", "Language", LANGUAGES, filters),
            _select("confidence", "Confidence", SURE, filters),
            _select("sentiment", "Sentiment", {word: word for word in SENTIMENTS}, filters),
        ),
        since=filters.since,
        until=filters.until,
        person=filters.person,
        risk=bool(filters.risk),
        pending=bool(filters.pending),
    )


def _select(name: str, words: str, values: dict[str, str], filters: Filters) -> Select:
    on = filters.given.get(name, "")
    if on and on not in values:  # a filter that came with an address stays on
        values = values | {on: on}
    choices = (Choice(value, shown, value == on) for value, shown in values.items())
    return Select(name, words, tuple(choices))


def chips(user: User, place: Place) -> tuple[Chip, ...]:
    """The filters that are on."""
    return tuple(
        Chip(_WORDS[name](value, user), place.less(name))
        for name, value in place.filters.given.items()
        if name not in ("q", "sort")
    )


def _channel(value: str, _: User) -> str:
    name = Channel.objects.filter(pk=int(value)).values_list("name", flat=True).first()
    return f"channel {name or 'unknown'}"


def _campaign(value: str, _: User) -> str:
    name = Campaign.objects.filter(pk=int(value)).values_list("name", flat=True).first()
    return f"campaign {name or 'unknown'}"


def _person(value: str, _: User) -> str:
    name = Person.objects.filter(pk=int(value)).values_list("name", flat=True).first()
    return f"by {name or 'an unknown person'}"


def _owner(value: str, user: User) -> str:
    if value in (ME, NOBODY) or int(value) == user.pk:
        return "unclaimed" if value == NOBODY else "yours"
    other = User.objects.filter(pk=int(value)).first()
    return f"claimed by {other.shown_name}" if other else "claimed by an unknown person"


def day_words(value: str) -> str:
    """`2026-03-01` -> `1 Mar 2026`."""
    day = parse_date(value)
    return f"{day.day} {day:%b %Y}" if day else value


_WORDS: dict[str, Callable[[str, User], str]] = {
    "channel": _channel,
    "intent": lambda value, _: label(value),
    "department": lambda value, _: value,
    "person": _person,
    "owner": _owner,
    "campaign": _campaign,
    "tag": lambda value, _: f"#{value}",
    "lang": lambda value, _: f"in {language_name(value)}",
    "confidence": lambda value, _: SURE[value],
    "sentiment": lambda value, _: f"sounds {value}",
    "since": lambda value, _: f"since {day_words(value)}",
    "until": lambda value, _: f"until {day_words(value)}",
    "risk": lambda *_: "at risk",
    "pending": lambda *_: "waiting for approval",
}
