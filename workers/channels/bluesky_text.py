"""What a record of Bluesky needs beside its text: its links and mentions, and its own key."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from workers.channels.base import Sending

LINK = re.compile(r"(?<![\w/])https?://[^\s<>\"]+")
MENTION = re.compile(r"(?<![\w@./])@((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*)", re.I)
CLOSING = ".,;:!?'\"…"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LETTERS = "234567abcdefghijklmnopqrstuvwxyz"


def facets_of(text: str, resolve: Callable[[str], str | None]) -> list[dict[str, Any]]:
    """The links and mentions of a text, by bytes of UTF-8; a handle of nobody stays plain text."""
    found = [
        _facet(text, match.start(), match.start() + len(link), {"$type": _LINK, "uri": link})
        for match in LINK.finditer(text)
        if (link := _whole(match[0]))
    ]
    for match in MENTION.finditer(text):
        did = resolve(match[1].lower())
        if did:
            found.append(_facet(text, *match.span(), {"$type": _MENTION, "did": did}))
    return found


def record_key(sending: Sending) -> str:
    """The key of what `sending` makes, the same at every try: a TID (atproto.com/specs/tid).

    53 bits of microseconds, which are those of the asking, and 10 bits that tell two apart.
    """
    since = (sending.asked_at - EPOCH) // timedelta(microseconds=1)
    mark = int.from_bytes(sha256(sending.key.encode()).digest()[:2], "big") % 1024
    number = since << 10 | mark
    return "".join(LETTERS[number >> shift & 31] for shift in range(60, -1, -5))


_LINK = "app.bsky.richtext.facet#link"
_MENTION = "app.bsky.richtext.facet#mention"


def _facet(text: str, start: int, end: int, feature: dict[str, str]) -> dict[str, Any]:
    first, last = (len(text[:at].encode("utf-8", "surrogatepass")) for at in (start, end))
    return {"index": {"byteStart": first, "byteEnd": last}, "features": [feature]}


def _whole(link: str) -> str:
    """A link without what ends the sentence around it."""
    link = link.rstrip(CLOSING)
    while link.endswith(")") and link.count(")") > link.count("("):
        link = link[:-1].rstrip(CLOSING)
    return link
