"""A notification or a comment of LinkedIn as a Post.

LinkedIn names persons by an id only; their names need a permission that few have.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from triage.posts import Post, PostRejected
from workers.channels.events import PULL, Told
from workers.channels.newest import Sign, crc
from workers.channels.records import (
    Record,
    identifier,
    moment,
    part,
    plain,
    words,
)
from workers.channels.settings import is_own

COMMENTS = ("COMMENT", "COMMENT_EDIT", "COMMENT_DELETE", "ADMIN_COMMENT")
COMMENT_URN = re.compile(r"urn:li:comment:\((?:urn:li:)?(\w+):(\d+),\s*(\d+)\)")
SITE = "https://www.linkedin.com/feed/update/"
CONTEXT = 300


@dataclass(frozen=True, slots=True)
class Above:
    """The post that comments are under: its urn and, where known, its text."""

    urn: str
    text: str | None = None


def notified(record: Record, own: frozenset[str], shares: dict[str, Record]) -> Post:
    """What a notification tells of: a comment, or a post that mentions us. Raises PostRejected."""
    if part(record, "action") in COMMENTS:
        return _comment_notified(record, own)
    return _mention(record, own, shares)


def told(record: Record, own: frozenset[str]) -> Told:
    """What a webhook tells of in a notification; its text may have to be pulled."""
    if part(record, "action") not in (*COMMENTS, "SHARE_MENTION"):
        return None
    if without_text([record]) or unknown_shares([record]):
        return PULL
    return notified(record, own, {})


def _comment_notified(record: Record, own: frozenset[str]) -> Post:
    comment = part(record, "decoratedGeneratedActivity", "comment")
    urn = _needed(comment_urn(record))
    action = part(record, "action")
    deleted = action == "COMMENT_DELETE"
    text = _text(comment)
    if text is None and not deleted:
        raise PostRejected("the notification carries no text")
    happened = moment(_seconds(record.get("lastModifiedAt")))
    owner = identifier(part(comment, "owner"))
    under = identifier(record.get("sourcePost")) or identifier(part(comment, "object"))
    return Post(
        id=urn,
        text="" if deleted else text or "",
        author_id=owner,
        created_at=None if action in ("COMMENT_EDIT", "COMMENT_DELETE") else happened,
        edited_at=happened if action in ("COMMENT_EDIT", "COMMENT_DELETE") else None,
        url=_address(urn),
        conversation=under or _under(urn),
        in_reply_to=under,
        parent_text=_text(part(record, "decoratedSourcePost")),
        platform="linkedin",
        own=action == "ADMIN_COMMENT" or is_own(own, owner),
        deleted=deleted,
        raw=plain(record),
    )


def _mention(record: Record, own: frozenset[str], shares: dict[str, Record]) -> Post:
    """A post that mentions us. Its text is in the notification, or was looked up."""
    urn = _needed(share_urn(record))
    share = shares.get(urn) or part(record, "decoratedGeneratedActivity", "share")
    text = _text(share) or _text(part(record, "decoratedSourcePost"))
    if text is None:
        raise PostRejected("the notification carries no text")
    owner = identifier(part(share, "author")) or identifier(part(share, "owner"))
    owner = owner or identifier(part(record, "decoratedSourcePost", "owner"))
    written = part(share, "publishedAt") or part(share, "createdAt") or record.get("lastModifiedAt")
    return Post(
        id=urn,
        text=text,
        author_id=owner,
        created_at=moment(_seconds(written)),
        url=SITE + quote(urn, safe=":", errors="replace"),
        conversation=urn,
        platform="linkedin",
        own=is_own(own, owner),
        raw=plain(record),
    )


def commented(record: Record, above: Above, own: frozenset[str]) -> Post:
    """A comment as the comments of a post list it. Raises PostRejected."""
    under = identifier(record.get("object")) or above.urn
    urn, address = place_of(record, under)
    text = words(part(record, "message", "text"))
    if text is None and not isinstance(part(record, "message", "text"), str):
        raise PostRejected("the comment carries no text")
    written = moment(_seconds(part(record, "created", "time")))
    updated = moment(_seconds(part(record, "lastModified", "time")))
    actor = identifier(record.get("actor"))
    parent = parent_of(record)
    return Post(
        id=urn,
        text=text or "",
        author_id=actor,
        created_at=written,
        edited_at=updated if updated and written and updated > written else None,
        url=address,
        conversation=under,
        in_reply_to=parent or under,
        parent_text=None if parent else above.text,
        platform="linkedin",
        own=is_own(own, actor),
        raw=plain(record),
    )


def place_of(record: Record, under: str) -> tuple[str, str | None]:
    """The urn and the address of a comment as LinkedIn lists it. Raises PostRejected."""
    short = identifier(record.get("id"))
    urn = identifier(record.get("commentUrn"))
    found = _needed(_normal(urn or (f"urn:li:comment:({under},{short})" if short else "")))
    return found, _address(found)


def parent_of(record: Record) -> str | None:
    """The comment that a comment answers; None where it answers the post."""
    found = identifier(record.get("parentComment"))
    return _normal(found) if found else None


def sign(record: Any) -> Sign:
    """Each thing that happens has a notification of its own."""
    key, happened = identifier(part(record, "notificationId")), part(record, "lastModifiedAt")
    return key, crc([part(record, "action"), happened]), moment(_seconds(happened))


def without_text(records: Iterable[Any]) -> list[Any]:
    """New or edited comments whose notification does not hold their text."""
    return [
        each
        for each in records
        if part(each, "action") in COMMENTS
        and part(each, "action") != "COMMENT_DELETE"
        and _text(part(each, "decoratedGeneratedActivity", "comment")) is None
        and identifier(part(each, "sourcePost"))
    ]


def above_of(record: Any) -> Above:
    """The post that a notification's comment is under."""
    text = _text(part(record, "decoratedSourcePost"))
    return Above(identifier(part(record, "sourcePost")) or "", text and text[:CONTEXT])


