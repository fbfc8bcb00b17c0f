"""What a Facebook page and an Instagram account have in common: a round, its calls, its errors."""

import re
from abc import abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from triage.posts import Post
from triage.vocabulary import Act
from workers.channels.base import (
    Allowance,
    Config,
    Cursor,
    Option,
    Page,
    Refused,
    Rejected,
    Sending,
    Sent,
    Source,
    SourceError,
    Throttled,
)
from workers.channels.failing import failing, quoted, secrets_of, unreadable
from workers.channels.graph import HOST, VERSION, Graph, GraphError, NotGraph, next_args
from workers.channels.graph_errors import BAD_PARAMETER, failure_of, is_gone, regain_time
from workers.channels.graph_replies import DUPLICATE, refusal
from workers.channels.graph_round import Commented, Round, Shape
from workers.channels.http import Wire, now, session
from workers.channels.records import Record, each, identifier, moment, part, words
from workers.channels.settings import BACKFILL, address_problem, number_problem

LIMIT = 100
FULL = 95
"""Percent of a rate limit from which on we rest."""
SETTINGS = {
    "lookback_days": Option("age of posts whose comments are still watched", default="14"),
    "tagged": Option("read posts that tag the account", default="yes", choices=("yes", "no")),
    "version": Option("version of the Graph API", default=VERSION),
    "token_in": Option("where the token is sent", default="header", choices=("header", "params")),
    "backfill": BACKFILL,
    "base_url": Option("address of the API", default=HOST),
}
APP_SECRETS = {
    "app_secret": Option("secret of the app; proves every call to be ours, and signs webhooks"),
    "verify_token": Option("what you typed as verify token where webhooks are set up"),
}

Read = tuple[list[Post], list[Rejected]]


@dataclass(frozen=True, slots=True)
class Edge:
    """One place that a round reads: its name, the fields to ask for, the permission it needs."""

    name: str
    fields: str
    needs: str
    args: Mapping[str, Any] = field(default_factory=dict)


