"""Routing: (judgement, policy, rules) -> queue, unsure, priority, why. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Protocol

from triage.intents import every_intent, gone, in_use, today
from triage.numbers import percent
from triage.tuning import rules
from triage.tuning.facts import Facts
from triage.tuning.policy import Rulebook
from triage.tuning.rules import NONE, Outcome
from triage.vocabulary import Queue, label


class Judged(Protocol):
    """What routing reads of a judgement."""

    @property
    def intent(self) -> str:
        """A word of the vocabulary."""

    @property
    def confidence(self) -> float:
        """Probability of the queue, 0 to 1."""

    @property
    def because(self) -> Sequence[str]:
        """The words that tipped it, strongest first."""

    @property
    def strange(self) -> str | None:
        """Why no model can judge this text, in a sentence."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a post belongs. `queue` is review when `unsure`; `leaning` is the best guess.

    `quiet` means that nobody is to be troubled: it opens nothing again and wakes nothing.
    """

    queue: Queue
    leaning: Queue
    unsure: bool
    priority: int
    why: str
    by_rule: bool = False
    outcome: Outcome = NONE
    """What the rules of the policy said, where they were asked."""
    quiet: bool = False


REPOST = Decision(
    queue=Queue.ARCHIVE,
    leaning=Queue.ARCHIVE,
    unsure=False,
    priority=0,
    why="It passes another post on without words of its own, so there is nothing to answer.",
    by_rule=True,
)


def muted(why: str) -> Decision:
    """The placement of a post whose author a person has muted; `why` is who did it and why."""
    return Decision(Queue.ARCHIVE, Queue.ARCHIVE, False, 0, why, by_rule=True, quiet=True)


def decide(
    judged: Judged | None, *, kind: str, policy: Rulebook, facts: Facts | None = None
) -> Decision:
    """The placement of one post under a policy. None means that no model could judge it.

    With `facts` the rules of the policy look at the post too, and have the last word.
    """
    decision = _judged(judged, kind, policy)
    if facts is None or not policy.rules:
        return decision
    return _ruled(decision, rules.apply(policy.rules, facts))


def _judged(judged: Judged | None, kind: str, policy: Rulebook) -> Decision:
    if judged is None:
        why = "No model is in use, so a person decides. Train one with `triage train`."
        return Decision(Queue.REVIEW, Queue.REVIEW, True, 0, why)
    leaning = policy.queue(judged.intent, kind)
    unsure = is_unsure(judged, leaning, policy)
    return Decision(
        queue=Queue.REVIEW if unsure else leaning,
        leaning=leaning,
        unsure=unsure,
        priority=policy.priority.get(in_use(judged.intent), 0),
        why=_why(judged, leaning, policy) if unsure else _reason(judged),
    )


def _ruled(decision: Decision, outcome: Outcome) -> Decision:
    if outcome.priority is not None:
        decision = replace(decision, priority=outcome.priority)
    if outcome.queue is not None:
        decision = replace(
            decision,
            queue=outcome.queue,
            unsure=False,
            why=f"The rule “{outcome.queue_by}” puts it here.",
            by_rule=True,
        )
    return replace(decision, outcome=outcome)


def queue_under(judged: Judged, *, kind: str, policy: Rulebook, outcome: Outcome = NONE) -> Queue:
    """The queue in which `decide` would put a judged post, given what the rules said of it.

    It says no word about why, so that many posts can be asked about.
    """
    return Bars(policy).queue_of(judged, kind, outcome)


class Bars(dict[tuple[str, str], tuple[Queue, float]]):
    """Where a policy has each intent on each kind of channel, and how sure it wants to be of it.

    Each is looked up once, so that a hundred thousand posts can be asked about in a second.
    """

    def __init__(self, policy: Rulebook) -> None:
        self._policy = policy

    def __missing__(self, key: tuple[str, str]) -> tuple[Queue, float]:
        intent, kind = key
        leaning = self._policy.queue(intent, kind)
        self[key] = leaning, _least(intent, leaning, self._policy)
        return self[key]

    def queue_of(self, judged: Judged, kind: str, outcome: Outcome) -> Queue:
        """The queue of a judged post, given what the rules said of it."""
        if outcome.queue is not None:
            return outcome.queue
        leaning, least = self[judged.intent, kind]
        unsure = judged.strange is not None or judged.confidence < least
        return Queue.REVIEW if unsure else leaning


class Ranks(dict[str, int]):
    """How urgent a policy finds each intent, looked up once."""

    def __init__(self, policy: Rulebook) -> None:
        self._policy = policy

    def __missing__(self, intent: str) -> int:
        self[intent] = self._policy.priority.get(in_use(intent), 0)
        return self[intent]

    def priority_of(self, intent: str, outcome: Outcome) -> int:
        """The priority of a judged post, given what the rules said of it."""
        return self[intent] if outcome.priority is None else outcome.priority


def is_unsure(judged: Judged, leaning: Queue, policy: Rulebook) -> bool:
    """Whether the policy wants a person to look: too little confidence, nothing to judge, or an
    intent that is not in force any more."""
    least = _least(judged.intent, leaning, policy)
    return judged.strange is not None or judged.confidence < least


def _least(intent: str, leaning: Queue, policy: Rulebook) -> float:
    """The confidence below which a person looks; no confidence is enough for what was retired."""
    return inf if gone(intent) else policy.threshold(intent, leaning)


def _why(judged: Judged, leaning: Queue, policy: Rulebook) -> str:
    if judged.strange is not None:
        return f"The model cannot judge this: {judged.strange}"
    if why := gone(judged.intent):
        return f"The model calls it {label(judged.intent)}, but {why}, so a person decides."
    return (
        f"The model leans to {leaning} ({label(today(judged.intent))}) but is only "
        f"{percent(judged.confidence)} sure; policy {policy.version} asks for "
        f"{percent(policy.threshold(judged.intent, leaning))}."
    )


def _reason(judged: Judged) -> str:
    words = ", ".join(judged.because[:4])
    name = today(judged.intent)
    guide = every_intent()[name].guide.rstrip(".")
    because = f", because of: {words}" if words else ""
    return f"{guide}: {label(name)}, {percent(judged.confidence)} sure{because}."
