"""Policy text: changes of a policy's TOML that leave other people's comments alone. Pure."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, InlineTable, Table

from triage.tuning.approval import Approval
from triage.tuning.policy import PolicyError
from triage.vocabulary import Queue

PARTS = ("name", "when", "then", "go_on")


def with_thresholds(
    text: str, queues: Mapping[Queue, float], intents: Mapping[str, float] | None = None
) -> str:
    """The policy with these thresholds. Intents that are not named lose theirs; without `intents`
    each keeps what it has."""
    policy = _parsed(text)
    thresholds = _table(policy, "thresholds")
    for queue, value in queues.items():
        _set(thresholds, queue.value, value)
    if intents is not None:
        _set_intents(thresholds, intents)
    return tomlkit.dumps(policy)


def with_both_lanes(text: str, on: bool) -> str:
    """The policy with promo and support on one page, or each on a page of its own."""
    policy = _parsed(text)
    _set(_table(policy, "inbox"), "both_lanes", on)
    return tomlkit.dumps(policy)


def with_approval(text: str, approval: Approval) -> str:
    """The policy that asks for approval of these answers, without the part where it is of none."""
    policy = _parsed(text)
    asked = {field.name: list(getattr(approval, field.name)) for field in fields(approval)}
    if not any(asked.values()):
        policy.pop("approval", None)
        return tomlkit.dumps(policy)
    table = _table(policy, "approval")
    for name, names in asked.items():
        if not names:
            table.pop(name, None)
        elif list(table.get(name, ())) != names:  # what stays is left as it is written
            table[name] = names
    return tomlkit.dumps(policy)


def rules_in(text: str) -> list[dict[str, Any]]:
    """The rules of a policy as plain tables, in their order."""
    return [dict(rule) for rule in _rules(_parsed(text)).unwrap()]


def with_rule(text: str, rule: Mapping[str, Any], *, place: int | None = None) -> str:
    """The policy with this rule in place of the one at `place`, or behind all of them."""
    policy = _parsed(text)
    rules = _rules(policy)
    if place is None:
        rules.append(tomlkit.table())
        place = len(rules) - 1
    table = rules[_checked(rules, place)]
    for name in PARTS:
        if name in rule:
            table[name] = _inline(rule[name]) if isinstance(rule[name], Mapping) else rule[name]
        else:
            table.pop(name, None)
    return tomlkit.dumps(policy)


def with_rule_moved(text: str, place: int, *, by: int) -> str:
    """The policy with a rule moved up (`by` below 0) or down; at either end it stays."""
    policy = _parsed(text)
    rules = _rules(policy)
    rule = rules.pop(_checked(rules, place))
    rules.insert(min(max(0, place + by), len(rules)), rule)
    return tomlkit.dumps(policy)


def without_rule(text: str, place: int) -> str:
    """The policy without one of its rules."""
    policy = _parsed(text)
    rules = _rules(policy)
    rules.pop(_checked(rules, place))
    if not rules:
        policy.pop("rules")
    return tomlkit.dumps(policy)


def _parsed(text: str) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(text)
    except TOMLKitError as error:
        raise PolicyError(f"the policy is not valid TOML: {error}") from None


def _rules(policy: tomlkit.TOMLDocument) -> AoT:
    found = policy.get("rules")
    if isinstance(found, AoT):
        return found
    rules = tomlkit.aot()
    for rule in found or []:  # written as a list in brackets
        if not isinstance(rule, Mapping):
            raise PolicyError("rules must be tables that begin with [[rules]]")
        rules.append(tomlkit.item(dict(rule)))
    policy.pop("rules", None)
    policy.append("rules", rules)
    return rules


def _checked(rules: AoT, place: int) -> int:
    if not 0 <= place < len(rules):
        raise PolicyError(f"there is no rule number {place + 1}; look at the list again")
    return place


def _table(parent: Any, name: str) -> Any:
    if name not in parent:
        parent[name] = tomlkit.table()
    if not isinstance(parent[name], Table | InlineTable):
        raise PolicyError(f"{name} must be a table that begins with [{name}]")
    return parent[name]


def _set_intents(thresholds: Any, intents: Mapping[str, float]) -> None:
    if not intents:
        thresholds.pop("intents", None)
        return
    own = _table(thresholds, "intents")
    for name in [name for name in own if name not in intents]:
        del own[name]
    for name, value in intents.items():
        _set(own, name, value)


def _set(table: Any, name: str, value: float | bool) -> None:
    if table.get(name) != value:  # what stays is left as it is written
        table[name] = value


def _inline(values: Mapping[str, Any]) -> InlineTable:
    table = tomlkit.inline_table()
    table.update(values)
    return table
