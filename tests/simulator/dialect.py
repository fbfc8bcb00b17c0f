"""How a platform speaks: requests as they came in, routes, and what each platform must know."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from tests.channels.server import Reply
from tests.simulator.state import Event, Post, State


@dataclass(frozen=True)
class Request:
    """One request; `query` and `body` hold the first value of each parameter."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    target: str = ""
    """Path and query as they came in, for platforms that sign them."""

    @property
    def bearer(self) -> str:
        """The token in the Authorization header; "" where there is none."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token if kind.lower() == "bearer" else ""


class Dialect(ABC):
    """One platform over a state. A route is a method, a pattern of the path, and who answers."""

    kind: ClassVar[str]
    """The channel kind whose client speaks with it."""
    routes: ClassVar[tuple[tuple[str, str, str], ...]]
    most: int = 5
    """Records on one page, however many are asked for, so that few posts make several pages."""

    def __init__(self, *, brand: str = "whimbrel") -> None:
        self.state = State(self.number, brand=brand)
        self.asked = 0

    def answer(self, request: Request) -> Reply:
        """What the platform says to a request."""
        self.asked += 1
        for method, pattern, name in self.routes:
            found = re.fullmatch(pattern, request.path)
            if found and method == request.method:
                refused = self.refused(request, name)
                return refused or getattr(self, name)(request, *found.groups())
        return self.missing(request.path)

    def post_of(self, post_id: str) -> Post | None:
        """The living post of this id."""
        return next((each for each in self.state.living() if self.id_of(each) == post_id), None)

    @staticmethod
    @abstractmethod
    def number(at: datetime, count: int) -> int:
        """How the platform numbers what is written."""

    @abstractmethod
    def id_of(self, post: Post) -> str:
        """The id under which a client knows a post."""

    @abstractmethod
    def refused(self, request: Request, route: str) -> Reply | None:
        """What is said to a request without a good key; None to one that may."""

    @abstractmethod
    def missing(self, what: str) -> Reply:
        """What is said of something that is not there."""

    @abstractmethod
    def limited(self, until: datetime | None) -> Reply:
        """The rate limit is used up, until then where the platform says when."""

    @abstractmethod
    def watched(self) -> list[Post]:
        """The living posts that a client which reads everything must know, oldest first."""

    @abstractmethod
    def open(self, token: str) -> None:
        """Issue a token that may do everything."""

    def told(self, event: Event) -> Any:
        """The webhook that tells of an event; None where the platform tells nothing of it."""
        return None

    def shown(self) -> dict[str, str]:
        """Id and text of what is watched."""
        return {self.id_of(post): post.text for post in self.watched()}
