"""Where a round through a Facebook page or an Instagram account stands: the cursor, without calls.

A round reads the feed of the last days page by page. After each page it reads the comments of
those posts whose mark has changed since the round before, and at the end what tags the account. A
quiet account costs two calls a round. What a round learned of a post is kept when the post's
comments are all stored, so that a crash repeats a post and skips none.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from workers.channels.base import Cursor
from workers.channels.records import identifier, moment, part, words

OVERLAP = int(timedelta(hours=6).total_seconds())
"""Comments this much older than the newest known one are read again: some are approved late."""
WATCHED = 1_000
"""Posts of the feed whose comments are watched; older ones count only where they are new."""
TAGGED_PAGES = 5
CONTEXT = 300
"""Characters of a post that its comments carry as what they answer."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Under which names a platform's records hold what a round looks at.

    `again` is after how long comments are read again though nothing tells of new ones, for where
    only their number is told. `deep` is how many pages of comments are read behind those that are
    known, for where answers to a comment lie inside it. `ordered` says that the feed comes newest
    first, whatever window was asked for.
    """

    text: str
    times: tuple[str, ...]
    comments: tuple[str, ...]
    link: str
    changed: str = ""
    again: timedelta | None = None
    deep: int = 0
    ordered: bool = False

    def state(self, record: Any, at: int) -> str:
        """A short mark that changes when a post, or the number of its comments, does.

        "" where the record does not tell: then nobody knows whether there are new comments.
        """
        changed = words(part(record, self.changed))
        comments = self.comment_count(record)
        if changed is None and comments is None:
            return ""
        told = f"{changed}|{comments}|{words(part(record, self.text))}"
        if self.again and comments:
            told += f"|{at // int(self.again.total_seconds())}"
        return f"{zlib.crc32(told.encode('utf-8', 'surrogatepass')):08x}"

    def comment_count(self, record: Any) -> int | None:
        """How many comments a post has, replies among them; None where it is not told."""
        total = part(record, *self.comments)
        return total if isinstance(total, int) else None

    def epoch(self, record: Any) -> int | None:
        """When a record was made, in seconds since 1970."""
        found = [moment(part(record, name)) for name in self.times]
        return next((int(made.timestamp()) for made in found if made), None)


@dataclass(frozen=True, slots=True)
class Commented:
    """The post whose comments are read."""

    id: str
    text: str
    link: str | None


class Round:
    """A round that goes on where the cursor says, or begins."""

    def __init__(self, cursor: Cursor, *, shape: Shape, at: datetime, lookback: timedelta) -> None:
        state = cursor.get("round") or {}
        self.shape = shape
        self.page: dict[str, str] = dict(cursor.get("page") or {})
        self.known: dict[str, list[Any]] = dict(cursor.get("known") or {})
        self.done: int = cursor.get("done") or 0
        self.started: int = state.get("started") or int(at.timestamp())
        self.since: int = state.get("since") or int((at - lookback).timestamp())
        self.stage: str = state.get("stage") or "feed"
        self.next: dict[str, Any] = dict(state.get("next") or {})
        self.seen: list[str] = list(state.get("seen") or ())
        self.todo: list[list[Any]] = list(state.get("todo") or ())
        self.kept: dict[str, list[Any]] = dict(state.get("kept") or {})
        self.scan: dict[str, Any] = dict(state.get("scan") or {})
        self.listed: int = state.get("listed") or 0

    @property
    def post(self) -> Commented:
        """The post whose comments come next."""
        post_id, _, text, _, link = (*self.todo[0], None)[:5]
        return Commented(post_id, text, link)

    def feed_read(self, records: list[Any], following: dict[str, Any] | None) -> list[Any]:
        """Take in a page of the feed -> the records in it that are new or have changed."""
        changed = [record for record in records if self._watch(record)]
        oldest = min((self.shape.epoch(each) or 0 for each in records), default=self.done)
        if self.listed > WATCHED and oldest < self.done - OVERLAP:
            following = None
        if self.shape.ordered and records and self._newest(records) < self.since:
            following = None
        self.next = self._onward(following, self.seen)
        self._turn()
        return changed

    def _newest(self, records: list[Any]) -> int:
        return max(self.shape.epoch(each) or self.started for each in records)

    def _watch(self, record: Any) -> bool:
        """Whether a record of the feed has changed; if so, its comments are put down to be read."""
        self.listed += 1
        post_id = identifier(part(record, "id"))
        if post_id is None:
            return self._is_new(f"? {_mark(record)}", "bad")
        mark = self.shape.state(record, self.started)
        before = self.kept.get(post_id) or self.known.get(post_id)
        if self.listed > WATCHED and (self.shape.epoch(record) or 0) < self.done - OVERLAP:
            return False
        newest = before[1] if before else 0
        if before and mark and before[0] == mark:
            self.kept[post_id] = before
            return False
        if self.shape.comment_count(record) == 0:
            self.kept[post_id] = [mark, newest]
        elif post_id not in [each[0] for each in self.todo]:
            text = part(record, self.shape.text)
            context = text[:CONTEXT] if isinstance(text, str) else ""
            link = words(part(record, self.shape.link))
            self.todo.append([post_id, mark, context, newest, link])
        return True

    def comments_read(self, records: list[Any], following: dict[str, Any] | None) -> None:
        """Take in a page of comments of the first post in `todo`."""
        times = [found for found in map(self.shape.epoch, records) if found is not None]
        latest = self.started + OVERLAP  # a comment from the future must not hide later ones
        times = [min(found, latest) for found in times]
        last = self.todo[0][3]
        self.scan["newest"] = max([self.scan.get("newest") or 0, last, *times])
        newest_first = len(times) < 2 or times[0] >= times[-1]
        seen = list(self.scan.get("seen") or ())
        known = bool(last and times and newest_first and times[-1] < last - OVERLAP)
        if known and len(seen) >= self.shape.deep:
            following = None
        onward = self._onward(following, seen)
        if onward:
            self.scan |= {"next": onward, "seen": seen}
        else:
            self.comments_done(whole=not following)

    def comments_done(self, *, whole: bool = True) -> None:
        """The first post in `todo` is read, or gone: on to the next.

        Where Graph turned in a circle, the next round reads the post's comments again.
        """
        post_id, mark, _, last = self.todo.pop(0)[:4]
        self.kept[post_id] = [mark, self.scan.get("newest") or last] if whole else ["", last]
        self.scan = {}
        self._turn()

    def tagged_read(self, records: list[Any], following: dict[str, Any] | None) -> list[Any]:
        """Take in a page of what tags us -> the records in it that are new or have changed."""
        changed = [
            record
            for record in records
            if self._is_new(f"tag {identifier(part(record, 'id'))}", _mark(record))
        ]
        times = [found for found in map(self.shape.epoch, records) if found is not None]
        if len(self.seen) >= TAGGED_PAGES or (times and max(times) < self.since):
            following = None
        self.next = self._onward(following, self.seen)
        if not self.next:
            self.stage = "end"
        return changed

    def _is_new(self, key: str, mark: str) -> bool:
        """Whether a record without comments is new or has changed; from now on it is known."""
        before = self.kept.get(key) or self.known.get(key)
        self.kept[key] = [mark, 0]
        return before is None or before[0] != mark

    def begin_stage_again(self) -> bool:
        """Forget where in its pages a stage was, for Graph no longer takes it; False if nowhere."""
        if not (self.scan.get("next") if self.stage == "comments" else self.next):
            return False
        if self.stage == "comments":
            self.scan = {}
        else:
            self.next, self.seen = {}, []
        return True

    def _turn(self) -> None:
        """To the comments of what is put down, then on with the feed, then to the tags."""
        if self.todo:
            self.stage = "comments"
        elif self.next:
            self.stage = "feed"
        else:
            self.stage, self.seen = "tagged", []

    @staticmethod
    def _onward(following: Mapping[str, Any] | None, seen: list[str]) -> dict[str, Any]:
        """The parameters of the next page; none where they came before, for Graph may circle."""
        if not following:
            return {}
        mark = _mark(following)
        if mark in seen:
            return {}
        seen.append(mark)
        return dict(following)

    def cursor(self) -> Cursor:
        """The state as JSON."""
        if self.stage == "end":
            return {"page": self.page, "known": self.kept, "done": self.started}
        names = ("started", "since", "stage", "next", "seen", "todo", "kept", "scan", "listed")
        state = {name: getattr(self, name) for name in names}
        return {"page": self.page, "known": self.known, "done": self.done, "round": state}


def _mark(value: Any) -> str:
    """A short mark of a JSON value."""
    try:
        return f"{zlib.crc32(json.dumps(value, sort_keys=True).encode()):08x}"
    except RecursionError:
        return "deep"
