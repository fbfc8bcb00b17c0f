"""The intents in force, as this process knows them. Pure: `triage.tuning.taxonomy` brings them in.

A process knows the shipped ones until it has looked at the table. What it knows is one value that
is replaced as a whole, so that a reader never sees half a change.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from triage.vocabulary import INTENTS, Intent, Kind, Queue, label


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All intents in their order. `revision` grows with every change; 0 is what is shipped."""

    revision: int
    every: Mapping[str, Intent]
    in_force: Mapping[str, Intent]
    successors: Mapping[str, str]
    """Each merged name with the one that is read in its place."""

    @classmethod
    def of(cls, intents: Iterable[Intent], *, revision: int) -> "Taxonomy":
        """The taxonomy of these intents. One that was merged follows its successors to the end."""
        every = {intent.name: intent for intent in intents}
        merged = {name: _last(name, every) for name, intent in every.items() if intent.successor}
        in_force = {name: intent for name, intent in every.items() if not intent.retired}
        return cls(revision, every, in_force, merged)


def _last(name: str, every: Mapping[str, Intent]) -> str:
    while every[name].successor in every:
        name = every[name].successor
    return name


SHIPPED = Taxonomy.of(INTENTS.values(), revision=0)
_known = SHIPPED


def known() -> Taxonomy:
    """What this process knows."""
    return _known


def know(taxonomy: Taxonomy) -> None:
    """Go by this taxonomy from now on."""
    global _known
    _known = taxonomy


def intents() -> Mapping[str, Intent]:
    """The intents in force by name, in their order."""
    return _known.in_force


def every_intent() -> Mapping[str, Intent]:
    """The intents by name, those that were retired or merged as well: what was said stays said."""
    return _known.every


def today(word: str) -> str:
    """An intent as it is read now: a merged one is its successor, any other word is itself."""
    return _known.successors.get(word, word)


def words_of(name: str) -> list[str]:
    """The words that are read as this intent now: its own, and those merged into it."""
    return [name, *(word for word, last in _known.successors.items() if last == name != word)]


def gone(word: str) -> str:
    """Why nothing is done with an intent any more, as half a sentence; empty where it is in force.

    `the intent praise was retired`
    """
    name = today(word)
    if name in _known.in_force:
        return ""
    if name in _known.every:
        return f"the intent {label(name)} was retired"
    return f"there is no intent {label(name)}"


def in_use(word: str) -> str:
    """An intent as it is read now; empty where it is not in force."""
    name = today(word)
    return name if name in _known.in_force else ""


def queue_of(word: str, kind: str) -> Queue:
    """The queue of an intent where no policy says another; review for a word that is none."""
    intent = _known.every.get(today(word))
    return intent.queue(kind) if intent else Queue.REVIEW


def routes() -> dict[str, dict[str, str]]:
    """Intent -> kind of channel -> queue, in plain strings: the table a model is trained with.

    It has every intent, since an older model may still say one that was retired or merged.
    """
    return {
        name: {kind.value: queue_of(name, kind).value for kind in Kind} for name in _known.every
    }
