"""Approval: which answers a colleague has to approve before they leave. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from triage.intents import every_intent, intents, today
from triage.vocabulary import Queue


class ApprovalError(ValueError):
    """A setting of approval that cannot be used; the message names it."""


@dataclass(frozen=True, slots=True)
class Approval:
    """Answers out of these queues, in these channels (by name) and about these intents.

    One of the three is enough. Those who approve answers send their own without being asked.
    """

    queues: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()

    def asks(self, *, queue: str, channel: str, intent: str) -> bool:
        """Whether an answer to such an item has to be approved."""
        named = {today(each) for each in self.intents}
        return queue in self.queues or channel in self.channels or today(intent) in named


NOT_ASKED = Approval()
"""Where the policy does not say, every answer leaves at once."""


def read_approval(data: Mapping[str, Any]) -> Approval:
    """The part [approval] of a policy. Raises ApprovalError with one sentence."""
    known = {field.name for field in fields(Approval)}
    for name, value in data.items():
        if name not in known:
            raise ApprovalError(f"approval.{name}: queues, channels and intents are lists of names")
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise ApprovalError(f'approval.{name} is {value!r}; write a list such as ["promo"]')
    found = Approval(**{name: tuple(dict.fromkeys(value)) for name, value in data.items()})
    for queue in sorted(set(found.queues) - set(Queue)):
        raise ApprovalError(f"approval.queues: no queue {queue!r}; known are {', '.join(Queue)}")
    for intent in sorted(set(found.intents) - set(every_intent())):
        raise ApprovalError(
            f"approval.intents: no such intent {intent!r}; known are {', '.join(intents())}"
        )
    return found