class GraphSource(Source):
    """A feed, the comments in it, and what tags the account."""

    allowance: ClassVar[Allowance | None] = Allowance(None, 3600)
    limited_by: ClassVar[tuple[str, ...]] = ("access_token",)
    backfills: ClassVar[bool] = True
    name: ClassVar[str]
    thing: ClassVar[str]
    """What people call the account."""
    account: ClassVar[str]
    """The setting that names it."""
    naming: ClassVar[str]
    """The field that holds the account's name."""
    shape: ClassVar[Shape]
    feed: ClassVar[Edge]
    comments: ClassVar[Edge]
    tagged: ClassVar[Edge]
    page_needs: ClassVar[str]
    writing: ClassVar[str]
    """The permission that acts need."""

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
        self._needs = self.page_needs

    @classmethod
    def problem(cls, settings: Mapping[str, str], secrets: Mapping[str, str]) -> str | None:
        """What is wrong with a combination of settings and keys."""
        if not secrets.get("access_token"):
            return f"{cls.name} needs a key: access_token, {cls.secrets['access_token'].help}"
        if not re.fullmatch(r"v?\d{1,2}\.\d", settings.get("version") or VERSION):
            return f"version must look like {VERSION}"
        return number_problem(settings, "lookback_days", 1, 90) or address_problem(settings)

    @abstractmethod
    def feed_post(self, record: Record, account: Mapping[str, str]) -> Post:
        """A record of the feed as a post."""

    @abstractmethod
    def tagged_post(self, record: Record, account: Mapping[str, str]) -> Post:
        """A record that tags the account as a post."""

    @abstractmethod
    def comment_posts(
        self, records: list[Any], post: Commented, account: Mapping[str, str]
    ) -> Read:
        """The comments on a post as posts."""

    @abstractmethod
    def carry_out(self, sending: Sending) -> Sent:
        """One act. Raises what `Graph` raises, or NotSent."""

    @abstractmethod
    def find(self, sending: Sending, account: Mapping[str, str]) -> Sent | None:
        """What an earlier try of a reply left. Raises what `Graph` raises."""

    def send(self, sending: Sending) -> Sent:
        """One act as the account; words that stand there already may be an earlier try."""
        with self._failing(sending.act):
            try:
                self._needs = self.writing
                return self.carry_out(sending)
            except GraphError as error:
                again = sending.act == Act.REPLY and error.code == DUPLICATE
                found = self._found(sending) if again else None
                if found is None:
                    raise
                return found

    def find_sent(self, sending: Sending) -> Sent | None:
        """Our comment among those below what was answered."""
        with self._failing():
            return self._found(sending)

    def _found(self, sending: Sending) -> Sent | None:
        account = self._known_account()
        if "id" not in account:
            raise unreadable(self.name, self._wire, f"no {self.thing} in it")
        self._needs = self.comments.needs
        return self.find(sending, account)

    def fetch(self, cursor: Cursor) -> Page:
        """One page of the feed, of a post's comments, or of the tags."""
        return self._fetch(cursor)

    def fetch_back(self, cursor: Cursor, until: datetime) -> Page:
        """One page of a round of its own that reaches back further."""
        page = self._fetch(cursor, now() - until)
        return replace(page, more="round" in page.cursor)  # also where a limit made it rest

    def expires(self) -> datetime | None:
        """When the token ends, or the app's right to read the account's data, if that is sooner."""
        with self._failing():
            try:
                token = self._secrets.get("access_token", "")
                told = part(self._graph.request("debug_token", {"input_token": token}), "data")
            except (GraphError, NotGraph):
                return None  # a login at Instagram cannot ask; the pulls tell whether it works
        ends = [part(told, name) for name in ("expires_at", "data_access_expires_at")]
        found = [moment(end) for end in ends if isinstance(end, int) and end > 0]
        return min((end for end in found if end), default=None)

    def _fetch(self, cursor: Cursor, back: timedelta | None = None) -> Page:
        with self._failing():
            rest = moment(cursor.get("rest_until"))
            if rest and rest > now():
                why = f"{self.name} asks us to wait: its rate limit is full"
                raise Throttled(why, retry_at=rest)
            stand = Round(cursor, shape=self.shape, at=now(), lookback=back or self._lookback())
            stand.page = stand.page or self._known_account()
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
        """Look at the account and at each place that a round reads."""
        with self._failing():
            found = self._account_of_token()
            account = found.get("id") or self._account_id()
            feed = self._call(account, replace(self.feed, fields="id"), limit=1)
            for newest in self._records(feed)[:1]:
                post_id = identifier(part(newest, "id")) or ""
                self._call(post_id, replace(self.comments, fields="id"), limit=1)
            if self.config.get("tagged") != "no":
                self._call(account, replace(self.tagged, fields="id"), limit=1)
        called = found.get("name") or account
        return f"{self.name} shows the {self.thing} {called}, its comments and tags"

    def _lookback(self) -> timedelta:
        return timedelta(days=int(self.config.get("lookback_days", "14")))

    def _read(self, stand: Round) -> Page:
        if stand.stage == "comments":
            posts, rejected = self._comments(stand)
        elif stand.stage == "tagged":
            answer = self._call(self._account_id(stand), self.tagged, **self._window(stand))
            changed = stand.tagged_read(self._records(answer), next_args(answer))
            posts, rejected = each(changed, lambda found: self.tagged_post(found, stand.page))
        else:
            answer = self._call(self._account_id(stand), self.feed, **self._window(stand))
            changed = stand.feed_read(self._records(answer), next_args(answer))
            posts, rejected = each(changed, lambda found: self.feed_post(found, stand.page))
        return Page(tuple(posts), stand.cursor(), stand.stage != "end", tuple(rejected))

    def _comments(self, stand: Round) -> Read:
        post = stand.post
        asked = {**self.comments.args, **(stand.scan.get("next") or {})}
        try:
            answer = self._call(post.id, self.comments, **asked)
        except GraphError as error:
            if not is_gone(error):
                raise
            stand.comments_done()  # deleted or hidden since the feed was read
            return [], []
        records = self._records(answer)
        stand.comments_read(records, next_args(answer))
        return self.comment_posts(records, post, stand.page)

    def _window(self, stand: Round) -> dict[str, Any]:
        """The parameters of the next page; the window stays, should an answer drop it."""
        return {"since": stand.since, "limit": LIMIT, **stand.next}

    def _account_id(self, stand: Round | None = None) -> str:
        return (stand and stand.page.get("id")) or self.config.get(self.account, "me")

    def _known_account(self) -> dict[str, str]:
        """The account as far as a round needs to know it."""
        return self._account_of_token()

    def _account_of_token(self) -> dict[str, str]:
        """Id and name of the account, which tell its own posts from others; {} if not told."""
        self._needs = self.page_needs
        try:
            answer = self._graph.get_object(self._account_id(), fields=f"id,{self.naming}")
        except NotGraph:
            return {}
        named = {"id": identifier(part(answer, "id")), "name": words(part(answer, self.naming))}
        return {name: value for name, value in named.items() if value}

    def _call(self, object_id: str, edge: Edge, **args: Any) -> Any:
        self._needs = edge.needs
        asked = {**args, "fields": edge.fields}  # a link to the next page has fields of its own
        return self._graph.get_connections(object_id, edge.name, **asked)

    def _records(self, answer: Any) -> list[Any]:
        if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
            raise unreadable(self.name, self._wire, "no list of data in it")
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

    def _failing(self, act: Act | None = None) -> AbstractContextManager[None]:
        problem = self.problem(self.config.settings, self._secrets)
        return failing(self.name, self._wire, lambda error: self._reading(error, act), problem)

    def _reading(self, error: Exception, act: Act | None = None) -> SourceError | None:
        if isinstance(error, NotGraph) and self._wire.status < 429:
            return unreadable(self.name, self._wire, str(error))
        if not isinstance(error, GraphError):
            return None
        if act and (refused := refusal(error, self._quoted, name=self.name)):
            return refused
        if is_gone(error):
            what = f"{self.thing} {self._account_id()}"
            return Refused(f"{self.name} has no {what}, or does not show it to this token")
        return failure_of(error, self._wire, self._quoted, needs=self._needs, name=self.name)

    def _quoted(self, message: object) -> str:
        return quoted(message, self._secrets.values())
