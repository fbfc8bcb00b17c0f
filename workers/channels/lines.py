"""Lines: standing connections on which a platform tells of posts as they are written.

A line only brings things sooner. What it brings is kept as a delivery and read like one, and what
it missed is brought by the next pull.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import requests

from workers.channels.base import CONNECT_SECONDS, Cursor
from workers.channels.http import Redirected, Wire, shut

SILENCE_SECONDS = 90.0
"""A line on which nothing came for so long, not even a sign of life, is taken for dead."""
LONGEST_MESSAGE = 1024 * 1024
"""Bytes of one message; a line that sends more is given up."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One thing that came in: what tells it from others, and the body to keep and read later.

    `gone` is the id of a post that was deleted; it is kept only where we have that post.
    """

    key: str
    body: bytes
    gone: str | None = None


class Ear(Protocol):
    """Who listens. Its calls may raise, to end the listening."""

    def opened(self) -> None:
        """The line is open; from now on nothing is missed."""

    def heard(self, arrival: Arrival) -> None:
        """Something came in."""

    def passed(self, cursor: Cursor) -> None:
        """Everything up to here was heard; the line can go on from it after a break."""


class Line(ABC):
    """One standing connection."""

    @abstractmethod
    def listen(self, cursor: Cursor, ear: Ear) -> None:
        """Open the line and tell the ear until it ends. Raises as `Source.fetch` does."""

    @abstractmethod
    def cut(self) -> None:
        """Have `listen` end soon; called from another thread, at any time."""


class OpenWire(Wire):
    """A transport that can also hold a line open; whoever asks for a stream reads it himself."""

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """The whole answer, or for a stream its head."""
        if not stream:
            return super().send(request, stream, timeout, verify, cert, proxies)
        self.status, self.headers, self.body = 0, {}, b""
        limits = (CONNECT_SECONDS, SILENCE_SECONDS)
        response = super(Wire, self).send(request, True, limits, verify, cert, proxies)
        self.status, self.headers = response.status_code, response.headers.copy()
        if 300 <= response.status_code < 400:
            response.close()
            raise Redirected(f"status {response.status_code}")
        if not response.ok:
            self.body = response.raw.read(LONGEST_MESSAGE, decode_content=True)
        return response

    def cut(self) -> None:
        """Break every connection; who reads from one is told that it ended."""
        for connection in list(self._connections):
            shut(connection.sock)
