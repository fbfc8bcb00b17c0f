"""A post of a Discourse forum as a Post, and what of a page is no post at all."""

import zlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from triage.posts import Post, PostRejected
from workers.channels.asking import Budget
from workers.channels.markup import plain_text
from workers.channels.records import (
    Record,
    identifier,
    message,
    moment,
    needed_id,
    part,
    plain,
    words,
)

SMALL_ACTION, WHISPER = 3, 4
"""Types of posts: "closed this topic" and the like, and what staff says among itself."""
LOOKUPS = 5
LOOKUP_SECONDS = 10.0
"""How many answered posts are looked up per page, each a call, and how long that may take; a key
allows 60 calls a minute."""
Place = tuple[str | None, str | None]
"""A topic, and the number of a post in it."""


class Answers:
    """Finds what a post answers: Discourse names its number in the topic, not its id.

    A post on the same page is free; others are looked up, at most `LOOKUPS` of them.
    """

    def __init__(
        self, records: Iterable[Any], look_up: Callable[[str, str], Record | None]
    ) -> None:
        self._known: dict[Place, Record | None] = {_place(each): each for each in records}
        self._look_up = look_up
        self._budget = Budget(LOOKUPS, LOOKUP_SECONDS)

    def of(self, record: Record) -> Record | None:
        """The post that is answered; None where it answers the topic, or cannot be had."""
        topic, number = _place(record)[0], identifier(record.get("reply_to_post_number"))
        if topic is None or number is None:
            return None
        if (topic, number) not in self._known and self._budget.take():
            try:
                self._known[topic, number] = self._look_up(topic, number)
            except Exception:
                self._budget.spend()  # the context is a nicety; do not wait for it again and again
        return self._known.get((topic, number))


def post_of(record: Record, answers: Answers, site: str, own: Callable[[Record], bool]) -> Post:
    """One post. Raises PostRejected. `site` is the address of the forum."""
    if record.get("user_deleted") is True or record.get("deleted_at"):
        return _gone(record)
    post_id = needed_id(record)
    answered = answers.of(record)
    title = words(record.get("topic_title"))
    first = identifier(record.get("post_number")) == "1"
    body = _body(record)
    author = words(record.get("username"))
    return Post(
        id=post_id,
        text=f"{title}\n\n{body}".strip() if first and title else body,
        author=author,
        author_id=identifier(record.get("user_id")) or author,
        created_at=moment(record.get("created_at")),
        edited_at=_edited_at(record),
        url=address_of(record, site),
        lang=words(record.get("locale")),
        conversation=identifier(record.get("topic_id")) or post_id,
        in_reply_to=identifier(part(answered, "id")),
        parent_text=_context(answered) or (None if first else title),
        platform="discourse",
        own=own(record),
        raw=plain(record),
    )


def told_of(record: Record, event: str, site: str, own: Callable[[Record], bool]) -> Post | None:
    """What a webhook tells of a post; None for what is none of ours. Nothing is looked up."""
    if is_foreign(record):
        return None
    if event == "post_destroyed":
        return _gone(record)
    post = post_of(record, Answers([record], lambda _topic, _number: None), site, own)
    return replace(post, restored=not post.deleted) if event == "post_recovered" else post


def _gone(record: Record) -> Post:
    post_id = needed_id(record)
    return Post(id=post_id, text="", deleted=True, platform="discourse", raw=plain(record))


def is_foreign(record: Any) -> bool:
    """Whether a record is none of ours: private, among staff, a notice of the system, or hidden.

    A hidden post (flagged by the community) shows a notice in place of its words, except to staff.
    """
    return (
        part(record, "topic_archetype") == "private_message"
        or part(record, "post_type") in (SMALL_ACTION, WHISPER)
        or (part(record, "hidden") is True and words(part(record, "raw")) is None)
    )


def state_of(record: Any) -> str:
    """A short mark that changes when a post does."""
    names = ("version", "updated_at", "hidden", "deleted_at", "user_deleted", "topic_title")
    told = [part(record, name) for name in names]
    return f"{zlib.crc32(repr(told).encode('utf-8', 'surrogatepass')):08x}"


def _body(record: Record) -> str:
    """The words as they were typed where they are told, else those that people see."""
    return words(record.get("raw")) or plain_text(message(record, "cooked", required=True))


def _edited_at(record: Record) -> datetime | None:
    """When the post was last changed; edits within the first minutes do not count as versions."""
    changed, made = moment(record.get("updated_at")), moment(record.get("created_at"))
    version = record.get("version")
    edited = isinstance(version, int) and version > 1
    return changed if changed and (edited or (made and changed > made)) else None


def address_of(record: Record, site: str) -> str | None:
    """Where people see a post; None where it does not say which one it is."""
    topic, number = _place(record)
    slug = words(record.get("topic_slug")) or "-"
    return f"{site}/t/{slug}/{topic}/{number}" if topic and number else None


def _context(record: Record | None) -> str | None:
    try:
        return (_body(record) or None) if record and not is_foreign(record) else None
    except PostRejected:
        return None


def _place(record: Any) -> Place:
    return identifier(part(record, "topic_id")), identifier(part(record, "post_number"))
