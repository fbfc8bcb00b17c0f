"""Hand-off: where an item can go, as the options of one list."""

from dataclasses import dataclass

from triage.intents import intents
from triage.tables import Item
from triage.tuning.policy import Rulebook
from triage.vocabulary import OTHER_TEAM, Queue, label
from triage.web.showing import queue_name

_TARGETS = (Queue.PROMO, Queue.SUPPORT, Queue.ARCHIVE)


@dataclass(frozen=True, slots=True)
class Option:
    """One place to hand off to: a queue, and perhaps the intent that belongs there."""

    value: str
    words: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The options of one queue."""

    title: str
    options: tuple[Option, ...]


def groups(item: Item, policy: Rulebook, *, chosen: str = "") -> tuple[Group, ...]:
    """The queues an item can go to, the other team's first, each with its intents as the policy
    routes them."""
    other = OTHER_TEAM.get(Queue(item.queue))
    chosen = chosen or (f"{other}:" if other else "")
    targets = sorted((q for q in _TARGETS if q != item.queue), key=lambda queue: queue != other)
    return tuple(
        Group(queue_name(queue), _options(item, queue, policy, chosen)) for queue in targets
    )


def read_target(value: str) -> tuple[str, str]:
    """`support:question` -> (support, question); `support:` -> (support, nothing)."""
    queue, _, intent = value.partition(":")
    return queue, intent


def _options(item: Item, queue: Queue, policy: Rulebook, chosen: str) -> tuple[Option, ...]:
    kind = item.channel.kind
    bare = [(f"{queue}:", f"{queue_name(queue)}, any intent")]
    named = [
        (f"{queue}:{intent.name}", f"{label(intent.name)} \N{EN DASH} {intent.guide.rstrip('.')}")
        for intent in intents().values()
        if policy.queue(intent.name, kind) == queue
    ]
    both = named if queue == Queue.ARCHIVE else bare + named
    return tuple(Option(value, words, value == chosen) for value, words in both)
