"""Hand-off: where an item can go, as the options of one list."""

from dataclasses import dataclass

from triage.tables import Item
from triage.vocabulary import INTENTS, OTHER_TEAM, Queue, label, queue_of
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


def groups(item: Item, *, chosen: str = "") -> tuple[Group, ...]:
    """The queues an item can go to, the other team's first, each with its intents."""
    other = OTHER_TEAM.get(Queue(item.queue))
    chosen = chosen or (f"{other}:" if other else "")
    targets = sorted((q for q in _TARGETS if q != item.queue), key=lambda queue: queue != other)
    return tuple(Group(queue_name(queue), _options(item, queue, chosen)) for queue in targets)


def read_target(value: str) -> tuple[str, str]:
    """`support:question` -> (support, question); `support:` -> (support, nothing)."""
    queue, _, intent = value.partition(":")
    return queue, intent


def _options(item: Item, queue: Queue, chosen: str) -> tuple[Option, ...]:
    kind = item.channel.kind
    bare = [(f"{queue}:", f"{queue_name(queue)}, whatever the intent")]
    named = [
        (f"{queue}:{intent.name}", f"{label(intent.name)} \N{EN DASH} {intent.guide.rstrip('.')}")
        for intent in INTENTS.values()
        if queue_of(intent.name, kind) == queue
    ]
    both = named if queue == Queue.ARCHIVE else bare + named
    return tuple(Option(value, words, value == chosen) for value, words in both)
