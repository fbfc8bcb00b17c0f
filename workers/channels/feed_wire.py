"""Fetching a feed: the one place where a redirect is followed, for a feed takes no token.

Whoever writes a feed must not be able to point us at what only this machine can reach. So a
redirect leads to public addresses only, or stays on the host that the settings name; and since a
name can change its address between two look-ups, the address that was connected to is what counts.
"""

import ipaddress
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from workers.channels.asking import BadStatus
from workers.channels.http import Redirected, Wire, session

MOST = 5
"""Redirects in a row."""
ONWARD = (301, 302, 303, 307, 308)
UNCHANGED = 304


class Following(Wire):
    """A transport for one address, and for where it leads."""

    def __init__(self, url: str, base_url: str | None = None) -> None:
        super().__init__(base_url)
        self._url = url
        self._only_public = False
        self._session = session(self)

    def get(self, headers: Mapping[str, str]) -> bytes | None:
        """The body; None where it has not changed. Raises BadStatus or what requests raises."""
        address = self._url
        for _ in range(MOST + 1):
            self._only_public = host_of(address) != host_of(self._url)
            self._look_at(address)
            try:
                answer = self._session.get(address, headers=headers, allow_redirects=False)
            except Redirected:
                if self.status == UNCHANGED:
                    return None
                address = self._next(address)
                continue
            if answer.status_code >= 400:
                raise BadStatus(f"status {answer.status_code}")
            return self.body
        raise Redirected("too many redirects")

    def get_connection_with_tls_context(self, *args: Any, **more: Any) -> Any:
        """The pool of connections, changed so that each looks at where it has come to."""
        pool: Any = super().get_connection_with_tls_context(*args, **more)
        look = self._only_public and not self.base_url  # which is where the settings want us
        if look and not issubclass(pool.ConnectionCls, _Public):
            both = (_Public, pool.ConnectionCls)
            pool.ConnectionCls = type("PublicConnection", both, {})
        return pool

    def _next(self, address: str) -> str:
        """Where a redirect leads. Raises Redirected where we do not follow."""
        found = urljoin(address, self.headers.get("location", ""))
        parts = urlsplit(found)
        leads = self.status in ONWARD and self.headers.get("location")
        if not leads or parts.scheme not in ("http", "https") or parts.username:
            raise Redirected(f"status {self.status}")
        return found

    def _look_at(self, address: str) -> None:
        if self._only_public and not is_public(host_of(address)):
            raise Redirected("to an address that is not public")


class _Public:
    """Put before a connection class of urllib3: it hangs up on an address that is not public.

    With a proxy in between, the proxy is what we are connected to, and it looks up the name.
    """

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        line: socket.socket = self.sock  # type: ignore[attr-defined]
        if getattr(self, "proxy", None) is None and not _is_global(line.getpeername()[0]):
            line.close()
            raise Redirected("to an address that is not public")


def is_public(host: str) -> bool:
    """Whether all addresses of a host are public; one that has none is for the request to say."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return True
    return all(_is_global(str(each[4][0])) for each in found)


def host_of(address: str) -> str:
    """The host that an address names, "" where it names none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_global(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inside = getattr(found, "ipv4_mapped", None) or found
    return inside.is_global and not inside.is_multicast
