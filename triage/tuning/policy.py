"""Policy: routes, thresholds, priorities, promises and rules as data, read from TOML. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from triage.intents import every_intent, intents, queue_of, today
from triage.times.clock import ALWAYS, Hours
from triage.tuning.approval import NOT_ASKED, Approval, ApprovalError, read_approval
from triage.tuning.conditions import RuleError
from triage.tuning.rules import Rule, read_rules
from triage.tuning.sampling import DRAWN, Review, SamplingError, read_review
from triage.tuning.targets import Target, TargetError, read_hours, read_targets, target_of
from triage.vocabulary import Kind, Queue

PARTS = (
    "thresholds", "priority", "routes", "also", "hours", "targets", "rules", "review", "approval",
    "inbox",
)  # fmt: skip
DECIDED = (Queue.PROMO, Queue.SUPPORT, Queue.ARCHIVE)


class PolicyError(ValueError):
    """A policy that cannot be used; the message names the key and says what is allowed."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """One policy, read and checked."""

    version: int
    thresholds: Mapping[Queue, float]
    priority: Mapping[str, int] = field(default_factory=dict)
    routes: Mapping[tuple[str, str], Queue] = field(default_factory=dict)
    intents: Mapping[str, float] = field(default_factory=dict)
    """Thresholds of their own that intents have, in place of their queue's."""
    twins: bool = True
    hours: Hours = ALWAYS
    targets: tuple[Target, ...] = ()
    rules: tuple[Rule, ...] = ()
    review: Review = DRAWN
    approval: Approval = NOT_ASKED
    both_lanes: bool = False
    """Whether promo and support stand on one page for those who work in both."""

    def queue(self, intent: str, kind: str) -> Queue:
        """The queue of an intent on a channel of that kind, as this policy routes it."""
        name = today(intent)
        return self.routes.get((name, kind)) or queue_of(name, kind)

    def threshold(self, intent: str, queue: Queue) -> float:
        """How sure the model must be of a queue before a post of that intent goes there alone."""
        return self.intents.get(today(intent), self.thresholds[queue])

    def target(self, queue: str, intent: str, priority: int) -> Target:
        """What is promised to such an item; a target without promises where nothing is."""
        return target_of(self.targets, queue, intent, priority)


def read_policy(text: str, *, version: int = 1) -> Rulebook:
    """TOML -> Rulebook. Raises PolicyError with one sentence."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"the policy is not valid TOML: {error}") from None
    unknown = set(data) - set(PARTS)
    if unknown:
        raise PolicyError(
            f"the policy has an unknown part {sorted(unknown)[0]!r}; "
            f"{', '.join(PARTS[:-1])} and {PARTS[-1]} are known"
        )
    try:
        hours = read_hours(_table(data, "hours"))
        targets = read_targets(data.get("targets", []))
        rules = read_rules(data.get("rules", []))
        review = read_review(_table(data, "review"))
        approval = read_approval(_table(data, "approval"))
    except (TargetError, RuleError, SamplingError, ApprovalError) as error:
        raise PolicyError(str(error)) from None
    thresholds = _table(data, "thresholds")
    return Rulebook(
        version=version,
        thresholds=_thresholds(thresholds),
        intents=_intents(thresholds.get("intents", {})),
        priority=_priority(_table(data, "priority")),
        routes=_routes(_table(data, "routes")),
        twins=_twins(_table(data, "also")),
        hours=hours,
        targets=targets,
        rules=rules,
        review=review,
        approval=approval,
        both_lanes=_both_lanes(_table(data, "inbox")),
    )


def _table(data: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    table = data.get(part, {})
    if not isinstance(table, Mapping):
        raise PolicyError(f"{part} is {table!r}; it must be a table that begins with [{part}]")
    return table


def _thresholds(data: Mapping[str, Any]) -> dict[Queue, float]:
    thresholds = dict.fromkeys(DECIDED, 0.6)
    for name, value in data.items():
        if name == "intents":
            continue
        if name not in {queue.value for queue in DECIDED}:
            raise PolicyError(f"thresholds.{name}: promo, support and archive have a threshold")
        thresholds[Queue(name)] = _share(f"thresholds.{name}", value)
    return thresholds


def _intents(data: Any) -> dict[str, float]:
    if not isinstance(data, Mapping):
        raise PolicyError(
            f"thresholds.intents is {data!r}; it must be a table that begins with "
            "[thresholds.intents]"
        )
    for intent in data:
        _known_intent("thresholds.intents", intent)
    return {intent: _share(f"thresholds.intents.{intent}", data[intent]) for intent in data}


def _share(key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise PolicyError(f"{key} is {value!r}; it must be from 0 to 1")
    return float(value)


def _priority(data: Mapping[str, Any]) -> dict[str, int]:
    for intent, value in data.items():
        _known_intent("priority", intent)
        if isinstance(value, bool) or not isinstance(value, int) or not -9 <= value <= 9:
            raise PolicyError(f"priority.{intent} is {value!r}; it must be a number from -9 to 9")
    return dict(data)


def _routes(data: Mapping[str, Any]) -> dict[tuple[str, str], Queue]:
    routes: dict[tuple[str, str], Queue] = {}
    for intent, table in data.items():
        _known_intent("routes", intent)
        if not isinstance(table, Mapping):
            raise PolicyError(f"routes.{intent} must be a table of public and community")
        for kind, queue in table.items():
            if kind not in list(Kind) or queue not in list(DECIDED):
                raise PolicyError(
                    f"routes.{intent}.{kind} is {queue!r}; "
                    'write public = or community = "promo", "support" or "archive"'
                )
            routes[intent, kind] = Queue(queue)
    return routes


def _twins(data: Mapping[str, Any]) -> bool:
    for name, value in data.items():
        if name != "both_queues" or not isinstance(value, bool):
            raise PolicyError(f"also.{name} is {value!r}; write both_queues = true or false")
    return bool(data.get("both_queues", True))


def _both_lanes(data: Mapping[str, Any]) -> bool:
    for name, value in data.items():
        if name != "both_lanes" or not isinstance(value, bool):
            raise PolicyError(f"inbox.{name} is {value!r}; write both_lanes = true or false")
    return bool(data.get("both_lanes", False))


def _known_intent(part: str, intent: str) -> None:
    if intent not in every_intent():
        raise PolicyError(f"{part}.{intent}: no such intent; known are {', '.join(intents())}")
