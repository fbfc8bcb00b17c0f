"""Conditions: what a rule can ask of a post, each read from TOML and checked. Pure.

Patterns run in RE2, whose time grows with the length of the text and with nothing else, so that no
pattern and no post can stall a worker.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import re2

from triage.intents import every_intent, today
from triage.times.clock import DAY, WEEK
from triage.tuning.facts import KNOWN, NEW, TEXT_LIMIT, Facts
from triage.tuning.literals import Literals
from triage.tuning.moments import in_span, read_age, read_span
from triage.vocabulary import Kind

PATTERN_LIMIT = 500
SENTIMENTS = ("positive", "neutral", "negative")


class RuleError(ValueError):
    """A rule that cannot be used; the message names the key and says what is allowed."""


Meets = Callable[[Facts], bool]


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a rule asks. Two that ask the same are equal."""

    key: str
    asked: str
    """The value as it was written."""
    meets: Meets = field(compare=False)

    @property
    def needs(self) -> str:
        """The fact that it looks at."""
        return CONDITIONS[self.key].needs


class Asking(NamedTuple):
    """A kind of condition: how it is read, the fact that it looks at, and how much that costs.

    Words cost little: they are looked for once for all rules.
    """

    read: Callable[[str, Any, Literals], Meets]
    needs: str
    cost: int = 0


def read_conditions(
    where: str, table: Mapping[str, Any], literals: Literals
) -> tuple[Condition, ...]:
    """The `when` of a rule -> what must all hold, the cheapest first. Raises RuleError.

    Words are looked for together with all others of `literals`.
    """
    for key in table:
        if key not in CONDITIONS:
            raise RuleError(
                f"{where}: when.{key} is unknown; known are {', '.join(sorted(CONDITIONS))}"
            )
    cheapest = sorted(table.items(), key=lambda entry: CONDITIONS[entry[0]].cost)
    return tuple(
        Condition(key, repr(value), CONDITIONS[key].read(f"{where}: when.{key}", value, literals))
        for key, value in cheapest
    )


def _contains(where: str, value: Any, literals: Literals) -> Meets:
    places = frozenset(literals.place(word) for word in _folded(where, value))
    return lambda facts: not places.isdisjoint(facts.found(literals))


def _contains_all(where: str, value: Any, literals: Literals) -> Meets:
    places = frozenset(literals.place(word) for word in _folded(where, value))
    return lambda facts: places <= facts.found(literals)


def _matches(where: str, value: Any, _: Literals) -> Meets:
    if not isinstance(value, str) or not 0 < len(value) <= PATTERN_LIMIT:
        raise RuleError(f"{where} must be a pattern of 1 to {PATTERN_LIMIT} characters")
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    try:
        pattern = re2.compile(value, options)
    except re2.error as error:
        said = error.args[0].decode() if error.args else "it cannot be read"
        raise RuleError(f"{where} is no pattern that can be used: {said}") from None
    return lambda facts: pattern.search(facts.text[:TEXT_LIMIT]) is not None


def _author(where: str, value: Any, _: Literals) -> Meets:
    names = {name.lstrip("@") for name in _folded(where, value)}
    return lambda facts: facts.author.casefold().lstrip("@") in names


def _relation(where: str, value: Any, _: Literals) -> Meets:
    _one_of(where, value, (NEW, KNOWN))
    return lambda facts: facts.relation == value


def _reach_at_least(where: str, value: Any, _: Literals) -> Meets:
    _check_whole(where, value)
    return lambda facts: facts.reach is not None and facts.reach >= value


def _reach_below(where: str, value: Any, _: Literals) -> Meets:
    _check_whole(where, value)
    return lambda facts: facts.reach is not None and facts.reach < value


def _channel(where: str, value: Any, _: Literals) -> Meets:
    names = _folded(where, value)
    return lambda facts: facts.channel.casefold() in names


def _platform(where: str, value: Any, _: Literals) -> Meets:
    names = _folded(where, value)
    return lambda facts: facts.platform.casefold() in names


def _kind(where: str, value: Any, _: Literals) -> Meets:
    _one_of(where, value, tuple(Kind))
    return lambda facts: facts.kind == value


def _language(where: str, value: Any, _: Literals) -> Meets:
    codes = _folded(where, value)
    return lambda facts: facts.language.casefold().split("-")[0] in codes


