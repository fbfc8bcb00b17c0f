"""Routing: (judgement, policy, rules) -> queue, unsure, priority, why. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from triage.tuning import rules
from triage.tuning.conditions import Facts
from triage.tuning.policy import Rulebook
from triage.tuning.rules import NONE, Outcome
from triage.vocabulary import INTENTS, Queue, label


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
        priority=policy.priority.get(judged.intent, 0),
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

    It says no word about why, so that a hundred thousand posts can be asked about in a second.
    """
    if outcome.queue is not None:
        return outcome.queue
    leaning = policy.queue(judged.intent, kind)
    return Queue.REVIEW if is_unsure(judged, leaning, policy) else leaning


def is_unsure(judged: Judged, leaning: Queue, policy: Rulebook) -> bool:
    """Whether the policy wants a person to look: too little confidence, or nothing to judge."""
    return judged.strange is not None or judged.confidence < policy.threshold(
        judged.intent, leaning
    )


def _why(judged: Judged, leaning: Queue, policy: Rulebook) -> str:
    if judged.strange is not None:
        return f"The model cannot judge this: {judged.strange}"
    return (
        f"The model leans to {leaning} ({label(judged.intent)}) but is only "
        f"{judged.confidence:.0%} sure; policy {policy.version} asks for "
        f"{policy.threshold(judged.intent, leaning):.0%}."
    )


def _reason(judged: Judged) -> str:
    words = ", ".join(judged.because[:4])
    guide = INTENTS[judged.intent].guide.rstrip(".")
    because = f", because of: {words}" if words else ""
    return f"{guide}: {label(judged.intent)}, {judged.confidence:.0%} sure{because}."
