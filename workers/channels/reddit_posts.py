"""A comment or a submission of Reddit as a Post."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from triage.posts import Post, PostRejected
from workers.channels.newest import Sign, crc
from workers.channels.records import (
    Record,
    identifier,
    mapping,
    message,
    moment,
    part,
    plain,
    words,
)
from workers.channels.settings import is_own

SITE = "https://www.reddit.com"
GONE = ("[deleted]", "[removed]", "[ Removed by Reddit ]")
"""What stands in the place of a text that its author, or a moderator, took away."""
COMMENT, SUBMISSION = "t1", "t3"
IN_ADDRESS = re.compile(r"/comments/([a-z0-9]+)(?:/|$)")


def post_of(record: Record, parents: dict[str, str], own: frozenset[str]) -> Post:
    """One comment or submission, or the notice that it is gone. Raises PostRejected."""
    data = mapping(record.get("data"))
    name = fullname(record)
    if name is None:
        raise PostRejected("the record has no id")
    text = _text(data)
    gone = is_gone(data)
    author = words(data.get("author"))
    author = None if author in GONE else author
    parent = identifier(data.get("parent_id"))
    context = parents.get(parent or "") or (words(data.get("link_title")) if parent else None)
    edited = data.get("edited")
    return Post(
        id=name,
        text="" if gone else text,
        author=author,
        author_id=(identifier(data.get("author_fullname")) or author) if author else None,
        created_at=moment(data.get("created_utc")),
        edited_at=None if isinstance(edited, bool) else moment(edited),
        url=address_of(data),
        conversation=_submission(data) or (name if name.startswith(SUBMISSION) else None),
        in_reply_to=parent,
        parent_text=context,
        platform="reddit",
        own=is_own(own, author),
        deleted=gone,
        raw=plain(record),
    )


def shown(children: Iterable[Any]) -> list[Any]:
    """What is a comment or a submission, or should be one; private messages are not for us."""
    return [each for each in children if part(each, "kind") not in ("t4", "more")]


def sign(record: Any) -> Sign:
    """An inbox does not say whether a comment was edited, so the text itself is the mark."""
    data = mapping(part(record, "data"))
    return fullname(record), crc(_text(data)), moment(data.get("created_utc"))


def marks_of(records: Iterable[Any]) -> dict[str, str]:
    """fullname -> mark of the text, of those records that can be read."""
    found = {}
    for record in records:
        try:
            key, mark, _ = sign(record)
        except PostRejected:
            continue
        if key:
            found[key] = mark
    return found


def fullname(record: Any) -> str | None:
    """The id of a record with its kind before it: t1_… a comment, t3_… a submission."""
    data, kind = part(record, "data"), words(part(record, "kind"))
    short = identifier(part(data, "id"))
    return identifier(part(data, "name")) or (f"{kind}_{short}" if kind and short else None)


def is_gone(data: Record) -> bool:
    """Whether the text was taken away; a submission with a link never had one."""
    body = data.get("body") if "body" in data else data.get("selftext")
    return body in GONE


def parents_of(records: Iterable[Any]) -> list[str]:
    """The comments that are answered, each once; of a submission the title is at hand."""
    found = (identifier(part(each, "data", "parent_id")) for each in records)
    return list(dict.fromkeys(name for name in found if name and name.startswith(COMMENT + "_")))


def texts_of(records: Iterable[Any]) -> dict[str, str]:
    """fullname -> text of what is there, without what is gone."""
    found = {}
    for record in records:
        name, data = fullname(record), part(record, "data")
        text = words(part(data, "body")) or words(part(data, "title"))
        if name and text and text not in GONE:
            found[name] = text
    return found


def has_any(record: Any, wanted: list[str]) -> bool:
    """Whether one of the words or phrases stands in a record.

    One whose text is missing or was taken away is let through: nobody knows what stood there.
    """
    data = part(record, "data")
    if isinstance(data, Mapping) and is_gone(data):
        return True
    text = " ".join(words(part(data, name)) or "" for name in ("title", "selftext", "body"))
    return not wanted or not text.strip() or any(each in text.lower() for each in wanted)


def _text(data: Record) -> str:
    """The body of a comment; title and text of a submission."""
    if "title" not in data or "body" in data:
        return message(data, "body", required=True)
    title, body = message(data, "title", required=True), words(data.get("selftext"))
    return f"{title}\n\n{body}" if body else title


def _submission(data: Record) -> str | None:
    """The submission a comment is under; an inbox has it only in the address."""
    found = IN_ADDRESS.search(words(data.get("context")) or words(data.get("permalink")) or "")
    named = f"{SUBMISSION}_{found[1]}" if found else None
    parent = identifier(data.get("parent_id")) or ""
    under = parent if parent.startswith(SUBMISSION + "_") else None
    return identifier(data.get("link_id")) or named or under


def address_of(data: Record) -> str | None:
    """Where people see a record; None where it does not say."""
    path = words(data.get("permalink")) or words(data.get("context"))
    if not path or not path.startswith("/"):
        return None
    return SITE + path.partition("?")[0]
