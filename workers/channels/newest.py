"""Where a round through a listing stands that comes newest first: the cursor, without any calls.

A round reads page after page until it meets what the round before has stored. What it learned
counts only from its last page on, so that a crash in the middle repeats pages and loses none.
"""

import json
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from workers.channels.records import moment, words

KNOWN = 100
"""Records that are known again in the next round, by their ids."""
OVERLAP = timedelta(hours=6)
"""A page that reaches this much behind the newest known record is the last, should all the known
ones have been deleted."""

Sign = tuple[str | None, str, datetime | None]
"""What a round needs of a record: its id, a mark of its version, when it was written."""


class Listing:
    """One listing, from the state that the cursor keeps of it. The first pull takes the newest
    page, and further ones as long as they are younger than `lookback`.
    """

    def __init__(
        self, state: Any, *, at: datetime, lookback: timedelta, known: int = KNOWN
    ) -> None:
        found = state if isinstance(state, Mapping) else {}
        inside = found.get("round") or {}
        self.known: dict[str, str] = dict(found.get("known") or {})
        self.done: datetime | None = moment(found.get("done"))
        self.next: str | None = inside.get("next")
        self._kept: dict[str, str] = dict(inside.get("kept") or {})
        self._newest: datetime | None = moment(inside.get("newest"))
        self._seen: list[str] = list(inside.get("seen") or ())
        self._at, self._lookback, self._limit = at, lookback, known

    @property
    def more(self) -> bool:
        """Whether the round goes on with a further page."""
        return self.next is not None

    def read(
        self, records: list[Any], following: Any, sign: Callable[[Any], Sign], *, deep: bool = False
    ) -> list[Any]:
        """Take in a page and the token of the next -> the records in it that are new or changed.

        `deep` reads on behind what is known, for its sake: to see what has changed in it.
        """
        changed, met, oldest = [], False, self._at
        for record in records:
            key, mark, written = _signed(record, sign)
            if written:
                oldest = min(oldest, written)
                bounded = min(written, self._at)  # one from the future must not hide later ones
                self._newest = max(self._newest or bounded, bounded)
            met = met or key in self.known
            if self._kept.get(key, self.known.get(key)) != mark:
                changed.append(record)
            if key in self._kept or len(self._kept) < self._limit:
                self._kept[key] = mark
        behind = oldest < self._floor()
        full = len(self._kept) >= self._limit
        self._turn(_token(following), last=(full if deep and self.known else met) or behind)
        return changed

    def begin_again(self) -> bool:
        """Forget a page token that the platform no longer takes; False where there is none."""
        had = self.next is not None
        self.next, self._kept, self._seen, self._newest = None, {}, [], None
        return had

    def state(self) -> dict[str, Any]:
        """What the cursor keeps, as JSON."""
        inside = {
            "next": self.next,
            "kept": self._kept,
            "newest": self._newest and self._newest.isoformat(),
            "seen": self._seen,
        }
        state = {
            "known": self.known,
            "done": self.done and self.done.isoformat(),
            "round": inside if self.more else None,
        }
        return {name: value for name, value in state.items() if value}

    def _floor(self) -> datetime:
        if self.done and self.known:
            return self.done - OVERLAP
        return self._at - self._lookback

    def _turn(self, following: str | None, *, last: bool) -> None:
        mark = crc(following or "")
        if following and not last and mark not in self._seen:  # else the platform may circle
            self.next = following
            self._seen.append(mark)
            return
        both = {**self._kept, **{k: v for k, v in self.known.items() if k not in self._kept}}
        self.known = dict(list(both.items())[: self._limit])
        times = [found for found in (self.done, self._newest) if found]
        self.done = max(times, default=None)
        self.next, self._kept, self._seen, self._newest = None, {}, [], None


def crc(value: Any) -> str:
    """A short mark of a JSON value."""
    try:
        return f"{zlib.crc32(json.dumps(value, sort_keys=True).encode()):08x}"
    except (RecursionError, TypeError, ValueError):
        return "odd"


def _signed(record: Any, sign: Callable[[Any], Sign]) -> tuple[str, str, datetime | None]:
    try:
        key, mark, written = sign(record)
    except Exception:  # of a shape nobody knows; where it is read it is kept aside
        key, mark, written = None, "", None
    return (key, mark, written) if key else (f"? {crc(record)}", "bad", written)


def _token(value: Any) -> str | None:
    """A page token, None for one that could not be sent back."""
    found = words(value)
    try:
        return found if found and found.encode() else None
    except UnicodeEncodeError:
        return None
