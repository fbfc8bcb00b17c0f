"""X: mentions of an account, or a search, through API v2.

Pages come newest first. `since_id` stays where it was until the last page of a round is stored,
so that a crash in the middle repeats pages and loses none.
"""

import zlib
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, ClassVar

import tweepy

from workers.channels.base import (
    Config,
    Cursor,
    Delivered,
    Option,
    Page,
    Refused,
    Source,
    SourceError,
)
from workers.channels.failing import failing, quoted, secrets_of, unreadable
from workers.channels.http import Wire, now, session
from workers.channels.records import each, identifier, listed, part, words
from workers.channels.settings import address_problem, number_problem
from workers.channels.x_answers import Includes, failure_of, post_of
from workers.channels.x_events import read_events

HOST = "https://api.twitter.com"
"""The one address tweepy knows; its OAuth 1.0a signatures hold only there."""
USER_KEYS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
SEARCH_DAYS = timedelta(days=7) - timedelta(minutes=5)
"""How far a recent search reaches back, less a little for clocks."""
ASKED = {
    "tweet_fields": "created_at,author_id,conversation_id,lang,in_reply_to_user_id,"
    "referenced_tweets,public_metrics,attachments,edit_history_tweet_ids,edit_controls,"
    "note_tweet,possibly_sensitive",
    "expansions": "author_id,referenced_tweets.id,attachments.media_keys,in_reply_to_user_id",
    "user_fields": "username,name,created_at,verified,public_metrics,protected",
    "media_fields": "type,url,preview_image_url,alt_text",
}


LASTING = ("user_id", "username", "since_id", "start_time")
"""What stays in the cursor from page to page and from round to round."""


