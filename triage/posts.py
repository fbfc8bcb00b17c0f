"""Post: what every channel is turned into, and the one way in which foreign text is made safe.

PostgreSQL refuses NUL and lone surrogates where SQLite keeps them, so both are replaced here,
before either database sees them.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from triage.vocabulary import Kind

TEXT_LIMIT = 20_000
"""Characters of a post that are kept; the longest platform limit is well below it."""
FIELD_LIMIT = 1_000
ID_LIMIT = 500
"""Characters of an id; an index of PostgreSQL takes no entry above 2,704 bytes."""
RAW_LIMIT = 64_000
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
LEAP_SECOND = re.compile(r"([Tt ]\d\d:?59:?)60", re.ASCII)


class PostRejected(ValueError):
    """A record that cannot be read as a post; the message says in one sentence why."""


@dataclass(frozen=True, slots=True)
class Post:
    """One mention or comment as the platform had it, in our words.

    `id` is the platform's id, unique within a channel. `author` is what people read, `author_id`
    what tells persons apart; both may be missing. `own` marks the brand's own posts, `repost` one
    that passes another on without words of its own, `deleted` a notice that the post is gone (its
    text is then empty), `restored` one that it is back, `first` what it said at first, which may
    come after a later wording and then changes nothing. `reach` is the author's followers.
    """

    id: str
    text: str
    author: str | None = None
    author_id: str | None = None
    created_at: datetime | None = None
    url: str | None = None
    lang: str | None = None
    conversation: str | None = None
    in_reply_to: str | None = None
    parent_text: str | None = None
    platform: str | None = None
    brand: str | None = None
    kind: str | None = None
    reach: int | None = None
    own: bool = False
    repost: bool = False
    deleted: bool = False
    restored: bool = False
    first: bool = False
    edited_at: datetime | None = None
    truncated: bool = False
    cleaned: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict)


def clean(text: str, *, limit: int = TEXT_LIMIT) -> tuple[str, bool, bool]:
    """The text as both databases can keep it -> (text, was cut to `limit`, had bad characters)."""
    truncated = len(text) > limit
    cut = text[:limit]
    safe = cut.replace("\0", REPLACEMENT)
    if not safe.isascii():
        safe = safe.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return safe, truncated, safe != cut


def clean_field(value: str | None, *, limit: int = FIELD_LIMIT) -> str | None:
    """A short text field made safe and cut; empty becomes None."""
    if value is None:
        return None
    return clean(value.strip(), limit=limit)[0] or None


def safe_post(post: Post) -> Post:
    """The same post with every text made safe for both databases."""
    text, truncated, cleaned = clean(post.text)
    parent = clean(post.parent_text)[0] if post.parent_text else None
    return Post(
        id=clean(post.id, limit=ID_LIMIT)[0],
        text=text,
        author=clean_field(post.author, limit=200),
        author_id=clean_field(post.author_id, limit=200),
        created_at=post.created_at,
        url=clean_field(post.url, limit=2_000),
        lang=clean_field(post.lang, limit=16),
        conversation=clean_field(post.conversation, limit=ID_LIMIT),
        in_reply_to=clean_field(post.in_reply_to, limit=ID_LIMIT),
        parent_text=parent or None,
        platform=clean_field(post.platform, limit=32),
        brand=clean_field(post.brand, limit=200),
        kind=post.kind,
        reach=post.reach,
        own=post.own,
        repost=post.repost,
        deleted=post.deleted,
        restored=post.restored,
        first=post.first,
        edited_at=post.edited_at,
        truncated=truncated or post.truncated,
        cleaned=cleaned or post.cleaned,
        raw=clean_raw(post.raw),
    )


def clean_raw(value: Any) -> Any:
    """A JSON value that both databases can store: cleaned, and capped at `RAW_LIMIT` characters."""
    try:
        safe = _json_safe(value)
        dumped = json.dumps(safe)
    except RecursionError:
        return {"_unstorable": "nested too deep"}
    except (TypeError, ValueError):
        return {"_unstorable": clean(repr(value)[:FIELD_LIMIT])[0]}
    if len(dumped) > RAW_LIMIT:
        return {"_cut": True, "_characters": len(dumped), "_head": dumped[:FIELD_LIMIT]}
    return safe


def _json_safe(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)[0]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {clean(str(key), limit=200)[0]: _json_safe(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json_safe(item) for item in value]
    return value


def from_json(data: Any) -> Post:
    """A post in the shape of the command line's contract -> Post. Raises PostRejected.

    Only `id` and `text` are required; fields that are not known stay in `raw`.
    """
    if not isinstance(data, Mapping):
        raise PostRejected(f"a post is a JSON object, this is {_named(data)}")
    kind = _text(data, "kind")
    if kind is not None and kind not in set(Kind):
        raise PostRejected(f"kind is {kind!r}; it must be public or community")
    return Post(
        id=_identifier(data),
        text=_required_text(data),
        author=_text(data, "author"),
        author_id=_text(data, "author_id") or _text(data, "author"),
        created_at=_time(data, "created_at"),
        url=_text(data, "url"),
        lang=_text(data, "lang"),
        conversation=_text(data, "conversation"),
        in_reply_to=_text(data, "in_reply_to"),
        parent_text=_text(data, "parent_text"),
        platform=_text(data, "platform"),
        brand=_text(data, "brand"),
        kind=kind,
        raw=dict(data),
    )


def _identifier(data: Mapping[str, Any]) -> str:
    value = data.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise PostRejected("the post has no id; give it a non-empty text as id")
    if len(value) > ID_LIMIT:
        raise PostRejected(f"the id has {len(value)} characters; {ID_LIMIT} is the limit")
    return value.strip()


def _required_text(data: Mapping[str, Any]) -> str:
    if "text" not in data or data["text"] is None:
        raise PostRejected("the post has no text")
    if not isinstance(data["text"], str):
        raise PostRejected(f"text must be a text, this is {_named(data['text'])}")
    return data["text"]


def _text(data: Mapping[str, Any], name: str) -> str | None:
    value = data.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, float) and not math.isfinite(value):
        raise PostRejected(f"{name} must be a text or null, this is {value}")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise PostRejected(f"{name} must be a text or null, this is {_named(value)}")
    return value


def _time(data: Mapping[str, Any], name: str) -> datetime | None:
    value = _text(data, name)
    if value is None:
        return None
    moment = read_time(value)
    if moment is None:
        raise PostRejected(f"{name} is {value[:40]!r}; it must be an ISO 8601 time")
    return moment


def read_time(value: str) -> datetime | None:
    """An ISO 8601 time -> aware UTC datetime, None where it cannot be read; no zone means UTC.

    A leap second (23:59:60), which Python does not know, counts as the second before it.
    """
    try:
        moment = datetime.fromisoformat(LEAP_SECOND.sub(r"\g<1>59", value.strip()))
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _named(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    names |= {int: "a number", float: "a number", type(None): "null"}
    return names.get(type(value), type(value).__name__)
