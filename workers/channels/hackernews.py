"""Hacker News: the stories and comments that a search finds, through the search of Algolia.

The search shows the newest thousand hits and no more, so a round goes back by time in place of by
page. Its newest page reaches some hours further back than what is known: hits are indexed late,
and comments can be edited for two hours.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, ClassVar

from workers.channels.asking import BadStatus, ask, list_in, told
from workers.channels.base import (
    Allowance,
    Config,
    Cursor,
    Option,
    Page,
    Refused,
    Source,
    SourceError,
)
from workers.channels.failing import failing, quoted
from workers.channels.hackernews_posts import post_of
from workers.channels.http import Wire, now, session
from workers.channels.newest import OVERLAP, Listing, Sign, crc
from workers.channels.records import each, identifier, moment, part
from workers.channels.settings import OWN_IDS, address_problem, number_problem, own_names

HOST = "https://hn.algolia.com"
NAME = "the search of Hacker News"
LIMIT = 100
KNOWN = 300
"""Hits that are known again in the next round."""


class HackerNewsSource(Source):
    """A search."""

    kind: ClassVar[str] = "hackernews"
    title: ClassVar[str] = "Hacker News"
    platform: ClassVar[str] = "hackernews"
    allowance: ClassVar[Allowance | None] = Allowance(10_000, 3_600)
    interval: ClassVar[int] = 120
    settings: ClassVar[dict[str, Option]] = {
        "query": Option('words to search for; "in quotes" as they stand', required=True),
        "lookback_days": Option("how far back the first pull goes", default="7"),
        "own_ids": OWN_IDS,
        "base_url": Option("address of the search API", default=HOST),
    }

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._wire = Wire()
        self._session = session(self._wire)
        self._address = config.get("base_url", HOST).rstrip("/") + "/api/v1/search_by_date"
        self._own = own_names(config)

    @classmethod
    def problem(cls, settings: Mapping[str, str], secrets: Mapping[str, str]) -> str | None:
        """What is wrong with a combination of settings."""
        if not (settings.get("query") or "").strip():
            return "Hacker News needs something to watch: query, the words to search for"
        return number_problem(settings, "lookback_days", 1, 3650) or address_problem(settings)

    def fetch(self, cursor: Cursor) -> Page:
        """The newest hits, or older ones on the way back to what is known."""
        with self._failing():
            days = timedelta(days=int(self.config.get("lookback_days", "7")))
            stand = Listing(cursor, at=now(), lookback=days, known=KNOWN)
            since = stand.done - OVERLAP if stand.done else now() - days
            window = [f"created_at_i>{int(since.timestamp())}"]
            if stand.next:
                window.append(f"created_at_i<={stand.next}")
            records = self._records(",".join(window))
            changed = stand.read(records, _older(stand, records), _sign)
            posts, rejected = each(reversed(changed), lambda record: post_of(record, self._own))
            return Page(tuple(posts), stand.state(), stand.more, tuple(rejected))

    def check(self) -> str:
        """Search once."""
        with self._failing():
            found = len(self._records(None))
        many = f"{found} or more" if found >= LIMIT else str(found)
        return f"{NAME} finds {many} for {self.config.get('query').strip()}"

    def _records(self, window: str | None) -> list[Any]:
        params = {
            "query": self.config.get("query").strip(),
            "tags": "(story,comment)",
            "numericFilters": window,
            "hitsPerPage": LIMIT,
            "typoTolerance": "false",
            "advancedSyntax": "true",  # takes the quotes around a query as what they mean
        }
        answer = ask(self._session, self._address, params=params)
        return list_in(answer, "hits", name=NAME, wire=self._wire)

    def _failing(self) -> AbstractContextManager[None]:
        problem = self.problem(self.config.settings, self.config.secrets)
        return failing(NAME, self._wire, self._reading, problem)

    def _reading(self, error: Exception) -> SourceError | None:
        status, body = self._wire.status, told(self._wire)
        if not isinstance(error, BadStatus) or not isinstance(body, dict):
            return None
        if status == 429 or status >= 500:
            return None
        why = quoted(body.get("message") or body.get("error"), ()) or f"status {status}"
        return Refused(f"{NAME} does not accept the request: {why}")


def _older(stand: Listing, records: list[Any]) -> str | None:
    """Until when the next page goes, in seconds since 1970; None where this one is the last."""
    times = [int(made.timestamp()) for record in records if (made := _made(record))]
    if len(records) < LIMIT or not times:
        return None
    oldest = min(times)
    stuck = stand.next is not None and oldest >= int(stand.next)  # a whole page in one second
    return str(oldest - 1 if stuck else oldest)


def _sign(record: Any) -> Sign:
    names = ("title", "story_text", "comment_text", "url")
    mark = crc([part(record, name) for name in names])
    return identifier(part(record, "objectID")), mark, _made(record)


def _made(record: Any) -> Any:
    return moment(part(record, "created_at_i")) or moment(part(record, "created_at"))
