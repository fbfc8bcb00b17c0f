"""A platform on loopback: answers queued by path, a log of what was asked, and faults on demand."""

import gzip
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Fault = Callable[["Handler"], None]
"""Answers a request by hand, or breaks the line."""


@dataclass(frozen=True)
class Reply:
    """One answer. A body that is no text or bytes is sent as JSON."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | None = None


@dataclass(frozen=True)
class Seen:
    """One request as it came in; `query` holds the first value of each parameter."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    method: str = "GET"
    body: str = ""

    @property
    def json(self) -> Any:
        """The body of a request that sends JSON."""
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        """The first value of each field of a form."""
        return {name: values[0] for name, values in parse_qs(self.body).items()}

    def is_at(self, end: str) -> bool:
        """Whether it was sent to a path that ends so; "POST /x" names the method too."""
        method, _, path = end.rpartition(" ")
        return self.path.endswith(path) and method in ("", self.method)


class Handler(BaseHTTPRequestHandler):
    """Serves the platform it belongs to. `send_response` adds the one Date header there may be."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else every answer takes 40 ms
    platform: "Platform"

    def do_GET(self) -> None:
        self._answer("")

    def _answer(self, sent: str) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.platform.take(Seen(parts.path, query, headers, self.command, sent))
        if reply.fault:
            reply.fault(self)
            return
        plain = reply.body if isinstance(reply.body, str | bytes) else json.dumps(reply.body)
        body = plain.encode() if isinstance(plain, str) else plain
        self.head(reply.status, {"Content-Length": str(len(body)), **reply.headers})
        self.wfile.write(body)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self._answer(self.rfile.read(length).decode())

    do_PUT = do_DELETE = do_POST

    def head(self, status: int, headers: Mapping[str, str]) -> None:
        """The status line and the headers; JSON unless they say otherwise."""
        self.send_response(status)
        if "content-type" not in {name.lower() for name in headers}:
            self.send_header("Content-Type", "application/json; charset=utf-8")
        for name, value in headers.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the terminal: `Platform.seen` is the log."""


class Platform:
    """The answers of one server. Paths are told apart by how they end; the longest end wins."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.seen: list[Seen] = []
        self._queues: dict[str, list[Reply]] = {}
        self._lock = threading.Lock()

    def on(self, path: str, *replies: Reply | Any) -> None:
        """Answer requests whose path ends in `path`, one reply each; the last one stays.

        "POST /x" answers only what is posted there, "/x" any method.
        """
        made = [each if isinstance(each, Reply) else Reply(each) for each in replies]
        self._queues[path] = made

    def take(self, seen: Seen) -> Reply:
        with self._lock:
            self.seen.append(seen)
            ends = [end for end in self._queues if seen.is_at(end)]
            if not ends:
                return Reply({"error": "no such path in this test"}, 404)
            queue = self._queues[max(ends, key=len)]
            return queue.pop(0) if len(queue) > 1 else queue[0]

    def asked(self, path: str) -> list[Seen]:
        """The requests so far whose path ends in `path`."""
        return [each for each in self.seen if each.is_at(path)]


@contextmanager
def serving() -> Iterator[Platform]:
    """A platform on a free port of 127.0.0.1."""
    handler = type("BoundHandler", (Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.block_on_close = False
    server.handle_error = lambda *_: None  # a client that hangs up is what we test
    platform = handler.platform = Platform(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def html(status: int) -> Reply:
    """A proxy's error page."""
    page = "<html><body><h1>Bad gateway</h1></body></html>"
    return Reply(page, status, {"Content-Type": "text/html"})


def cut_short(body: Any) -> Reply:
    """JSON that stops in the middle, with a length that fits what is sent."""
    return Reply(json.dumps(body)[:-5])


def redirect(to: str) -> Reply:
    return Reply("", 302, {"Location": to})


def gzip_bomb(megabytes: int) -> Reply:
    """A small body that unpacks to a large one."""
    packed = gzip.compress(b" " * (megabytes * 1024 * 1024), compresslevel=9)
    return Reply(packed, 200, {"Content-Encoding": "gzip"})


def reset() -> Reply:
    """The line breaks before there is an answer."""

    def fault(handler: Handler) -> None:
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()
        handler.close_connection = True

    return Reply(fault=fault)


def short_of_length() -> Reply:
    """The server promises more bytes than it sends."""

    def fault(handler: Handler) -> None:
        handler.head(200, {"Content-Length": "100"})
        handler.wfile.write(b'{"data": [')
        handler.close_connection = True

    return Reply(fault=fault)


def silent(seconds: float) -> Reply:
    """The server takes the request and says nothing."""

    def fault(handler: Handler) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return Reply(fault=fault)


def dripping(seconds: float, *, head: bool = True) -> Reply:
    """A byte every so often, faster than any read time-out, without an end.

    Without a `head` it is the status line that never ends.
    """

    def fault(handler: Handler) -> None:
        if head:
            handler.head(200, {"Content-Length": "100000"})
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            handler.wfile.write(b" ")
            time.sleep(0.02)

    return Reply(fault=fault)
