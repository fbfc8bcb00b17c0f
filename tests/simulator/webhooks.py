"""What a platform posts to us: signed deliveries, some twice, some late, some never."""

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

import requests

from tests.simulator.dialect import Dialect
from tests.simulator.state import Event

Sign = Callable[[bytes], dict[str, str]]
"""The headers that prove that we sent this body."""


class Webhooks:
    """The deliveries of one platform to one address. `sent` is the log of what arrived."""

    def __init__(self, dialect: Dialect, address: str, sign: Sign) -> None:
        self.dialect = dialect
        self.address = address
        self.sign = sign
        self.sent: list[bytes] = []

    def tell(self, events: Sequence[Event]) -> None:
        """Post what the platform tells of these events, in this order."""
        for event in events:
            payload = self.dialect.told(event)
            if payload is not None:
                self.post(json.dumps(payload).encode())

    def post(self, body: bytes, **more: str) -> int:
        """Post one delivery -> the status of the answer."""
        headers = {"Content-Type": "application/json", **self.sign(body), **more}
        answer: Any = requests.post(self.address, data=body, headers=headers, timeout=10)
        if answer.status_code == 200:
            self.sent.append(body)
        return int(answer.status_code)

    def replay(self, chance: random.Random, count: int) -> None:
        """Send some of what was sent once more, as a platform does that heard no answer."""
        for body in chance.sample(self.sent, min(count, len(self.sent))):
            assert self.post(body) == 200


def shuffled(events: Sequence[Event], chance: random.Random) -> list[Event]:
    """The same events in an order of chance."""
    return chance.sample(list(events), len(events))


def some_lost(
    events: Sequence[Event], chance: random.Random, may_be: Callable[[Event], bool]
) -> list[Event]:
    """The events without a third of those that may be lost."""
    return [event for event in events if not may_be(event) or chance.random() > 1 / 3]
