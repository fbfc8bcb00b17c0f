"""A platform on a port of loopback, which keeps state, pages, and fails when it is told to."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.channels.server import Handler, Reply
from tests.simulator.dialect import Dialect, Request

Fault = Callable[[Request, Callable[[], Reply]], Reply]
"""What happens in place of an answer; the second argument has the platform answer all the same."""


@dataclass
class Planned:
    """A fault that will happen: to requests whose path fits, after so many good answers."""

    on: re.Pattern[str]
    fault: Fault
    after: int
    times: int

    def comes_to(self, request: Request) -> bool:
        """Whether it is this request's turn; counts it either way."""
        if self.times < 1 or not self.on.search(f"{request.method} {request.path}"):
            return False
        self.after -= 1
        if self.after >= 0:
            return False
        self.times -= 1
        return True


class Simulator:
    """One running platform. `seen` is the log of what was asked."""

    def __init__(self, url: str, dialect: Dialect) -> None:
        self.url = url
        self.dialect = dialect
        self.state = dialect.state
        self.seen: list[Request] = []
        self._planned: list[Planned] = []
        self._lock = threading.Lock()

    def fail(self, on: str, fault: Fault, *, after: int = 0, times: int = 1) -> None:
        """Let requests fail whose `METHOD /path` fits the pattern, after so many good answers."""
        self._planned.append(Planned(re.compile(on), fault, after, times))

    def heal(self) -> None:
        """No fault from now on."""
        self._planned.clear()

    def asked(self, on: str) -> list[Request]:
        """The requests so far whose `METHOD /path` fits the pattern."""
        return [each for each in self.seen if re.search(on, f"{each.method} {each.path}")]

    def answer(self, request: Request) -> Reply:
        """One answer at a time, as from one database."""
        with self._lock:
            self.seen.append(request)
            due = next((each for each in self._planned if each.comes_to(request)), None)
            if due is None:
                return self.dialect.answer(request)
            return due.fault(request, lambda: self.dialect.answer(request))


class _Handler(Handler):
    simulator: Simulator

    def do_GET(self) -> None:
        reply = self.simulator.answer(self._request())
        if reply.fault:
            reply.fault(self)
            return
        body = reply.body if isinstance(reply.body, bytes) else _text(reply.body).encode()
        self.head(reply.status, {"Content-Length": str(len(body)), **reply.headers})
        self.wfile.write(body)

    do_POST = do_PUT = do_DELETE = do_GET

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        raw = self.rfile.read(int(headers.get("content-length") or 0)).decode()
        is_json = headers.get("content-type", "").startswith("application/json")
        body = (json.loads(raw) if raw else {}) if is_json else _parameters(raw)
        query = _parameters(parts.query)
        return Request(self.command, parts.path, query, body, headers, self.path)


def _text(body: Any) -> str:
    return body if isinstance(body, str) else json.dumps(body)


def _parameters(encoded: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(encoded).items()}


@contextmanager
def simulating(dialect: Dialect) -> Iterator[Simulator]:
    """A platform on a free port of 127.0.0.1."""
    handler = type("BoundHandler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.block_on_close = False
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients hang up
    url = f"http://127.0.0.1:{server.server_address[1]}"
    simulator = handler.simulator = Simulator(url, dialect)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield simulator
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
