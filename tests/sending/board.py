"""A small platform on loopback that takes replies, and the channel kind that speaks to it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from triage.posts import Post
from triage.vocabulary import Act
from workers.channels.asking import BadStatus, ask, told
from workers.channels.base import (
    Cursor,
    NotSent,
    Option,
    Page,
    Refused,
    Sending,
    Sent,
    Source,
    SourceError,
)
from workers.channels.failing import common, failing
from workers.channels.http import Wire, session

Fault = Callable[["Handler", dict[str, Any]], None]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    board: "Board"

    def do_POST(self) -> None:
        record = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.board.lock:
            self.board.tries.append(record)
            fault = self.board.faults.pop(0) if self.board.faults else taken
        fault(self, record)

    def do_GET(self) -> None:
        self.board.asked += 1
        if self.board.blind:
            self.answer(500, {})
        else:
            self.answer(200, {"posts": self.board.posts})

    def answer(self, status: int, body: Any, **headers: str) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the terminal."""


class Board:
    """What is on the platform, what was tried, and how the next tries will be answered."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.lock = threading.Lock()
        self.posts: list[dict[str, Any]] = []
        self.tries: list[dict[str, Any]] = []
        self.faults: list[Fault] = []
        self.asked = 0
        self.blind = False  # then it does not say what is there

    def take(self, record: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            kept = {**record, "id": f"b{len(self.posts) + 1}"}
            self.posts.append(kept)
            return kept

    @property
    def acts(self) -> list[tuple[str, str, str]]:
        return [(post["act"], post["post"], post["text"]) for post in self.posts]


def taken(handler: Handler, record: dict[str, Any]) -> None:
    handler.answer(200, {"id": handler.board.take(record)["id"]})


def taken_unsaid(handler: Handler, record: dict[str, Any]) -> None:
    """The act is done, and the line breaks before anybody is told."""
    handler.board.take(record)
    handler.close_connection = True


def lost(handler: Handler, record: dict[str, Any]) -> None:
    """The line breaks before anything is done."""
    handler.close_connection = True


def saying(status: int, **headers: str) -> Fault:
    """An answer that says no."""

    def fault(handler: Handler, record: dict[str, Any]) -> None:
        handler.answer(status, {"error": "not this one"}, **headers)

    return fault


@contextmanager
def board() -> Iterator[Board]:
    handler = type("BoundHandler", (Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads, server.block_on_close = True, False
    server.handle_error = lambda *_: None
    running = handler.board = Board(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class BoardSource(Source):
    """Speaks to a board. Its answers mean what those of the real platforms mean."""

    kind: ClassVar[str] = "board"
    title: ClassVar[str] = "The board"
    platform: ClassVar[str] = "board"
    settings: ClassVar[dict[str, Option]] = {"base_url": Option("where it is")}
    acts: ClassVar[tuple[Act, ...]] = tuple(Act)
    longest: ClassVar[int | None] = 40

    def fetch(self, cursor: Cursor) -> Page:
        """The replies that are there, as the platform has them: in small letters."""
        posts = tuple(
            Post(
                id=each["id"],
                text=each["text"].lower(),
                own=True,
                in_reply_to=each["post"],
                conversation=each["conversation"],
            )
            for each in self._posts()
            if each["act"] == "reply"
        )
        return Page(posts, {})

    def check(self) -> str:
        return f"{len(self._posts())} posts are there"

    def send(self, sending: Sending) -> Sent:
        wire = Wire()
        record = {
            "act": sending.act,
            "post": sending.post,
            "conversation": sending.conversation,
            "text": sending.text,
            "at": sending.asked_at.isoformat(),
        }
        with failing("the board", wire, lambda error: _refusal(error, wire)):
            answer = session(wire).post(self.config.get("base_url"), json=record)
            if answer.status_code >= 400:
                raise BadStatus
        return Sent(told(wire)["id"], "https://board.example.com/1")

    def find_sent(self, sending: Sending) -> Sent | None:
        return next(
            (
                Sent(each["id"])
                for each in self._posts()
                if each["text"] == sending.text
                and datetime.fromisoformat(each["at"]) >= sending.asked_at
            ),
            None,
        )

    def _posts(self) -> list[dict[str, Any]]:
        wire = Wire()
        with failing("the board", wire, lambda error: None):
            posts: list[dict[str, Any]] = ask(session(wire), self.config.get("base_url"))["posts"]
        return posts


class SureBoardSource(BoardSource):
    """A board that takes the same key twice as one, so nobody has to look before a second try."""

    idempotent: ClassVar[bool] = True


def _refusal(error: Exception, wire: Wire) -> SourceError | None:
    if not isinstance(error, BadStatus):
        return None
    if wire.status == 401:
        return Refused("the board does not take our key")
    if wire.status in (429, 500):
        return common("the board", wire, error)
    return NotSent("the board does not want this one")
