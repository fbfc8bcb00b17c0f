"""Asking an API for JSON where no client library stands in between."""

import json
import time
from collections.abc import Mapping
from typing import Any

import requests

from workers.channels.failing import unreadable
from workers.channels.http import Wire
from workers.channels.records import part


class BadStatus(Exception):
    """An answer with status 400 or above; the wire has its status, headers and body."""


class Budget:
    """How many calls beside the page itself are made, and for how long: a lease is not for ever."""

    def __init__(self, calls: int, seconds: float) -> None:
        self._left = calls
        self._until = time.monotonic() + seconds

    def take(self) -> bool:
        """Whether one more call may be made; it is counted."""
        self._left -= 1
        return self._left >= 0 and time.monotonic() < self._until

    def spend(self) -> None:
        """No further call."""
        self._left = 0


def ask(
    session: requests.Session,
    address: str,
    *,
    params: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Any:
    """The answer to a GET as JSON. Raises BadStatus, ValueError or what requests raises."""
    response = session.get(address, params=params, headers=headers, allow_redirects=False)
    if response.status_code >= 400:
        raise BadStatus(f"status {response.status_code}")
    return json.loads(response.content)


def tell(
    session: requests.Session,
    method: str,
    address: str,
    *,
    body: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Any:
    """The answer to any call as JSON, None where it is empty. Raises as `ask` does."""
    response = session.request(method, address, json=body, headers=headers, allow_redirects=False)
    if response.status_code >= 400:
        raise BadStatus(f"status {response.status_code}")
    return json.loads(response.content) if response.content.strip() else None


def list_in(answer: Any, key: str, *, name: str, wire: Wire) -> list[Any]:
    """The list that an answer holds under `key`. Raises Unreachable where there is none."""
    found = part(answer, key)
    if not isinstance(found, list):
        raise unreadable(name, wire, f"no list of {key} in it")
    return found


def told(wire: Wire) -> Any:
    """The body of an error answer as JSON; None for anything else, such as a web page."""
    try:
        return json.loads(wire.body)
    except (ValueError, RecursionError):
        return None
