"""Rules: what ops have decided for posts that meet conditions, in order. Pure.

A post is looked at once: what a rule does never makes another rule look again, so rules cannot
chase each other in a ring.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from triage.tuning.conditions import Condition, RuleError, read_conditions
from triage.tuning.facts import Facts
from triage.tuning.literals import Literals
from triage.vocabulary import Queue

LIMIT = 200
"""Rules in one policy."""
ACTIONS = ("queue", "priority", "tag", "assign", "notify", "approval")
NAME_LIMIT = 80


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; two that ask and do the same are equal. `go_on` lets the rules behind it look at
    the post as well."""

    name: str
    when: tuple[Condition, ...]
    queue: Queue | None = None
    priority: int | None = None
    tags: tuple[str, ...] = ()
    assign: str | None = None
    notify: tuple[str, ...] = ()
    approval: bool = False
    go_on: bool = False

    def meets(self, facts: Facts) -> bool:
        """Whether everything that the rule asks holds."""
        for condition in self.when:  # noqa: SIM110 - a generator takes three times as long
            if not condition.meets(facts):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rules say of one post.

    `ran` are the rules that did something, in order; `would` are those that an earlier rule kept
    from running. The first rule that names a queue, a priority or a person is the one that counts;
    `approval` is asked for where any of them asks.
    """

    queue: Queue | None = None
    queue_by: str = ""
    priority: int | None = None
    tags: tuple[str, ...] = ()
    assign: str | None = None
    notify: tuple[str, ...] = ()
    approval: bool = False
    approval_by: str = ""
    ran: tuple[str, ...] = ()
    would: tuple[str, ...] = ()

    @property
    def trace(self) -> dict[str, list[str]]:
        """`ran` and `would` as a move keeps them: what is empty is left out."""
        told = {"ran": list(self.ran), "would": list(self.would)}
        return {name: rules for name, rules in told.items() if rules}


NONE = Outcome()


def apply(rules: Sequence[Rule], facts: Facts) -> Outcome:
    """Let the rules look at one post, first to last."""
    return outcome_of([rule for rule in rules if rule.meets(facts)])


def outcome_of(met: Sequence[Rule]) -> Outcome:
    """What rules say together that a post meets, given in their order."""
    if not met:
        return NONE
    last = next((place for place, rule in enumerate(met) if not rule.go_on), len(met) - 1)
    ran, would = met[: last + 1], met[last + 1 :]
    queued = next((rule for rule in ran if rule.queue), None)
    asking = next((rule for rule in ran if rule.approval), None)
    return Outcome(
        queue=queued.queue if queued else None,
        queue_by=queued.name if queued else "",
        priority=next((rule.priority for rule in ran if rule.priority is not None), None),
        tags=tuple(dict.fromkeys(tag for rule in ran for tag in rule.tags)),
        assign=next((rule.assign for rule in ran if rule.assign), None),
        notify=tuple(dict.fromkeys(name for rule in ran for name in rule.notify)),
        approval=asking is not None,
        approval_by=asking.name if asking else "",
        ran=tuple(rule.name for rule in ran),
        would=tuple(rule.name for rule in would),
    )


def read_rules(tables: Any) -> tuple[Rule, ...]:
    """`[[rules]]` -> rules in their order. Raises RuleError, which names the rule."""
    if not isinstance(tables, list) or not all(isinstance(table, Mapping) for table in tables):
        raise RuleError("rules must be tables that begin with [[rules]]")
    if len(tables) > LIMIT:
        raise RuleError(f"there are {len(tables)} rules; a policy holds at most {LIMIT}")
    literals = Literals()
    rules = tuple(_rule(number, table, literals) for number, table in enumerate(tables, start=1))
    names = [rule.name for rule in rules]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise RuleError(f"two rules are called {twice!r}; give each a name of its own")
    return rules


def _rule(number: int, table: Mapping[str, Any], literals: Literals) -> Rule:
    name = table.get("name")
    if not isinstance(name, str) or not 0 < len(name.strip()) <= NAME_LIMIT:
        raise RuleError(f"rules, number {number}: it needs a name of 1 to {NAME_LIMIT} characters")
    where = f"rule {name.strip()!r}"
    unknown = set(table) - {"name", "when", "then", "go_on"}
    if unknown:
        raise RuleError(
            f"{where}: {sorted(unknown)[0]!r} is unknown; when, then and go_on are known"
        )
    when, then = _table(where, table, "when"), _table(where, table, "then")
    return Rule(
        name=name.strip(),
        when=read_conditions(where, when, literals),
        queue=_queue(where, then.get("queue")),
        priority=_priority(where, then.get("priority")),
        tags=_texts(where, "tag", then.get("tag")),
        assign=_text(where, "assign", then.get("assign")),
        notify=_texts(where, "notify", then.get("notify")),
        approval=_approval(where, then.get("approval")),
        go_on=_flag(where, "go_on", table.get("go_on", False)),
    )


def _table(where: str, table: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    found = table.get(part)
    if not isinstance(found, Mapping) or not found:
        raise RuleError(
            f"{where}: it needs {'a condition' if part == 'when' else 'an action'}: {part}"
        )
    if part == "then" and (unknown := set(found) - set(ACTIONS)):
        raise RuleError(
            f"{where}: then.{sorted(unknown)[0]} is unknown; known are {', '.join(ACTIONS)}"
        )
    return found


def _queue(where: str, value: Any) -> Queue | None:
    if value is None:
        return None
    if value not in list(Queue):
        raise RuleError(f"{where}: then.queue is {value!r}; known are {', '.join(Queue)}")
    return Queue(value)


def _priority(where: str, value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not -9 <= value <= 9:
        raise RuleError(f"{where}: then.priority is {value!r}; it must be from -9 to 9")
    return value


def _texts(where: str, key: str, value: Any) -> tuple[str, ...]:
    given = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not all(
        isinstance(each, str) and each.strip() for each in given
    ):
        raise RuleError(f"{where}: then.{key} is {value!r}; write one text or a list of texts")
    return tuple(each.strip() for each in given)


def _text(where: str, key: str, value: Any) -> str | None:
    texts = _texts(where, key, value)
    if len(texts) > 1:
        raise RuleError(f"{where}: then.{key} takes one name")
    return texts[0] if texts else None


def _approval(where: str, value: Any) -> bool:
    if value is not None and value is not True:
        raise RuleError(f"{where}: then.approval is {value!r}; write true, or leave it out")
    return value is True


def _flag(where: str, key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise RuleError(f"{where}: {key} is {value!r}; it must be true or false")
    return value
