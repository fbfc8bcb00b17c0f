"""Facebook: what stands on a page's feed, the comments there, and posts that tag the page."""

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

from triage.posts import Post
from workers.channels.base import (
    Config,
    Cursor,
    Option,
    Page,
    Refused,
    Rejected,
    Source,
    SourceError,
    Throttled,
)
from workers.channels.facebook_posts import (
    COMMENT_FIELDS,
    FEED_FIELDS,
    TAGGED_FIELDS,
    comment_post,
    feed_post,
)
from workers.channels.facebook_round import Round
from workers.channels.failing import failing, quoted, secrets_of, unreadable
from workers.channels.graph import HOST, VERSION, Graph, GraphError, NotGraph, next_args
from workers.channels.graph_errors import BAD_PARAMETER, failure_of, is_gone, regain_time
from workers.channels.http import Wire, now, session
from workers.channels.records import each, identifier, moment, part, words
from workers.channels.settings import address_problem, number_problem

NEEDS = {
    "page": "pages_read_engagement",
    "feed": "pages_read_engagement",
    "comments": "pages_read_user_content",
    "tagged": "pages_read_user_content",
}
"""The permission that each call needs, for the sentence where Graph does not name it."""
LIMIT = 100
FULL = 95
"""Percent of a rate limit from which on we rest."""


Read = tuple[list[Post], list[Rejected]]


