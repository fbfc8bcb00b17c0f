"""Bluesky's Jetstream: every new post of the network, of which those with our words are kept.

The server cannot filter by words, so that is done here. A cursor (the number of an event) lets the
line go on after a break where it stopped. The wire is version 2 of Jetstream.
"""

import json
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import websockets
from websockets.sync.client import ClientConnection, connect

from triage.posts import Post
from workers.channels.base import Cursor, Delivered, Refused, SourceError, Unreachable
from workers.channels.bluesky_posts import post_of
from workers.channels.events import delivered, loaded
from workers.channels.lines import LONGEST_MESSAGE, SILENCE_SECONDS, Arrival, Ear, Line
from workers.channels.records import Record, mapping, part, words

JETSTREAM = "wss://jetstream.us-east.bsky.network/xrpc"
METHOD = "network.bsky.jetstream.subscribeEvents"
COLLECTION = "app.bsky.feed.post"
WAITING = 16
"""Messages that may wait for us before the server is made to wait."""


def word_pattern(listed: str) -> re.Pattern[str]:
    """Any of these words or phrases, with commas between, as whole words in any case."""
    wanted = [re.escape(word.strip()) for word in listed.split(",") if word.strip()]
    spaced = "|".join(word.replace(r"\ ", r"\s+") for word in wanted)
    return re.compile(rf"(?<!\w)(?:{spaced or '(?!)'})(?!\w)", re.IGNORECASE)


class JetstreamLine(Line):
    """The line of one channel.

    `own` says which account is ours, to tell its posts; `parents` finds the texts of what a post
    answers or quotes, which a later reader may not ask for.
    """

    def __init__(
        self,
        address: str,
        *,
        listed: str,
        own: Callable[[], str | None],
        parents: Callable[[Any], dict[str, str]],
    ) -> None:
        self._address, self._own, self._parents = address.rstrip("/"), own, parents
        self._wanted = word_pattern(listed)
        self._connection: ClientConnection | None = None
        self._cut = threading.Event()

    def listen(self, cursor: Cursor, ear: Ear) -> None:
        """Tell the ear of posts with our words, and of deleted ones, until the line ends."""
        own = self._own()
        seq = cursor.get("seq")
        try:
            with self._opened(seq) as self._connection:
                ear.opened()
                while not self._cut.is_set():
                    seq = self._next(self._connection, ear, own, seq)
        except SourceError:
            raise
        except websockets.InvalidStatus as refused:
            raise _refused(refused.response.status_code, cursor, ear) from None
        except websockets.ConnectionClosed as ended:
            if not self._cut.is_set() and ended.rcvd is None:
                raise Unreachable("The line to Jetstream broke.") from None
        except (OSError, TimeoutError, websockets.WebSocketException) as error:
            name = type(error).__name__
            raise Unreachable(f"The line to Jetstream failed ({name}).") from None

    def cut(self) -> None:
        """Close the connection."""
        self._cut.set()
        if self._connection is not None:
            self._connection.close()

    def _opened(self, seq: int | None) -> ClientConnection:
        asked: dict[str, str | int] = {"kinds": "commit", "collections": COLLECTION}
        asked["maxMessageSizeBytes"] = LONGEST_MESSAGE
        if seq is not None:
            asked["cursor"] = seq
        return connect(
            f"{self._address}/{METHOD}?{urlencode(asked)}",
            subprotocols=[websockets.Subprotocol("xrpc.v1.json")],
            max_size=LONGEST_MESSAGE,
            max_queue=WAITING,
            close_timeout=1,
        )

    def _next(
        self, connection: ClientConnection, ear: Ear, own: str | None, seq: int | None
    ) -> int | None:
        frame = _frame(connection.recv(SILENCE_SECONDS))
        commit = part(frame, "payload")
        number = part(commit, "seq")
        if not isinstance(number, int) or (seq is not None and number <= seq):
            return seq  # a notice, or what was heard before the line broke
        if arrival := self._arrival(commit, own):
            ear.heard(arrival)
        ear.passed({"seq": number})
        return number

    def _arrival(self, commit: Record, own: str | None) -> Arrival | None:
        did, rkey = words(commit.get("did")), words(commit.get("rkey"))
        if commit.get("collection") != COLLECTION or not did or not rkey:
            return None
        uri = f"at://{did}/{COLLECTION}/{rkey}"
        kept = {"uri": uri, "author": {"did": did}, "indexedAt": commit.get("time"), "own": own}
        if commit.get("operation") == "delete":
            return Arrival(f"gone {uri}", _json(kept | {"gone": True}), gone=uri)
        text = words(part(commit, "record", "text"))
        if text is None or not self._wanted.search(text):
            return None
        record = commit.get("record")
        return Arrival(uri, _json(kept | {"record": record, "parents": self._parents(record)}))


def _frame(message: str | bytes) -> Any:
    """A frame as JSON; None for one that cannot be read, which is passed over."""
    try:
        frame = json.loads(message)
    except (ValueError, RecursionError):
        return None
    if part(frame, "$type") == "error":
        raise Unreachable("Jetstream ended the line with an error of its own.")
    return frame


def _refused(status: int, cursor: Cursor, ear: Ear) -> SourceError:
    if 400 <= status < 500 and cursor:
        ear.passed({})  # the place to go on from may be too old; the next try begins with now
        return Unreachable(f"Jetstream does not go on from where we were (status {status}).")
    if status in (400, 401, 403, 404):
        return Refused(f"Jetstream refuses the line (status {status}); look at jetstream_url.")
    return Unreachable(f"Jetstream has an error of its own (status {status}).")


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode("utf-8", "replace")


def read_event(body: bytes, own: Iterable[str]) -> Delivered:
    """What a kept event told. Raises PostRejected for one that cannot be read."""
    event = mapping(loaded(body))
    ours = frozenset(own) | {(words(event.get("own")) or "").casefold()}
    return delivered([event], lambda record: _post(record, ours))


def _post(event: Record, own: frozenset[str]) -> Post:
    if event.get("gone"):
        return Post(id=str(event.get("uri")), text="", deleted=True, platform="bluesky")
    parents = event.get("parents")
    return post_of(event, dict(parents) if isinstance(parents, Mapping) else {}, own)
