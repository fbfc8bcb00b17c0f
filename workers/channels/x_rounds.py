"""Where a round through a listing of X stands: the cursor, without any calls.

`since_id` stays where it was until the last page of a round is stored.
"""

import zlib
from datetime import datetime
from typing import Any

from workers.channels.base import Cursor
from workers.channels.records import identifier, part, words

LASTING = ("user_id", "username", "since_id", "start_time")
"""What stays in the cursor from page to page and from round to round."""


def begun(cursor: Cursor, first: datetime) -> Cursor:
    """The cursor with a beginning: a since_id, or a start time while there is none yet."""
    if cursor.get("since_id") or cursor.get("next_token"):
        return cursor
    # In a round without a since_id the time stays as it is, so that every page has the same one;
    # between two rounds it moves up, because a search cannot reach back for ever.
    return {**cursor, "start_time": max(iso(first), cursor.get("start_time") or "")}


def moved(cursor: Cursor, answer: Any, records: list[Any]) -> tuple[Cursor, bool]:
    """The cursor behind a page, and whether there is a further one."""
    ids = [part(record, "id") for record in records]
    ids += [cursor.get("newest_id"), part(answer, "meta", "newest_id")]
    newest = max((found for found in map(_snowflake, ids) if found), default=None)
    token = words(part(answer, "meta", "next_token"))
    seen = list(cursor.get("seen") or ())
    after = {key: cursor[key] for key in LASTING if cursor.get(key)}
    if token and _mark(token) not in seen:
        after |= {"next_token": token, "seen": [*seen, _mark(token)]}
        if newest:
            after["newest_id"] = str(newest)
        return after, True
    if not token and newest:
        after["since_id"] = str(max(newest, _snowflake(cursor.get("since_id")) or 0))
        after.pop("start_time", None)
    # A token that comes twice means that X turns in a circle: the round counts as unfinished and
    # the next pull begins it anew, so that nothing behind the circle is passed over.
    return after, False


def begun_again(cursor: Cursor, body: Any, oldest: datetime) -> Cursor | None:
    """The cursor without what X no longer takes: a page token, or a since_id out of reach.

    None where the 400 is about something else. `restarts` counts, so that the caller goes on at
    once only the first time.
    """
    complaint = f"{part(body, 'errors')} {part(body, 'detail')}"
    after = {key: cursor[key] for key in LASTING if cursor.get(key)}
    if not cursor.get("next_token"):
        if not any(name in complaint for name in ("since_id", "start_time")):
            return None
        after.pop("since_id", None)
        after["start_time"] = iso(oldest)
    return {**after, "restarts": int(cursor.get("restarts") or 0) + 1}


def _snowflake(value: Any) -> int | None:
    found = identifier(value)
    if found is None or not found.isascii() or not found.isdigit() or len(found) > 19:
        return None
    return int(found)


def _mark(token: str) -> str:
    return f"{zlib.crc32(token.encode('utf-8', 'replace')):08x}"


def iso(moment: datetime) -> str:
    """A time as X takes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