class FacebookSource(Source):
    """The feed, the comments and the tags of one page."""

    kind: ClassVar[str] = "facebook"
    title: ClassVar[str] = "Facebook page"
    platform: ClassVar[str] = "facebook"
    interval: ClassVar[int] = 120
    settings: ClassVar[dict[str, Option]] = {
        "page_id": Option("id or name of the page; me is the page of the token", default="me"),
        "lookback_days": Option("age of posts whose comments are still watched", default="14"),
        "tagged": Option("read posts that tag the page", default="yes", choices=("yes", "no")),
        "version": Option("version of the Graph API", default=VERSION),
        "token_in": Option(
            "where the token is sent", default="header", choices=("header", "params")
        ),
        "base_url": Option("address of the API", default=HOST),
    }
    secrets: ClassVar[dict[str, Option]] = {
        "access_token": Option(
            "access token of the page, with pages_read_engagement and pages_read_user_content",
            required=True,
        ),
        "app_secret": Option("secret of the app; with it every call is proved to be ours"),
    }

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._secrets = secrets_of(config)
        self._wire = Wire()
        self._graph = Graph(
            self._secrets.get("access_token", ""),
            session=session(self._wire),
            base_url=config.get("base_url", HOST),
            version=config.get("version", VERSION),
            app_secret=self._secrets.get("app_secret"),
            in_header=config.get("token_in") != "params",
        )
        self._step = "page"

    @classmethod
    def problem(cls, settings: Mapping[str, str], secrets: Mapping[str, str]) -> str | None:
        """What is wrong with a combination of settings and keys."""
        if not secrets.get("access_token"):
            return "Facebook needs a key: access_token, the access token of the page"
        if not re.fullmatch(r"[A-Za-z0-9.]+", settings.get("page_id") or "me"):
            return "page_id is the id or the name of the page as it stands in its address"
        if not re.fullmatch(r"v?\d{1,2}\.\d", settings.get("version") or VERSION):
            return f"version must look like {VERSION}"
        return number_problem(settings, "lookback_days", 1, 90) or address_problem(settings)

    def fetch(self, cursor: Cursor) -> Page:
        """One page of the feed, of a post's comments, or of the tags."""
        with self._failing():
            rest = moment(cursor.get("rest_until"))
            if rest and rest > now():
                raise Throttled("Facebook asks us to wait: its rate limit is full", retry_at=rest)
            days = timedelta(days=int(self.config.get("lookback_days", "14")))
            stand = Round(cursor, at=now(), lookback=days)
            stand.page = stand.page or self._known_page()
            if stand.stage == "tagged" and self.config.get("tagged") == "no":
                stand.tagged_read([], None)
                return Page((), stand.cursor(), more=False)
            try:
                return self._rested(self._read(stand))
            except GraphError as error:
                if error.code != BAD_PARAMETER or not stand.begin_stage_again():
                    raise
                return Page((), stand.cursor(), more=False)

    def check(self) -> str:
        """Look at the page and at each place that a round reads."""
        with self._failing():
            found = self._page_of_token()
            page_id = found.get("id") or self._page_id()
            feed = self._call(page_id, "feed", fields="id", limit=1)
            for newest in self._records(feed)[:1]:
                self._call(identifier(part(newest, "id")) or "", "comments", fields="id", limit=1)
            if self.config.get("tagged") != "no":
                self._call(page_id, "tagged", fields="id", limit=1)
        return f"Facebook shows the page {found.get('name') or page_id}, its comments and tags"

    def _read(self, stand: Round) -> Page:
        if stand.stage == "comments":
            posts, rejected = self._comments(stand)
        elif stand.stage == "tagged":
            posts, rejected = self._tagged(stand)
        else:
            posts, rejected = self._feed(stand)
        return Page(tuple(posts), stand.cursor(), stand.stage != "end", tuple(rejected))

    def _feed(self, stand: Round) -> Read:
        answer = self._call(self._page_id(stand), "feed", fields=FEED_FIELDS, **self._window(stand))
        changed = stand.feed_read(self._records(answer), next_args(answer))
        return each(changed, lambda record: feed_post(record, stand.page.get("id")))

    def _comments(self, stand: Round) -> Read:
        post_id, text = stand.post
        asked = {"filter": "stream", "order": "reverse_chronological", "limit": LIMIT}
        asked |= stand.scan.get("next") or {}
        try:
            answer = self._call(post_id, "comments", **{**asked, "fields": COMMENT_FIELDS})
        except GraphError as error:
            if not is_gone(error):
                raise
            stand.comments_done()  # deleted or hidden since the feed was read
            return [], []
        records = self._records(answer)
        stand.comments_read(records, next_args(answer))
        page_id = stand.page.get("id")
        return each(records, lambda record: comment_post(record, post_id, text, page_id))

    def _tagged(self, stand: Round) -> Read:
        answer = self._call(
            self._page_id(stand), "tagged", fields=TAGGED_FIELDS, **self._window(stand)
        )
        changed = stand.tagged_read(self._records(answer), next_args(answer))
        return each(changed, lambda record: feed_post(record, stand.page.get("id")))

    def _window(self, stand: Round) -> dict[str, Any]:
        """The parameters of the next page; the window stays, should an answer drop it."""
        following = {key: value for key, value in stand.next.items() if key != "fields"}
        return {"since": stand.since, "limit": LIMIT, **following}

    def _page_id(self, stand: Round | None = None) -> str:
        return (stand and stand.page.get("id")) or self.config.get("page_id", "me")

    def _known_page(self) -> dict[str, str]:
        """The page, without a call where the settings hold its id."""
        page_id = self._page_id()
        return {"id": page_id} if page_id.isdigit() else self._page_of_token()

    def _page_of_token(self) -> dict[str, str]:
        """Id and name of the page, which tell its own posts from others; {} where it has none."""
        self._step = "page"
        try:
            answer = self._graph.get_object(self._page_id(), fields="id,name")
        except NotGraph:
            return {}
        found = {"id": identifier(part(answer, "id")), "name": words(part(answer, "name"))}
        return {name: value for name, value in found.items() if value}

    def _call(self, object_id: str, edge: str, **args: Any) -> Any:
        self._step = edge
        return self._graph.get_connections(object_id, edge, **args)

    def _records(self, answer: Any) -> list[Any]:
        if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
            raise unreadable("Facebook", self._wire, "no list of data in it")
        records: list[Any] = answer["data"]
        return records

    def _rested(self, page: Page) -> Page:
        """The page, and a rest behind it where the rate limit is nearly used up."""
        usage = self._graph.last_usage
        if usage.percent < FULL:
            return page
        cursor = dict(page.cursor)
        if usage.regain_minutes:
            cursor["rest_until"] = regain_time(usage).isoformat()
        return replace(page, cursor=cursor, more=False)

    def _failing(self) -> AbstractContextManager[None]:
        problem = self.problem(self.config.settings, self._secrets)
        return failing("Facebook", self._wire, self._reading, problem)

    def _reading(self, error: Exception) -> SourceError | None:
        if isinstance(error, NotGraph) and self._wire.status < 429:
            return unreadable("Facebook", self._wire, str(error))
        if not isinstance(error, GraphError):
            return None
        if is_gone(error):
            page_id = self._page_id()
            return Refused(f"Facebook has no page {page_id}, or does not show it to this token")
        needs = NEEDS[self._step]
        if self._step == "tagged":
            needs += " (or leave the tags out: tagged=no)"
        return failure_of(error, self._wire, self._quoted, needs=needs)

    def _quoted(self, message: object) -> str:
        return quoted(message, self._secrets.values())