def _intent(where: str, value: Any, _: Literals) -> Meets:
    names = _each_of(where, value, tuple(every_intent()))
    wanted = {today(name) for name in names}
    return lambda facts: facts.intent in wanted  # which is told in the names of today too


def _confidence_at_least(where: str, value: Any, _: Literals) -> Meets:
    _check_share(where, value)
    return lambda facts: facts.confidence is not None and facts.confidence >= value


def _confidence_below(where: str, value: Any, _: Literals) -> Meets:
    _check_share(where, value)
    return lambda facts: facts.confidence is not None and facts.confidence < value


def _sentiment(where: str, value: Any, _: Literals) -> Meets:
    words = _each_of(where, value, SENTIMENTS)
    return lambda facts: facts.sentiment in words


def _hours(where: str, value: Any, _: Literals) -> Meets:
    _one_of(where, value, ("open", "closed"))
    return lambda facts: facts.open == (value == "open")


def _weekday(where: str, value: Any, _: Literals) -> Meets:
    days = {WEEK.index(day) for day in _each_of(where, value, WEEK)}
    return lambda facts: facts.written is not None and facts.written // DAY in days


def _time(where: str, value: Any, _: Literals) -> Meets:
    spans = []
    for written in _folded(where, value):
        span = read_span(written)
        if span is None:
            raise RuleError(
                f'{where} has {written!r}; write a span as "22:00-06:00", which may go over '
                "midnight, and end a day with 24:00"
            )
        spans.append(span)
    return lambda facts: (
        facts.written is not None and any(in_span(facts.written % DAY, span) for span in spans)
    )


def _age_at_least(where: str, value: Any, _: Literals) -> Meets:
    minutes = _age(where, value)
    return lambda facts: facts.age is not None and facts.age >= minutes


def _age_below(where: str, value: Any, _: Literals) -> Meets:
    minutes = _age(where, value)
    return lambda facts: facts.age is not None and facts.age < minutes


CONDITIONS: dict[str, Asking] = {
    "contains": Asking(_contains, "text", cost=1),
    "contains_all": Asking(_contains_all, "text", cost=1),
    "matches": Asking(_matches, "text", cost=3),
    "author": Asking(_author, "author", cost=2),
    "relation": Asking(_relation, "relation"),
    "reach_at_least": Asking(_reach_at_least, "reach"),
    "reach_below": Asking(_reach_below, "reach"),
    "channel": Asking(_channel, "channel", cost=2),
    "platform": Asking(_platform, "platform", cost=2),
    "kind": Asking(_kind, "kind"),
    "language": Asking(_language, "language", cost=2),
    "intent": Asking(_intent, "intent"),
    "confidence_at_least": Asking(_confidence_at_least, "confidence"),
    "confidence_below": Asking(_confidence_below, "confidence"),
    "sentiment": Asking(_sentiment, "sentiment"),
    "hours": Asking(_hours, "open"),
    "weekday": Asking(_weekday, "written"),
    "time": Asking(_time, "written"),
    "age_at_least": Asking(_age_at_least, "age"),
    "age_below": Asking(_age_below, "age"),
}


def _folded(where: str, value: Any) -> tuple[str, ...]:
    given = [value] if isinstance(value, str) else value
    if (
        not isinstance(given, list)
        or not given
        or not all(isinstance(each, str) and each.strip() for each in given)
    ):
        raise RuleError(f"{where} is {value!r}; write one text or a list of texts")
    return tuple(each.strip().casefold() for each in given)


def _each_of(where: str, value: Any, allowed: tuple[str, ...]) -> tuple[str, ...]:
    words = _folded(where, value)
    for word in words:
        _one_of(where, word, allowed)
    return words


def _one_of(where: str, value: Any, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise RuleError(f"{where} is {value!r}; it must be one of {', '.join(allowed)}")


def _check_whole(where: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise RuleError(f"{where} is {value!r}; it must be a whole number from 0 on")


def _check_share(where: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise RuleError(f"{where} is {value!r}; it must be from 0 to 1")


def _age(where: str, value: Any) -> int:
    minutes = read_age(value) if isinstance(value, str) else None
    if minutes is None:
        raise RuleError(f'{where} is {value!r}; write "45m", "8h" or "3d"')
    return minutes
