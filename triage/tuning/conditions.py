"""Conditions: what a rule can ask of a post, each read from TOML and checked. Pure.

Patterns run in RE2, whose time grows with the length of the text and with nothing else, so that no
pattern and no post can stall a worker.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import re2

from triage.vocabulary import INTENTS, Kind

TEXT_LIMIT = 20_000
"""Characters of a post that a rule looks at."""
PATTERN_LIMIT = 500
NEW, KNOWN = "new", "known"


class RuleError(ValueError):
    """A rule that cannot be used; the message names the key and says what is allowed."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules know of one post. `open` is whether the teams work at that moment."""

    text: str = ""
    author: str = ""
    relation: str = NEW
    reach: int | None = None
    channel: str = ""
    platform: str = ""
    kind: str = Kind.PUBLIC
    language: str = ""
    intent: str = ""
    confidence: float | None = None
    open: bool = True


Meets = Callable[[Facts], bool]


def read_conditions(where: str, table: Mapping[str, Any]) -> tuple[Meets, ...]:
    """The `when` of a rule -> what must all hold. Raises RuleError."""
    for key in table:
        if key not in CONDITIONS:
            raise RuleError(
                f"{where}: when.{key} is unknown; known are {', '.join(sorted(CONDITIONS))}"
            )
    return tuple(CONDITIONS[key](f"{where}: when.{key}", value) for key, value in table.items())


def _contains(where: str, value: Any) -> Meets:
    words = _folded(where, value)
    return lambda facts: any(word in _text(facts) for word in words)


def _contains_all(where: str, value: Any) -> Meets:
    words = _folded(where, value)
    return lambda facts: all(word in _text(facts) for word in words)


def _matches(where: str, value: Any) -> Meets:
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


def _author(where: str, value: Any) -> Meets:
    names = {name.lstrip("@") for name in _folded(where, value)}
    return lambda facts: facts.author.casefold().lstrip("@") in names


def _relation(where: str, value: Any) -> Meets:
    _one_of(where, value, (NEW, KNOWN))
    return lambda facts: facts.relation == value


def _reach_at_least(where: str, value: Any) -> Meets:
    _check_whole(where, value)
    return lambda facts: facts.reach is not None and facts.reach >= value


def _reach_below(where: str, value: Any) -> Meets:
    _check_whole(where, value)
    return lambda facts: facts.reach is not None and facts.reach < value


def _channel(where: str, value: Any) -> Meets:
    names = _folded(where, value)
    return lambda facts: facts.channel.casefold() in names


def _platform(where: str, value: Any) -> Meets:
    names = _folded(where, value)
    return lambda facts: facts.platform.casefold() in names


def _kind(where: str, value: Any) -> Meets:
    _one_of(where, value, tuple(Kind))
    return lambda facts: facts.kind == value


def _language(where: str, value: Any) -> Meets:
    codes = _folded(where, value)
    return lambda facts: facts.language.casefold().split("-")[0] in codes


def _intent(where: str, value: Any) -> Meets:
    intents = _folded(where, value)
    for intent in intents:
        _one_of(where, intent, tuple(INTENTS))
    return lambda facts: facts.intent in intents


def _confidence_at_least(where: str, value: Any) -> Meets:
    _check_share(where, value)
    return lambda facts: facts.confidence is not None and facts.confidence >= value


def _confidence_below(where: str, value: Any) -> Meets:
    _check_share(where, value)
    return lambda facts: facts.confidence is not None and facts.confidence < value


def _hours(where: str, value: Any) -> Meets:
    _one_of(where, value, ("open", "closed"))
    return lambda facts: facts.open == (value == "open")


CONDITIONS: dict[str, Callable[[str, Any], Meets]] = {
    "contains": _contains,
    "contains_all": _contains_all,
    "matches": _matches,
    "author": _author,
    "relation": _relation,
    "reach_at_least": _reach_at_least,
    "reach_below": _reach_below,
    "channel": _channel,
    "platform": _platform,
    "kind": _kind,
    "language": _language,
    "intent": _intent,
    "confidence_at_least": _confidence_at_least,
    "confidence_below": _confidence_below,
    "hours": _hours,
}


def _text(facts: Facts) -> str:
    return facts.text[:TEXT_LIMIT].casefold()


def _folded(where: str, value: Any) -> tuple[str, ...]:
    given = [value] if isinstance(value, str) else value
    if (
        not isinstance(given, list)
        or not given
        or not all(isinstance(each, str) and each.strip() for each in given)
    ):
        raise RuleError(f"{where} is {value!r}; write one text or a list of texts")
    return tuple(each.strip().casefold() for each in given)


def _one_of(where: str, value: Any, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise RuleError(f"{where} is {value!r}; it must be one of {', '.join(allowed)}")


def _check_whole(where: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise RuleError(f"{where} is {value!r}; it must be a whole number from 0 on")


def _check_share(where: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise RuleError(f"{where} is {value!r}; it must be from 0 to 1")