class XSource(Source):
    """Mentions of `user_id` or `username`, or what `query` finds."""

    kind: ClassVar[str] = "x"
    title: ClassVar[str] = "X (Twitter)"
    platform: ClassVar[str] = "x"
    hook: ClassVar[str | None] = "x"
    interval: ClassVar[int] = 120
    settings: ClassVar[dict[str, Option]] = {
        "user_id": Option("watch the mentions of the account with this id"),
        "username": Option("watch the mentions of the account with this name"),
        "query": Option("watch a recent search (last 7 days) in place of mentions"),
        "own_ids": Option("ids or names of further accounts of yours, separated by commas"),
        "lookback_hours": Option("how far the first pull reaches back", default="24"),
        "page_size": Option("posts per request, 10 to 100", default="100"),
        "base_url": Option("address of the API", default=HOST),
    }
    secrets: ClassVar[dict[str, Option]] = {
        "bearer_token": Option("the app's bearer token; enough for reading"),
        "consumer_key": Option("OAuth 1.0a: API key; all four belong together"),
        "consumer_secret": Option("OAuth 1.0a: API key secret; signs webhooks too"),
        "access_token": Option("OAuth 1.0a: access token of the account"),
        "access_token_secret": Option("OAuth 1.0a: access token secret"),
    }

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._secrets = secrets_of(config)
        base_url = config.get("base_url", HOST)
        self._wire = Wire(base_url)
        bearer = self._secrets.get("bearer_token")
        self._client = tweepy.Client(
            bearer, *(self._secrets.get(key) for key in USER_KEYS), return_type=dict
        )
        self._client.session = session(self._wire)
        self._as_user = not bearer

    @classmethod
    def problem(cls, settings: Mapping[str, str], secrets: Mapping[str, str]) -> str | None:
        """What is wrong with a combination of settings and keys."""
        given = [key for key in USER_KEYS if secrets.get(key)]
        if secrets.get("bearer_token") and given == ["consumer_secret"]:
            given = []  # it signs webhooks and is not needed for reading
        if given and len(given) < len(USER_KEYS):
            missing = ", ".join(key for key in USER_KEYS if key not in given)
            return f"the four keys of OAuth 1.0a belong together; missing: {missing}"
        if not given and not secrets.get("bearer_token"):
            return "X needs a key: bearer_token, or the four keys of OAuth 1.0a"
        if not given and not any(settings.get(key) for key in ("query", "user_id", "username")):
            return "say what to watch: query, user_id or username"
        return (
            number_problem(settings, "page_size", 10, 100)
            or number_problem(settings, "lookback_hours", 1, 7 * 24)
            or address_problem(settings)
        )

    def fetch(self, cursor: Cursor) -> Page:
        """One page of mentions or of the search."""
        with self._failing():
            known = _begun(self._who(cursor), self._first_time())
            try:
                answer = self._ask(known, size=self._page_size())
            except tweepy.BadRequest as error:
                again = _begun_again(known, _body(error), self._oldest())
                if again is None:
                    raise
                return Page((), again, more=again["restarts"] == 1)
            return self._page(known, answer)

    def read_delivery(self, body: bytes, headers: Mapping[str, str]) -> Delivered:
        """The posts of an event of the X Activity API."""
        return read_events(body, self._own({}))

    def check(self) -> str:
        """Ask for the smallest page there is, as a pull would."""
        with self._failing():
            known = _begun(self._who({}), self._first_time())
            self._page(known, self._ask(known, size=10))
        if self.config.get("query"):
            return f"X answers the search {self.config.get('query')!r}"
        name = known.get("username") or self.config.get("username").lstrip("@")
        return f"X shows the mentions of {'@' + name if name else known['user_id']}"

    def _who(self, cursor: Cursor) -> Cursor:
        """The cursor with the id of the account whose mentions are read, asked for only once."""
        if self.config.get("query") or cursor.get("user_id"):
            return dict(cursor)
        if self.config.get("user_id"):
            return {**cursor, "user_id": self.config.get("user_id")}
        name = self.config.get("username").lstrip("@")
        if name:
            answer = self._client.get_user(username=name, user_auth=self._as_user)
        else:
            answer = self._client.get_me(user_auth=True)
        found = identifier(part(answer, "data", "id"))
        if found is None:
            self._refuse_errors(answer)
            raise unreadable("X", self._wire, "no account in it")
        return {**cursor, "user_id": found, "username": words(part(answer, "data", "username"))}

    def _ask(self, cursor: Cursor, *, size: int) -> Any:
        more: dict[str, Any] = {**ASKED, "user_auth": self._as_user, "max_results": size}
        # X refuses the two together.
        since = "since_id" if cursor.get("since_id") else "start_time"
        more[since] = cursor[since]
        token = cursor.get("next_token")
        if query := self.config.get("query"):
            return self._client.search_recent_tweets(query, next_token=token, **more)
        return self._client.get_users_mentions(cursor["user_id"], pagination_token=token, **more)

    def _page(self, cursor: Cursor, answer: Any) -> Page:
        if not isinstance(answer, dict) or not answer.keys() & {"data", "meta", "errors"}:
            raise unreadable("X", self._wire, "neither data nor meta in it")
        records = listed(answer.get("data"))
        if not records and not answer.get("meta"):
            self._refuse_errors(answer)
        includes = Includes(answer, own=self._own(cursor))
        posts, rejected = each(records, lambda record: post_of(record, includes))
        after, more = _moved(cursor, answer, records)
        return Page(tuple(posts), after, more, tuple(rejected))

    def _own(self, cursor: Cursor) -> frozenset[str]:
        """Ids and names of our accounts, in small letters."""
        names = self.config.get("own_ids").split(",")
        names += [self.config.get("user_id"), self.config.get("username")]
        names += [str(cursor.get("user_id") or ""), str(cursor.get("username") or "")]
        return frozenset(name.strip().lstrip("@").lower() for name in names if name.strip())

    def _first_time(self) -> datetime:
        hours = timedelta(hours=float(self.config.get("lookback_hours", "24")))
        return max(now() - hours, self._oldest())

    def _oldest(self) -> datetime:
        return now() - SEARCH_DAYS

    def _page_size(self) -> int:
        return int(self.config.get("page_size", "100"))

    def _failing(self) -> AbstractContextManager[None]:
        problem = self.problem(self.config.settings, self._secrets)
        return failing("X", self._wire, self._reading, problem)

    def _refuse_errors(self, answer: Any) -> None:
        """X answers 200 with nothing but `errors` where an account is gone or protected."""
        for error in listed(part(answer, "errors")):
            detail = part(error, "detail") or part(error, "message") or part(error, "title")
            raise Refused(f"X refuses: {self._quoted(detail)}")

    def _quoted(self, message: object) -> str:
        return quoted(message, self._secrets.values())

    def _reading(self, error: Exception) -> SourceError | None:
        if not isinstance(error, tweepy.HTTPException):
            return None
        return failure_of(_body(error), self._wire, self._quoted)


def _begun(cursor: Cursor, first: datetime) -> Cursor:
    """The cursor with a beginning: a since_id, or a start time while there is none yet."""
    if cursor.get("since_id") or cursor.get("next_token"):
        return cursor
    # In a round without a since_id the time stays as it is, so that every page has the same one;
    # between two rounds it moves up, because a search cannot reach back for ever.
    return {**cursor, "start_time": max(_iso(first), cursor.get("start_time") or "")}


def _moved(cursor: Cursor, answer: Any, records: list[Any]) -> tuple[Cursor, bool]:
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


def _begun_again(cursor: Cursor, body: Any, oldest: datetime) -> Cursor | None:
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
        after["start_time"] = _iso(oldest)
    return {**after, "restarts": int(cursor.get("restarts") or 0) + 1}


def _snowflake(value: Any) -> int | None:
    found = identifier(value)
    if found is None or not found.isascii() or not found.isdigit() or len(found) > 19:
        return None
    return int(found)


def _mark(token: str) -> str:
    return f"{zlib.crc32(token.encode('utf-8', 'replace')):08x}"


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _body(error: Exception) -> Any:
    """The JSON of an error answer, None where it is none."""
    try:
        return error.response.json()  # type: ignore[attr-defined]
    except (ValueError, RecursionError):
        return None
