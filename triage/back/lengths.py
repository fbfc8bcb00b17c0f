"""Lengths: how long a text is as each platform counts. Pure.

Sources: X, twitter-text configuration v3 (docs.x.com/fundamentals/counting-characters); Bluesky,
the lexicon app.bsky.feed.post (maxGraphemes 300, maxLength 3000 bytes); Mastodon,
StatusLengthValidator (grapheme clusters, links as 23, remote handles without their server).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import regex

LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
REMOTE_HANDLE = re.compile(r"(?<![=/\w])@(\w+(?:[\w.-]*\w)?)@[\w.-]*\w", re.ASCII)
MASTODON_LINK = "x" * 23
BYTES_A_GRAPHEME = 10
"""Bluesky stores at most 3000 bytes of UTF-8 where it shows at most 300 graphemes."""


@dataclass(frozen=True, slots=True)
class Counting:
    """One way to count, and what its unit is called. `bytes_each` caps the text's bytes, too."""

    count: Callable[[str], int]
    unit: str = "characters"
    bytes_each: int = 0


def length(text: str, counting: str) -> int:
    """How long a text is. Raises KeyError for a way of counting that is not in `COUNTINGS`."""
    return COUNTINGS[counting].count(text)


def too_long(text: str, *, longest: int | None, counting: str) -> str | None:
    """Why a platform would not take so long a text, in one sentence; None where it would."""
    if longest is None:
        return None
    way = COUNTINGS[counting]
    counted, size = way.count(text), len(text.encode())
    if counted > longest:
        return f"It is {counted} {way.unit} long; {longest} is the limit there."
    if way.bytes_each and size > way.bytes_each * longest:
        return f"It takes {size} bytes; {way.bytes_each * longest} is the limit there."
    return None


def has_link(text: str) -> bool:
    """Whether X would make a link of anything in the text; it charges more for those."""
    from twitter_text.extract_urls import extract_urls_with_indices

    return bool(extract_urls_with_indices(unicodedata.normalize("NFC", text)))


def _weighted(text: str) -> int:
    """X: links count 23, emoji 2, most of the alphabets in use 1 and everything else 2."""
    from twitter_text import parse_tweet  # its tables take a moment to load

    return int(parse_tweet(text).weightedLength)


def _graphemes(text: str) -> int:
    """What people take for characters, however many code points they are made of."""
    return len(regex.findall(r"\X", text))


def _mastodon(text: str) -> int:
    linked = LINK.sub(MASTODON_LINK, text)
    return _graphemes(REMOTE_HANDLE.sub(r"@\1", linked))


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


COUNTINGS: Mapping[str, Counting] = {
    "characters": Counting(len),
    "weighted": Counting(_weighted, "characters as X counts them"),
    "graphemes": Counting(_graphemes, bytes_each=BYTES_A_GRAPHEME),
    "mastodon": Counting(_mastodon),
    "utf16": Counting(_utf16),
}
