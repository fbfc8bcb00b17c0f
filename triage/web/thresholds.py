"""Thresholds as the tuning page asks for them: whole percents, from a form to a policy."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from triage.intents import intents
from triage.tuning.policy import DECIDED, PolicyError, Rulebook
from triage.vocabulary import Queue, label
from triage.web.showing import queue_name

DAYS = (7, 30, 90)
OWN = "intent-"
"""What the names of the fields of intents begin with."""


@dataclass(frozen=True, slots=True)
class Field:
    """One threshold as a field: its name, its words, and its value in percent or nothing."""

    name: str
    words: str
    value: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody would like to know: thresholds, and of how many days."""

    queues: Mapping[Queue, float]
    intents: Mapping[str, float]
    days: int = 30

    def draft(self, current: Rulebook) -> Rulebook:
        """The policy in force with these thresholds in place of its own."""
        return replace(current, thresholds=self.queues, intents=self.intents)

    def same_as(self, current: Rulebook) -> bool:
        """Whether this is what is in force already."""
        return self.queues == current.thresholds and self.intents == current.intents


def read_asked(form: Mapping[str, str], current: Rulebook) -> Asked:
    """The thresholds of a form; what it leaves out stays. Raises PolicyError with one sentence."""
    days = form.get("days", "30")
    queues = {
        queue: _share(queue_name(queue), form[queue], current.thresholds[queue])
        if form.get(queue)
        else current.thresholds[queue]
        for queue in DECIDED
    }
    if not any(name.startswith(OWN) for name in form):
        return Asked(queues, current.intents, _days(days))
    own = {
        intent: _share(label(intent), value, current.intents.get(intent))
        for intent in intents()
        if (value := form.get(OWN + intent, "").strip())
    }
    return Asked(queues, own, _days(days))


def queue_fields(asked: Asked) -> list[Field]:
    """A field for each queue that has a threshold."""
    return [Field(queue.value, queue_name(queue), _shown(asked.queues[queue])) for queue in DECIDED]


def intent_fields(asked: Asked) -> list[Field]:
    """A field for each intent; empty where it follows its queue."""
    return [
        Field(OWN + intent, label(intent), _shown(asked.intents.get(intent)))
        for intent in intents()
    ]


def _share(words: str, typed: str, known: float | None) -> float:
    """A percent as a share. What is in force keeps the digits that the form does not show."""
    try:
        percent = float(typed)
    except ValueError:
        percent = -1.0
    if not 0 <= percent <= 100:
        raise PolicyError(f"{words} is {typed!r}; enter a number from 0 to 100.")
    if known is not None and typed == _shown(known):
        return known
    return round(percent / 100, 4)


def _days(typed: str) -> int:
    if typed not in {str(days) for days in DAYS}:
        raise PolicyError(f"The days are {typed!r}; choose 7, 30 or 90.")
    return int(typed)


def _shown(share: float | None) -> str:
    return "" if share is None else str(round(share * 100))
