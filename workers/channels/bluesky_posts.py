"""A notification or a post of Bluesky as a Post."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from triage.posts import Post, PostRejected
from workers.channels.newest import Sign
from workers.channels.records import (
    Record,
    count,
    identifier,
    mapping,
    message,
    moment,
    part,
    plain,
    words,
)
from workers.channels.settings import is_own

DELETED = "app.bsky.notification.defs#recordDeleted"
POST_URI = re.compile(r"at://([^/\s]+)/app\.bsky\.feed\.post/([^/\s]+)")


def post_of(record: Record, parents: dict[str, str], own: frozenset[str]) -> Post:
    """One post, or the notice that it is gone. Raises PostRejected."""
    uri = identifier(record.get("uri"))
    if uri is None:
        raise PostRejected("the record has no uri")
    body = mapping(record.get("record") or {})
    deleted = body.get("$type") == DELETED
    did = identifier(part(record, "author", "did"))
    parent = _parent(body)
    return Post(
        id=uri,
        text="" if deleted else message(body, "text", required=True),
        author=words(part(record, "author", "handle")),
        author_id=did,
        created_at=_written(record, body),
        url=address_of(uri),
        lang=_language(body),
        conversation=identifier(part(body, "reply", "root", "uri")) or uri,
        in_reply_to=identifier(part(body, "reply", "parent", "uri")),
        parent_text=parents.get(parent or ""),
        platform="bluesky",
        reach=count(part(record, "author", "followersCount")),
        own=is_own(own, did, words(part(record, "author", "handle"))),
        deleted=deleted,
        raw=plain(record),
    )


def asked_for(records: Iterable[Any], reasons: frozenset[str]) -> list[Any]:
    """The notifications of our reasons; older servers send likes and follows all the same."""
    return [each for each in records if _reason(each) is None or _reason(each) in reasons]


def _reason(record: Any) -> str | None:
    return words(part(record, "reason"))


def sign(record: Any) -> Sign:
    """A post of Bluesky cannot be edited: it is as it is, or gone."""
    mark = "deleted" if part(record, "record", "$type") == DELETED else ""
    return identifier(part(record, "uri")), mark, moment(part(record, "indexedAt"))


def parents_of(records: Iterable[Any]) -> list[str]:
    """What the posts answer or quote, each once."""
    found = (_parent(part(each, "record")) for each in records)
    return list(dict.fromkeys(uri for uri in found if uri and POST_URI.fullmatch(uri)))


def texts_of(views: Any) -> dict[str, str]:
    """uri -> text of the posts in an answer of getPosts; deleted ones are simply not in it."""
    listed = views if isinstance(views, list) else []
    pairs = ((identifier(part(v, "uri")), words(part(v, "record", "text"))) for v in listed)
    return {uri: text for uri, text in pairs if uri and text}


def _parent(body: Any) -> str | None:
    """The post that is answered, else the one that is quoted (alone, or along with a picture)."""
    return (
        identifier(part(body, "reply", "parent", "uri"))
        or identifier(part(body, "embed", "record", "uri"))
        or identifier(part(body, "embed", "record", "record", "uri"))
    )


def _written(record: Record, body: Record) -> datetime | None:
    """When the author says, but not after the server saw it."""
    claimed, seen = moment(body.get("createdAt")), moment(record.get("indexedAt"))
    return min(claimed, seen) if claimed and seen else claimed or seen


def address_of(uri: str) -> str | None:
    """Where people see a post; None for what is no post."""
    found = POST_URI.fullmatch(uri)
    return f"https://bsky.app/profile/{found[1]}/post/{found[2]}" if found else None


def _language(body: Record) -> str | None:
    langs = body.get("langs")
    return words(langs[0]) if isinstance(langs, list) and langs else None
