"""Stale names: where a policy speaks of intents that were retired or merged. Pure.

Such a policy is in force as it is. What it says of those intents counts for nothing any more; only
a rule that asks for a merged one asks for its successor.
"""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from triage.intents import gone, today
from triage.vocabulary import label


def stale_names(text: str) -> list[str]:
    """A sentence for each place of a policy's text that names an intent which is not in force."""
    policy = tomllib.loads(text)
    told = [
        f"{where} has no effect: {why}." for where, name in _named(policy) if (why := _why(name))
    ]
    return told + [
        _of_rule(rule.get("name", ""), name)
        for rule in policy.get("rules", [])
        for name in _asked(rule)
        if _why(name)
    ]


def _of_rule(rule: str, name: str) -> str:
    place = f"The intent {label(name)} in the rule {rule!r}"
    if why := gone(name):
        return f"{place} has no effect: {why}."
    return f"{place} is read as {label(today(name))}, into which it was merged."


def _asked(rule: Mapping[str, Any]) -> list[str]:
    """The intents that a rule asks for."""
    given = rule.get("when", {}).get("intent", [])
    return [name.strip().casefold() for name in ([given] if isinstance(given, str) else given)]


def _why(name: str) -> str:
    if today(name) != name:
        return f"the intent {label(name)} was merged into {label(today(name))}"
    return gone(name)


def _named(policy: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each place of a policy but its rules that names an intent, with the name."""
    for name in policy.get("thresholds", {}).get("intents", {}):
        yield f"thresholds.intents.{name}", name
    for part in ("priority", "routes"):
        for name in policy.get(part, {}):
            yield f"{part}.{name}", name
    for number, target in enumerate(policy.get("targets", []), start=1):
        if name := target.get("intent"):
            yield f"The intent of target {number}", name
