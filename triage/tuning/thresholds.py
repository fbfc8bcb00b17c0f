"""Thresholds: one of them changed in a policy's text, whose comments stay. Pure."""

from triage.intents import intents
from triage.tuning.policy import DECIDED, PolicyError, Rulebook, read_policy
from triage.tuning.policytext import with_thresholds
from triage.vocabulary import Queue


def threshold_of(policy: Rulebook, name: str) -> float | None:
    """The threshold of a queue, or of an intent; None for an intent that follows its queue.

    Raises PolicyError, with one sentence, for a name that is neither.
    """
    queue = _queue(name)
    return policy.thresholds[queue] if queue else policy.intents.get(name)


def with_threshold(text: str, name: str, value: float | None) -> str:
    """The policy's text with this threshold, from 0 to 1; None lets an intent follow its queue.

    Raises PolicyError for a name that is neither queue nor intent, and for a queue without one.
    """
    current, queue = read_policy(text), _queue(name)
    if queue:
        if value is None:
            raise PolicyError(f"{name} needs a threshold; only an intent can do without one")
        return with_thresholds(text, {queue: value})
    own = {intent: each for intent, each in current.intents.items() if intent != name}
    return with_thresholds(text, {}, own if value is None else {**current.intents, name: value})


def _queue(name: str) -> Queue | None:
    """The queue of this name; None where it is that of an intent."""
    if name in {queue.value for queue in DECIDED}:
        return Queue(name)
    if name not in intents():
        raise PolicyError(
            f"nothing called {name!r} has a threshold; the queues {', '.join(DECIDED)} have one, "
            f"and each intent may: {', '.join(intents())}"
        )
    return None
