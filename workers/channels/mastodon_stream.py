"""Mastodon's streaming: notifications of an account, or a hashtag, as server-sent events.

The client opens the line and signs in; the lines are read here, because the client reads them byte
by byte into a buffer without an end.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from requests import exceptions as failures
from urllib3.exceptions import HTTPError, ReadTimeoutError

from triage.posts import Post, PostRejected
from workers.channels.base import Cursor, Delivered, Refused
from workers.channels.events import delivered, loaded
from workers.channels.http import TooLarge
from workers.channels.lines import LONGEST_MESSAGE, SILENCE_SECONDS, Arrival, Ear, Line, OpenWire
from workers.channels.mastodon_posts import Threads, post_of, status_of
from workers.channels.records import Record, identifier, mapping, part, plain, words

TOLD = {"notification", "update", "status.update", "delete"}
KINDS = {"mention", "quote"}
"""The notifications that are about a post of somebody else's to us."""


class MastodonLine(Line):
    """The line of one channel. `account` and `look_up` ask the instance, as a pull does."""

    def __init__(
        self,
        client: Any,
        wire: OpenWire,
        *,
        hashtag: str,
        account: Callable[[], dict[str, str]],
        look_up: Callable[[str], Record | None],
        failing: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._client, self._wire, self._hashtag = client, wire, hashtag
        self._account, self._look_up, self._failing = account, look_up, failing
        self._cut = threading.Event()

    def listen(self, cursor: Cursor, ear: Ear) -> None:
        """Tell the ear of what is for us until the line ends."""
        with self._failing():
            own = part(self._account(), "id")
            reading = _Reading(lambda name, data: self._tell(ear, name, data, own), ear.opened)
            try:
                self._open(reading)
            except Exception:
                if self._cut.is_set():
                    return
                if not reading.begun and self._wire.status in (401, 403, 404, 410, 422):
                    raise Refused(
                        f"The instance refuses to stream (status {self._wire.status}): does the "
                        "access_token have read:notifications or read:statuses?"
                    ) from None
                raise

    def cut(self) -> None:
        """Break the connection."""
        self._cut.set()
        self._wire.cut()

    def _open(self, reading: "_Reading") -> None:
        if self._hashtag:
            self._client.stream_hashtag(self._hashtag, reading, timeout=SILENCE_SECONDS)
        else:
            self._client.stream_user_notifications(reading, timeout=SILENCE_SECONDS)

    def _tell(self, ear: Ear, name: str, data: str, own: str | None) -> None:
        if name not in TOLD:
            return
        gone = identifier(data) if name == "delete" else None
        body: dict[str, Any] = {"event": name, "own": own}
        if gone is None:
            payload = json.loads(data)
            if name == "notification" and part(payload, "type") not in KINDS:
                return
            body |= {"payload": payload, "parent": self._parent(payload)}
        else:
            body["payload"] = gone
        key = hashlib.sha256(f"{name}\n{data}".encode("utf-8", "replace")).hexdigest()
        ear.heard(Arrival(key, json.dumps(body).encode("utf-8", "replace"), gone))

    def _parent(self, payload: Any) -> Any:
        """What is answered, which a later reader may not ask for; None where it cannot be had."""
        status = part(payload, "status") or payload
        answered = identifier(part(status, "in_reply_to_id"))
        try:
            return plain(self._look_up(answered)) if answered else None
        except Exception:
            return None  # the context is a nicety


class _Reading:
    """What the client calls with the open response: reads the events of it, in bounded memory."""

    def __init__(self, tell: Callable[[str, str], None], opened: Callable[[], None]) -> None:
        self._tell, self._opened = tell, opened
        self.begun = False

    def handle_stream(self, response: Any) -> None:
        """Read until the line ends."""
        self.begun = True
        self._opened()
        name, data, size = "", list[str](), 0
        for line in _lines(response):
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if not line:
                if name and data:
                    self._tell(name, "\n".join(data))
                name, data, size = "", [], 0
            elif field == "event":
                name = value
            elif field == "data":
                data.append(value)
                size += len(value) + 1
                if size > LONGEST_MESSAGE:
                    raise TooLarge("an event without an end")


def _lines(response: Any) -> Iterator[str]:
    """The lines of a response as they come; one without an end is refused."""
    held = b""
    while chunk := _read(response):
        *whole, held = (held + chunk).split(b"\n")
        yield from (line.rstrip(b"\r").decode("utf-8", "replace") for line in whole)
        if len(held) > LONGEST_MESSAGE:
            raise TooLarge("a line without an end")


def _read(response: Any) -> bytes:
    """What has come by now, at least a byte; nothing at the end."""
    try:
        return bytes(response.raw.read1(16_384))
    except ReadTimeoutError as error:
        raise failures.ReadTimeout("silence") from error
    except HTTPError as error:
        raise failures.ChunkedEncodingError("the line broke") from error


def read_event(body: bytes) -> Delivered:
    """What a kept event told. Raises PostRejected for one that cannot be read."""
    event = mapping(loaded(body))
    return delivered([event], _post)


def _post(event: Record) -> Post:
    payload = event.get("payload")
    if event.get("event") == "delete":
        gone = identifier(payload)
        if gone is None:
            raise PostRejected("the deletion names no post")
        return Post(id=gone, text="", deleted=True, platform="mastodon")
    parent = event.get("parent")
    known = identifier(part(parent, "id"))
    threads = Threads({}, lambda wanted: parent if wanted == known else None)
    return post_of(status_of(mapping(payload)), threads, words(event.get("own")))
