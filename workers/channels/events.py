"""Reading webhook deliveries: the JSON of a body, and the changes inside Meta's envelope."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from triage.posts import Post, PostRejected
from workers.channels.base import Delivered, Lookup, Rejected
from workers.channels.records import Record, identifier, listed, part, plain, words

PULL = "pull"
"""What a reader gives in place of a post where only a pull can tell more."""

Told = Post | Lookup | str | None
"""A post, what names one, `PULL`, or None for what is none of ours."""
One = TypeVar("One")


def loaded(body: bytes) -> Any:
    """The body of a delivery as JSON. Raises PostRejected."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise PostRejected("the delivery is no JSON") from None


def records_in(told: Any, name: str) -> list[Any]:
    """What lies under a name: a list of records or one; none where it is missing."""
    found = part(told, name)
    if found is None or isinstance(found, list | Mapping):
        return listed(found)
    raise PostRejected(f"{name} is neither an object nor a list")


def delivered(
    records: Iterable[One], read: Callable[[One], Told], raw: Callable[[One], Any] = plain
) -> Delivered:
    """Every record of a delivery through `read`: one that cannot be read is set aside.

    Unlike the records of a page, all versions of a post are kept: intake takes them in order. A
    post without words (a picture, or words that were left out) asks for a pull too.
    """
    posts: list[Post] = []
    rejected: list[Rejected] = []
    lookups: list[Lookup] = []
    pull = False
    for record in records:
        try:
            told = read(record)
        except PostRejected as error:
            rejected.append(Rejected(str(error), raw(record)))
        except Exception as error:
            reason = f"the record cannot be read ({type(error).__name__})"
            rejected.append(Rejected(reason, raw(record)))
        else:
            if isinstance(told, Post):
                posts.append(told)
                pull = pull or not (told.text or told.deleted)
            elif isinstance(told, Mapping):
                lookups.append(told)
            else:
                pull = pull or told is PULL
    return Delivered(tuple(posts), tuple(rejected), pull, tuple(lookups))


@dataclass(frozen=True, slots=True)
class Change:
    """One change that Meta tells of: at which account, when (epoch), where, and what."""

    account: str | None
    at: Any
    field: str | None
    value: Any


def changes(record: Record, thing: str) -> Iterator[Change]:
    """The changes in a delivery about `thing` (page or instagram).

    An entry holds a list of them, or, with a login at Instagram, one itself.
    """
    if record.get("object") != thing:
        return
    entries = record.get("entry")
    for entry in entries if isinstance(entries, list) else [entries]:
        account, at = identifier(part(entry, "id")), part(entry, "time")
        listed = part(entry, "changes")
        for each in listed if isinstance(listed, list) else [entry]:
            yield Change(account, at, words(part(each, "field")), part(each, "value"))
