"""Reading the records of a platform's answer, one by one: a bad one is set aside, not fatal."""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from triage.posts import FIELD_LIMIT, Post, PostRejected, read_time
from workers.channels.base import Rejected

LARGEST = 2**31 - 1
"""What an integer column of either database holds; nobody has more followers."""

Record = Mapping[str, Any]


def each(
    records: Iterable[Any], make: Callable[[Record], Post]
) -> tuple[list[Post], list[Rejected]]:
    """Every record through `make`: posts, and rejects where it raises.

    Of two versions of one post the later edit is kept.
    """
    posts: dict[str, Post] = {}
    rejected: list[Rejected] = []
    for record in records:
        try:
            post = make(mapping(record))
        except PostRejected as error:
            rejected.append(Rejected(str(error), plain(record)))
        except Exception as error:
            reason = f"the record cannot be read ({type(error).__name__})"
            rejected.append(Rejected(reason, plain(record)))
        else:
            if _is_later(post, posts.get(post.id)):
                posts[post.id] = post
    return list(posts.values()), rejected


def _is_later(post: Post, known: Post | None) -> bool:
    if known is None:
        return True
    return post.edited_at is not None and (
        known.edited_at is None or post.edited_at > known.edited_at
    )


def listed(value: Any) -> list[Any]:
    """The records of an answer: a list as it is, one object as a list of it, null as none."""
    if value is None:
        return []
    if isinstance(value, list):
        return value
    if isinstance(value, Mapping):
        return [value]
    raise TypeError(f"a list was expected, not {type(value).__name__}")


def mapping(value: Any) -> Record:
    """A record that must be an object."""
    if not isinstance(value, Mapping):
        raise PostRejected(f"a record is an object, this is {type(value).__name__}")
    return value


def part(record: Any, *names: str) -> Any:
    """What lies at `names` inside nested objects, None where the way there is not all objects."""
    for name in names:
        if not isinstance(record, Mapping):
            return None
        record = record.get(name)
    return record


def identifier(value: Any) -> str | None:
    """An id as text; numbers are taken too."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str) and value.strip():
        return value.strip()[:FIELD_LIMIT]
    return None


def needed_id(record: Record) -> str:
    """The id of a record. Raises PostRejected without one."""
    found = identifier(record.get("id"))
    if found is None:
        raise PostRejected("the record has no id")
    return found


def words(value: Any) -> str | None:
    """A text that may be missing; anything that is no text counts as missing."""
    return value if isinstance(value, str) and value.strip() else None


def message(record: Record, name: str, *, required: bool) -> str:
    """The text of a post. Raises PostRejected where it is no text, or is missing but `required`."""
    value = record.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str):
        missing = value is None
        raise PostRejected(f"the post has no {name}" if missing else f"{name} is not a text")
    return value


def moment(value: Any) -> datetime | None:
    """A time as aware UTC: ISO 8601, epoch seconds or a datetime; None where it cannot be read."""
    try:
        if isinstance(value, datetime):
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return read_time(value) if isinstance(value, str) else None


def count(value: Any) -> int | None:
    """A number of persons, 0 to `LARGEST`; None where it is none (Mastodon hides it as -1)."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:20])
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return min(int(value), LARGEST) if value >= 0 else None


def plain(value: Any) -> Any:
    """A record as JSON values: times as text, subclasses of the libraries as what they hold."""
    try:
        return _plain(value)
    except RecursionError:
        return {"_unstorable": "nested too deep"}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)
