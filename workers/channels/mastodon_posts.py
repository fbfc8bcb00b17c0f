"""A status of Mastodon as a Post, and which conversation it belongs to."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from triage.posts import Post, PostRejected
from workers.channels.markup import plain_text
from workers.channels.records import (
    Record,
    count,
    identifier,
    message,
    moment,
    needed_id,
    part,
    plain,
    words,
)

REMEMBERED = 100
"""Statuses whose conversation is kept in the cursor."""
LOOKUPS = 10
LOOKUP_SECONDS = 10.0
"""How many answered statuses are looked up per page, each a call, and how long that may take."""


class Threads:
    """Finds what a status answers, and the first status of its conversation.

    Mastodon names neither; asking for a whole context per status would cost too much. So what a
    status answers is looked up for its text, at most `LOOKUPS` times, and the conversations seen
    last are remembered from page to page.
    """

    def __init__(self, roots: Any, look_up: Callable[[str], Record | None]) -> None:
        self._roots: dict[str, str] = dict(roots) if isinstance(roots, Mapping) else {}
        self._seen: dict[str, Record | None] = {}
        self._look_up = look_up
        self._left = LOOKUPS
        self._until = time.monotonic() + LOOKUP_SECONDS

    def place(self, status_id: str, record: Record) -> tuple[str, Record | None]:
        """(id of the conversation's first status as far as known, the status that is answered)."""
        self._seen[status_id] = record
        answered = identifier(record.get("in_reply_to_id"))
        parent = self._answered(answered) if answered else None
        root = self._roots.get(answered or "") or self._above(answered, parent) or status_id
        self._roots.pop(status_id, None)
        self._roots[status_id] = root
        if answered:
            self._roots.setdefault(answered, root)
        return root, parent

    def _above(self, answered: str | None, parent: Record | None) -> str | None:
        further = identifier(part(parent, "in_reply_to_id"))
        return self._roots.get(further or "") or further or answered

    def _answered(self, status_id: str) -> Record | None:
        if status_id not in self._seen and self._left > 0 and time.monotonic() < self._until:
            self._left -= 1
            try:
                self._seen[status_id] = self._look_up(status_id)
            except Exception:
                self._left = 0  # the context is a nicety; do not wait for it again and again
        return self._seen.get(status_id)

    def remembered(self) -> dict[str, str]:
        """The conversations seen last, for the next page."""
        return dict(list(self._roots.items())[-REMEMBERED:])


def post_of(record: Record, threads: Threads, own_id: str | None) -> Post:
    """One status. Raises PostRejected.

    A plain boost is marked as such: it is stored and put straight into the archive.
    """
    status_id = needed_id(record)
    author_id = identifier(part(record, "account", "id"))
    conversation, parent = threads.place(status_id, record)
    return Post(
        id=status_id,
        text=_text(record),
        author=words(part(record, "account", "acct")),
        author_id=author_id,
        created_at=moment(record.get("created_at")),
        edited_at=moment(record.get("edited_at")),
        url=words(record.get("url")) or words(record.get("uri")),
        lang=words(record.get("language")),
        conversation=conversation,
        in_reply_to=identifier(record.get("in_reply_to_id")),
        parent_text=_context(parent) or _context(part(record, "quote", "quoted_status")),
        platform="mastodon",
        reach=count(part(record, "account", "followers_count")),
        own=author_id is not None and author_id == own_id,
        repost=bool(record.get("reblog")),
        raw=plain(record),
    )


def status_of(record: Record) -> Record:
    """The status inside a notification; a status itself as it is. Raises PostRejected."""
    if "content" in record or "status" not in record:
        return record
    status = record.get("status")
    if not isinstance(status, Mapping):
        raise PostRejected("the notification carries no status")
    return status


def _text(record: Record) -> str:
    """What people read: the content warning, then the content.

    Where the post quotes another, Mastodon puts the link once more into the text, for programs
    that show no quotes.
    """
    doubled = "quote-inline" if part(record, "quote", "quoted_status") else None
    content = plain_text(message(record, "content", required=True), drop=doubled)
    warning = words(record.get("spoiler_text"))
    return f"{warning}\n\n{content}".strip() if warning else content


def _context(record: Any) -> str | None:
    html = words(part(record, "content"))
    return (plain_text(html) or None) if html else None
