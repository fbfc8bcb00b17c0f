"""An entry of an RSS or Atom feed as a Post. The one file that knows feedparser."""

import hashlib
import io
import re
from calendar import timegm
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urldefrag, urljoin

import feedparser

from triage.posts import ID_LIMIT, Post, PostRejected
from workers.channels.markup import plain_text
from workers.channels.newest import Sign, crc
from workers.channels.records import Record, identifier, part, plain, words
from workers.channels.settings import is_own

LIMIT = 500
"""Entries of a feed that are looked at, from its top; feeds are newest first."""
COMMENT = re.compile(r"Comments? on:? +(?P<what>.+) by:? +(?P<who>.+)", re.DOTALL)
"""How WordPress and its kin head a comment in the feed of all comments."""
COMMENTED = re.compile(r"Comments? on:? +(?P<what>.+)", re.DOTALL)
BY = re.compile(r"By:? +(?P<who>.+)", re.DOTALL)
"""How they head one in the feed of a single article, which is named `Comments on: <title>`."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that could be read: its address, title, language, and its entries as plain records."""

    address: str
    title: str | None
    lang: str | None
    entries: list[Record]


def read_feed(body: bytes, *, content_type: str, address: str) -> Feed | None:
    """The feed in an answer; None where it is none.

    Something that is not well-formed is read as far as it goes.
    """
    # No address is told, against which feedparser would change ids that are none. A type other
    # than XML is wrong about the encoding as well.
    headers = {"content-type": content_type} if "xml" in content_type.lower() else {}
    # Bytes alone would be taken for an address or a file name, and opened.
    found = feedparser.parse(io.BytesIO(body), response_headers=headers)
    if not found.get("version") and not found.entries:
        return None
    about = plain(found.feed)
    entries = [plain(entry) for entry in found.entries[:LIMIT]]
    return Feed(address, words(about.get("title")), words(about.get("language")), entries)


def post_of(record: Record, feed: Feed, own: frozenset[str]) -> Post:
    """One entry. Raises PostRejected where it has no words."""
    title, body = _title(record), _body(record)
    if not title and not body:
        raise PostRejected("the entry has neither a title nor a text")
    what, who = _commented(title, feed.title)
    author = words(part(record, "author_detail", "name")) or words(record.get("author")) or who
    link = _link(record, feed.address)
    published, updated = _time(record, "published"), _time(record, "updated")
    key = _key(record)
    return Post(
        id=key,
        text=body if (what and body) or body.startswith(title) else f"{title}\n\n{body}".strip(),
        author=author,
        author_id=identifier(part(record, "author_detail", "href")) or author,
        created_at=published or updated,
        edited_at=updated if published and updated and updated > published else None,
        url=link,
        lang=words(part(record, "title_detail", "language")) or feed.lang,
        conversation=urldefrag(link)[0] if link else key,
        in_reply_to=identifier(part(record, "thr_in-reply-to", "ref")),
        parent_text=what,
        platform="feed",
        own=is_own(own, author),
        raw=record,
    )


def sign(record: Any) -> Sign:
    """What tells an entry and its version."""
    mark = crc([record.get(name) for name in ("title", "summary", "content", "updated")])
    return _short(_key(record)), mark, _time(record, "published") or _time(record, "updated")


def _link(record: Record, address: str) -> str | None:
    found = words(record.get("link"))
    try:
        return urljoin(address, found.strip()) if found else None
    except ValueError:
        return None


def _key(record: Record) -> str:
    """The entry's own id, else what its link and title make; the same in every pull."""
    given = words(record.get("id"))
    if given and len(given) <= ID_LIMIT:
        return given.strip()
    told = [given] if given else [record.get("link"), record.get("title"), record.get("summary")]
    return _short(repr(told))


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _commented(title: str, feed_title: str | None) -> tuple[str | None, str | None]:
    """(the article that is commented, who comments), as far as a title tells."""
    if found := COMMENT.fullmatch(title):
        return found["what"].strip(), found["who"].strip()
    whole = COMMENTED.fullmatch(feed_title or "")
    if whole and (found := BY.fullmatch(title)):
        return whole["what"].strip(), found["who"].strip()
    return None, None


def _title(record: Record) -> str:
    return " ".join(_shown(record.get("title_detail") or {"value": record.get("title")}).split())


def _body(record: Record) -> str:
    """The longest of the entry's texts: a summary is often the beginning of the content."""
    contents = record.get("content")
    details = [*(contents if isinstance(contents, list) else ()), record.get("summary_detail")]
    return max((_shown(detail) for detail in details), key=len, default="")


def _shown(detail: Any) -> str:
    value = words(part(detail, "value")) or ""
    return plain_text(value) if part(detail, "type") != "text/plain" else value.strip()


def _time(record: Record, name: str) -> datetime | None:
    fields = record.get(f"{name}_parsed")
    try:
        return datetime.fromtimestamp(timegm(tuple(fields)), UTC) if fields else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None
