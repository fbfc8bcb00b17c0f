"""How every channel speaks HTTP: with time-outs, a cap on bodies, no redirects, one place to aim.

The client libraries bring none of this (tweepy and facebook-sdk have no time-out at all), but all
of them send through a `requests` session, and they all get the one that is made here.
"""

import logging
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

import requests
from requests import exceptions as failures
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from triage.posts import read_time
from workers.channels.base import BODY_LIMIT, CONNECT_SECONDS, READ_SECONDS
from workers.channels.metering import note_call

TOTAL_SECONDS = 30.0
"""An answer that is still arriving after this long is given up, however steadily it drips."""
CHUNK = 64 * 1024
FIRST_EPOCH = 10**9
"""A number below this is no time of today but a count of seconds from now."""
LONGEST_WAIT = timedelta(days=1)
"""A platform that asks for a longer rest than this is not believed."""

# At DEBUG these print addresses and headers, and so tokens.
for _name in ("urllib3", "requests_oauthlib", "oauthlib", "tweepy"):
    logging.getLogger(_name).setLevel(logging.INFO)


class Redirected(failures.RequestException):
    """The server wants us elsewhere; we do not carry a token there."""


class TooLarge(failures.RequestException):
    """The body is larger than `BODY_LIMIT`."""


def now() -> datetime:
    """The time, in one place so that a test can set it."""
    return datetime.now(UTC)


class Wire(HTTPAdapter):
    """A transport that aims every request at `base_url` and keeps our limits.

    `status`, `headers` and `body` are those of the last answer, empty where there was none: some
    clients lose them on the way to their exceptions.
    """

    def __init__(self, base_url: str | None = None) -> None:
        self.base_url = base_url.rstrip("/") if base_url else None
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self.body = b""
        self._connections: list[Any] = []
        super().__init__()

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """The whole answer, read. Raises what requests raises, and Redirected or TooLarge."""
        self.status, self.headers, self.body = 0, {}, b""
        if self.base_url:
            request = aimed(request, self.base_url)
            proxies = get_environ_proxies(request.url or "")
        limits = (CONNECT_SECONDS, READ_SECONDS)
        with self._deadline():
            response = super().send(request, True, limits, verify, cert, proxies)
            self.status, self.headers = response.status_code, response.headers.copy()
            note_call(self.headers)
            self.body = _read(response)
        if 300 <= response.status_code < 400:
            raise Redirected(f"status {response.status_code}")
        response._content = self.body
        return response

    def get_connection_with_tls_context(self, *args: Any, **more: Any) -> Any:
        """The pool of connections, changed so that we know the sockets it opens."""
        pool: Any = super().get_connection_with_tls_context(*args, **more)
        if not issubclass(pool.ConnectionCls, _Watched):
            both = (_Watched, pool.ConnectionCls)
            pool.ConnectionCls = type("WatchedConnection", both, {"opened": self._connections})
        return pool

    @contextmanager
    def _deadline(self) -> Iterator[None]:
        """Cut the line after `TOTAL_SECONDS`: a read time-out starts anew with every byte."""
        late = threading.Event()

        def cut() -> None:
            late.set()
            for connection in list(self._connections):  # not those of the next request
                shut(connection.sock)

        timer = threading.Timer(TOTAL_SECONDS, cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        except Exception:
            if late.is_set():
                raise failures.ReadTimeout("the answer took too long as a whole") from None
            raise
        finally:
            timer.cancel()


class _Watched:
    """Put before a connection class of urllib3: it adds itself to `opened` when it connects."""

    opened: ClassVar[list[Any]]

    def connect(self) -> None:
        self.opened.append(self)
        super().connect()  # type: ignore[misc]


def session(wire: Wire) -> requests.Session:
    """A session that sends everything through `wire`."""
    made = requests.Session()
    made.mount("https://", wire)
    made.mount("http://", wire)
    made.auth = _as_it_is  # else requests puts a .netrc entry in the place of our token
    return made


def aimed(request: requests.PreparedRequest, base_url: str) -> requests.PreparedRequest:
    """The same request to another host: path, query and signature stay."""
    parts = urlsplit(request.url or "")
    turned = request.copy()
    turned.url = base_url + parts.path + (f"?{parts.query}" if parts.query else "")
    return turned


def retry_time(headers: Mapping[str, str], at: datetime) -> datetime | None:
    """When a 429 allows the next request, by whichever header says so; None where none does.

    `x-rate-limit-reset` (X: epoch), `x-ratelimit-reset` (Mastodon: ISO time or epoch; Reddit:
    seconds), `ratelimit-reset` (Bluesky: epoch) and Retry-After (seconds or an HTTP date). A
    moment in the past counts as not said.
    """
    for name in ("x-rate-limit-reset", "x-ratelimit-reset", "ratelimit-reset", "retry-after"):
        moment = _moment(headers.get(name, "").strip(), at, counts=name == "retry-after")
        if moment is not None and moment > at:
            return min(moment, at + LONGEST_WAIT)
    return None


def _moment(value: str, at: datetime, *, counts: bool) -> datetime | None:
    try:
        if value.isascii() and value.isdigit():
            number = int(value)
            counts = counts or number < FIRST_EPOCH
            return at + timedelta(seconds=number) if counts else datetime.fromtimestamp(number, UTC)
        return parsedate_to_datetime(value).astimezone(UTC) if counts else read_time(value)
    except (ValueError, OverflowError, OSError):
        return None


def _read(response: requests.Response) -> bytes:
    """The body, at most `BODY_LIMIT` of it, measured after unpacking."""
    body = bytearray()
    for chunk in response.iter_content(CHUNK):
        body += chunk
        if len(body) > BODY_LIMIT:
            response.close()
            raise TooLarge(f"more than {BODY_LIMIT} bytes")
    return bytes(body)


def shut(line: socket.socket | None) -> None:
    """Break a connection, in whatever state it is."""
    try:
        if line is not None:
            line.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # closed meanwhile, which is what we want


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
