"""RSS and Atom: the entries of one feed, such as the comments on a blog, or an alert.

A feed is asked for with the marks that its last answer had (ETag, Last-Modified), so that one
without news costs an empty answer.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, ClassVar

from workers.channels.asking import BadStatus
from workers.channels.base import (
    Config,
    Cursor,
    Option,
    Page,
    Refused,
    Source,
    SourceError,
    Unreachable,
)
from workers.channels.failing import failing, unreadable
from workers.channels.feed_entries import LIMIT, Feed, post_of, read_feed, sign
from workers.channels.feed_wire import Following, host_of
from workers.channels.http import Redirected, now
from workers.channels.newest import Listing
from workers.channels.records import each, words
from workers.channels.settings import OWN_IDS, address_problem, own_names

ACCEPTED = "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5"
MARKS = {"etag": "If-None-Match", "modified": "If-Modified-Since"}
LARGEST = 5 * 1024 * 1024
"""Bytes of a feed; parsing as many takes a processor some ten seconds."""
CLOSED = (401, 403)
MISSING = (404, 410)


class FeedSource(Source):
    """One feed."""

    kind: ClassVar[str] = "feed"
    title: ClassVar[str] = "RSS or Atom feed"
    platform: ClassVar[str] = "feed"
    interval: ClassVar[int] = 900
    settings: ClassVar[dict[str, Option]] = {
        "url": Option("address of the feed"),
        "own_ids": OWN_IDS,
        "base_url": Option("another server to ask for it; alone it is the address of the feed"),
    }

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        base_url = config.get("base_url") if config.get("url") else None
        self._url = (config.get("url") or config.get("base_url")).strip()
        self._wire = Following(self._url, base_url)
        self._name = f"the feed at {host_of(self._url) or '?'}"
        self._own = own_names(config)

    @classmethod
    def problem(cls, settings: Mapping[str, str], secrets: Mapping[str, str]) -> str | None:
        """What is wrong with a combination of settings."""
        if not (settings.get("url") or settings.get("base_url")):
            return "a feed needs url, its address"
        return address_problem(settings, "url", query=True) or address_problem(
            settings, query=not settings.get("url")
        )

    def fetch(self, cursor: Cursor) -> Page:
        """What is new or changed in the feed."""
        stand = Listing(cursor.get("entries"), at=now(), lookback=timedelta(0), known=LIMIT)
        with self._failing(was_one=bool(cursor)):
            feed = self._feed({name: cursor.get(name) for name in MARKS}, was_one=bool(cursor))
            if feed is None:
                return Page((), cursor)
            changed = stand.read(feed.entries, None, sign)
            posts, rejected = each(
                reversed(changed), lambda record: post_of(record, feed, self._own)
            )
            after = {"entries": stand.state(), "read": now().isoformat(), **self._marks()}
            return Page(tuple(posts), after, rejected=tuple(rejected))

    def check(self) -> str:
        """Read the feed once."""
        with self._failing(was_one=False):
            feed = self._feed({}, was_one=False)
        count = len(feed.entries) if feed else 0
        called = f" “{feed.title}”" if feed and feed.title else ""
        return f"{self._name}{called} has {count} entries"

    def _feed(self, marks: Mapping[str, Any], *, was_one: bool) -> Feed | None:
        """The feed; None where it has not changed since the answer with these marks."""
        asked = {MARKS[name]: value for name, value in marks.items() if words(value)}
        body = self._wire.get({"Accept": ACCEPTED, **asked})
        if body is None:
            return None
        if len(body) > LARGEST:
            raise Unreachable(f"{self._name} is larger than {LARGEST // 1024 // 1024} MiB")
        kind = self._wire.headers.get("content-type", "")
        found = read_feed(body, content_type=kind, address=self._url)
        if found is None and was_one:
            raise unreadable(self._name, self._wire, "no feed in it")
        if found is None:
            raise Refused(
                f"what stands at {host_of(self._url)} is no RSS or Atom feed; look at url"
            )
        return found

    def _marks(self) -> dict[str, str]:
        headers = self._wire.headers
        found = {"etag": headers.get("etag"), "modified": headers.get("last-modified")}
        return {name: value for name, value in found.items() if value and len(value) < 500}

    def _failing(self, *, was_one: bool) -> AbstractContextManager[None]:
        """A feed that has been one is believed to come back; a new one must be there."""

        def reading(error: Exception) -> SourceError | None:
            status = self._wire.status
            if isinstance(error, Redirected):
                return Unreachable(
                    f"{self._name} sends us on to another address, where we do not follow; "
                    "look at url"
                )
            if not isinstance(error, BadStatus) or status == 429 or status >= 500:
                return None
            if status != 410 and was_one:
                return unreadable(self._name, self._wire, "no feed in it")
            if status in CLOSED:
                return Refused(f"{self._name} is not shown without a login (status {status})")
            if status in MISSING:
                return Refused(f"{self._name} is not there (status {status}); look at url")
            return Refused(f"{self._name} does not accept the request (status {status})")

        problem = self.problem(self.config.settings, self.config.secrets)
        return failing(self._name, self._wire, reading, problem)