def unknown_shares(records: Iterable[Any]) -> list[str]:
    """The posts that mention us and whose text has to be looked up."""
    found = (
        share_urn(each)
        for each in records
        if part(each, "action") == "SHARE_MENTION"
        and _text(part(each, "decoratedGeneratedActivity", "share")) is None
        and _text(part(each, "decoratedSourcePost")) is None
    )
    return list(dict.fromkeys(urn for urn in found if urn))


def comment_urn(record: Any) -> str | None:
    """The comment of a notification, written as the comments of a post write it."""
    comment = part(record, "decoratedGeneratedActivity", "comment")
    found = identifier(part(comment, "entity")) or identifier(part(record, "generatedActivity"))
    return _normal(found) if found else None


def share_urn(record: Any) -> str | None:
    """The post of a notification that mentions us."""
    share = part(record, "decoratedGeneratedActivity", "share")
    found = identifier(part(record, "generatedActivity")) or identifier(part(share, "entity"))
    return found or identifier(part(record, "sourcePost"))


def _normal(urn: str) -> str:
    """The same comment has two spellings: with urn:li: inside and without."""
    found = COMMENT_URN.fullmatch(urn)
    return f"urn:li:comment:(urn:li:{found[1]}:{found[2]},{found[3]})" if found else urn


def _needed(urn: str | None) -> str:
    if not urn:
        raise PostRejected("the record has no id")
    return urn


def _under(urn: str) -> str | None:
    found = COMMENT_URN.fullmatch(urn)
    return f"urn:li:{found[1]}:{found[2]}" if found else None


def _address(urn: str) -> str | None:
    found = COMMENT_URN.fullmatch(urn)
    if not found:
        return None
    short = quote(f"urn:li:comment:({found[1]}:{found[2]},{found[3]})", safe="")
    return f"{SITE}urn:li:{found[1]}:{found[2]}?commentUrn={short}"


def _text(record: Any) -> str | None:
    """A post's text is `text` in a notification and `commentary` in the posts API."""
    return words(part(record, "text")) or words(part(record, "commentary"))


def _seconds(milliseconds: Any) -> Any:
    return milliseconds / 1000 if isinstance(milliseconds, int | float) else None
