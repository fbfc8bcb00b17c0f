"""Reddit: what mentions or answers an account, or the comments of a subreddit."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, ClassVar

import triage
from triage.vocabulary import Act
from workers.channels import reddit_replies
from workers.channels.asking import list_in
from workers.channels.base import (
    Ability,
    Allowance,
    Config,
    Cursor,
    Option,
    Page,
    Refused,
    Sending,
    Sent,
    Source,
    SourceError,
    Throttled,
)
from workers.channels.failing import Reading, failing, secrets_of
from workers.channels.http import Wire, now, retry_time
from workers.channels.newest import Listing
from workers.channels.records import each, moment, part
from workers.channels.reddit_client import RedditClient
from workers.channels.reddit_errors import failure_of
from workers.channels.reddit_posts import (
    fullname,
    has_any,
    marks_of,
    parents_of,
    post_of,
    shown,
    sign,
    texts_of,
)
from workers.channels.reddit_settings import name_in, problem_with, subreddit_in
from workers.channels.settings import (
    BACKFILL,
    OWN_IDS,
    own_names,
)

LIMIT = 100
AGAIN = timedelta(minutes=10)
"""How often the posts seen last are looked at for edits and deletions, which costs a call."""
Read = tuple[Page, Listing]
INBOX = {"mentions": "message/mentions", "replies": "message/comments/"}


class RedditSource(Source):
    """The inbox of an account, or a subreddit."""

    kind: ClassVar[str] = "reddit"
    title: ClassVar[str] = "Reddit"
    platform: ClassVar[str] = "reddit"
    interval: ClassVar[int] = 60
    allowance: ClassVar[Allowance | None] = Allowance(1_000, 600)
    limited_by: ClassVar[tuple[str, ...]] = ("client_id",)
    backfills: ClassVar[bool] = True
    acts: ClassVar[tuple[Act, ...]] = reddit_replies.ACTS
    longest: ClassVar[int | None] = reddit_replies.LONGEST
    settings: ClassVar[dict[str, Option]] = {
        "username": Option("name of the account; with it and password its inbox is watched"),
        "subreddit": Option("watch the comments here in place of an inbox; several as a+b"),
        "posts": Option("new posts of the subreddit too", default="no", choices=("no", "yes")),
        "query": Option("only what holds one of these words, separated by commas"),
        "backfill": BACKFILL,
        "own_ids": OWN_IDS,
        "lookback_hours": Option("how far the first pull reaches back", default="24"),
        "user_agent": Option("what we call ourselves; Reddit wants an app and a name in it"),
        "base_url": Option("address of the API, in the place of both of Reddit's own"),
    }
    secrets: ClassVar[dict[str, Option]] = {
        "client_id": Option("id of the app (type script, reddit.com/prefs/apps)", required=True),
        "client_secret": Option("secret of the app", required=True),
        "password": Option("password of the account; not for one with two-factor sign-in"),
        "refresh_token": Option(
            "in place of password: a permanent refresh token with the scopes identity, read and "
            "privatemessages; submit to reply, edit to delete, modposts to hide"
        ),
    }

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._secrets = secrets_of(config)
        self._wire = Wire(config.get("base_url") or None)
        name = name_in(config.settings)
        agent = f"server:triage:{triage.__version__} (by /u/{name or 'unnamed'})"
        self._client = RedditClient(
            self._secrets,
            username=name,
            user_agent=config.get("user_agent", agent),
            wire=self._wire,
        )
        self._subreddit = subreddit_in(config.settings)
        self._query = [w.strip().lower() for w in config.get("query").split(",") if w.strip()]

    @classmethod
    def problem(cls, settings: Mapping[str, str], secrets: Mapping[str, str]) -> str | None:
        """What is wrong with a combination of settings and keys."""
        return problem_with(settings, secrets)

    def fetch(self, cursor: Cursor) -> Page:
        """One page of one of the listings, or a second look at the posts seen last."""
        with self._failing():
            rest = moment(cursor.get("rest_until"))
            if rest and rest > now():
                raise Throttled("Reddit asks us to wait: its rate limit is full", retry_at=rest)
            state = {key: value for key, value in cursor.items() if key != "rest_until"}
            state["own"] = self._own_name(state.get("own"))
            paths = list(self._paths().items())
            turn = int(state.pop("turn", 0))
            if turn >= len(paths):
                return self._second_look(state)
            name, path = paths[turn]
            hours = timedelta(hours=float(self.config.get("lookback_hours", "24")))
            page, listing = self._page(path, state.get(name), self._own(state), hours)
            onward = turn if listing.more else turn + 1
            state[name] = listing.state()
            done = onward >= len(paths) and not self._is_due(state)
            return self._rested(page, state if done else {**state, "turn": onward}, not done)

    def fetch_back(self, cursor: Cursor, until: datetime) -> Page:
        """One page of a walk of its own through the listings, one after the other."""
        with self._failing():
            state = {**cursor, "own": self._own_name(cursor.get("own"))}
            name, path = list(self._paths().items())[turn := int(state.get("turn", 0))]
            page, listing = self._page(path, state.get(name), self._own(state), now() - until)
            state |= {name: listing.state(), "turn": turn + (not listing.more)}
            return Page(page.posts, state, state["turn"] < len(self._paths()), page.rejected)

    def check(self) -> str:
        """Ask for what a pull asks for, with a new token, and say whose account it is."""
        with self._failing():
            self._client.renew()
            name = self._own_name().strip("-")
            for path in self._paths().values():
                self._children(self._client.get(path, limit=1))
        lacks = self._lacking() if self._is_account() else ""
        if self._subreddit:
            return f"Reddit shows r/{self._subreddit}{lacks}"
        return f"Reddit shows the mentions of and replies to u/{name or 'this account'}{lacks}"

    def _lacking(self) -> str:
        scopes = self._client.scopes
        may = scopes is None or scopes & {"*", "submit"}
        return "" if may else "; replies need the scope submit, which the token lacks"

    def ability(self) -> Ability:
        """Nothing where we are nobody in particular."""
        return super().ability() if self._is_account() else Ability()

    def send(self, sending: Sending) -> Sent:
        """A comment of ours, taking a post out of a subreddit of ours, or deleting our own."""
        with self._failing(lambda error: self._unsent(error, sending.act)):
            own, secrets = self._account(), [*self._secrets.values()]
            return reddit_replies.carry_out(self._client, sending, own=own, secrets=secrets)

    def find_sent(self, sending: Sending) -> Sent | None:
        """Our comment below the post, by its words."""
        with self._failing():
            return reddit_replies.find(self._client, self._wire, sending, own=self._account())

    def _account(self) -> str:
        """Whose comments ours are. Raises Refused where we are nobody in particular."""
        if not self._is_account():
            raise Refused(
                "Reddit lets only an account write: give username and password, or a refresh_token "
                f"with the scopes {reddit_replies.SCOPES}"
            )
        return self._own_name()

    def _is_account(self) -> bool:
        return bool(self._secrets.get("refresh_token") or self._secrets.get("password"))

    def _paths(self) -> dict[str, str]:
        if not self._subreddit:
            return INBOX
        paths = {"comments": f"r/{self._subreddit}/comments/"}
        if self.config.get("posts") == "yes":
            paths["posts"] = f"r/{self._subreddit}/new"
        return paths

    def _page(self, path: str, known: Any, own: frozenset[str], back: timedelta) -> Read:
        listing = Listing(known, at=now(), lookback=back)
        onward: dict[str, str | int] = {"after": listing.next} if listing.next else {}
        answer = self._client.get(path, limit=LIMIT, **onward)
        records = shown(self._children(answer))
        changed = listing.read(records, part(answer, "data", "after"), sign)
        wanted = [record for record in changed if has_any(record, self._query)]
        parents = self._parents(wanted, records)
        posts, rejected = each(wanted, lambda record: post_of(record, parents, own))
        return Page(tuple(posts), {}, listing.more, tuple(rejected)), listing

    def _second_look(self, state: Cursor) -> Page:
        """The posts seen last, for those that were edited or deleted since."""
        state["looked_at"] = now().isoformat()
        lists = {name: dict(part(state, name, "known") or {}) for name in self._paths()}
        before = {key: mark for known in lists.values() for key, mark in known.items()}
        newest = [key for key in before if key.startswith(("t1_", "t3_"))][:LIMIT]
        if not newest:
            return self._rested(Page((), {}), state, more=False)
        try:
            records = self._children(self._client.get("api/info", id=",".join(newest)))
        except Exception:
            if self._wire.status != 403:  # a token for the inbox only is enough
                raise
            records = []
        after = {key: mark for key, mark in marks_of(records).items() if key in before}
        changed = [r for r in records if after.get(name := fullname(r) or "") != before.get(name)]
        changed = [record for record in changed if has_any(record, self._query)]
        for name, known in lists.items():
            both = known | {key: mark for key, mark in after.items() if key in known}
            state[name] = {**state.get(name, {}), "known": both}
        parents, own = self._parents(changed, records), self._own(state)
        posts, rejected = each(changed, lambda record: post_of(record, parents, own))
        return self._rested(Page(tuple(posts), {}, False, tuple(rejected)), state, more=False)

    def _is_due(self, state: Cursor) -> bool:
        """Whether it is time for a second look; the first round only sets the clock."""
        before = moment(state.setdefault("looked_at", now().isoformat()))
        return before is None or now() - before >= AGAIN

    def _parents(self, records: list[Any], page: list[Any]) -> dict[str, str]:
        """The texts of what is answered: those on the page, the others with one call."""
        texts = texts_of(page)
        missing = [name for name in parents_of(records) if name not in texts][:LIMIT]
        if missing:
            try:
                texts |= texts_of(
                    self._children(self._client.get("api/info", id=",".join(missing)))
                )
            except Exception:
                return texts  # the context is a nicety
        return texts

    def _children(self, answer: Any) -> list[Any]:
        return list_in(part(answer, "data"), "children", name="Reddit", wire=self._wire)

    def _own_name(self, known: Any = None) -> str:
        """The account whose posts are ours; asked for, once, where no setting says. - is none."""
        name = name_in(self.config.settings) or known
        if not name and self._secrets.get("refresh_token"):
            name = self._client.me()
        return str(name or "-")

    def _own(self, state: Cursor) -> frozenset[str]:
        return own_names(self.config) | {str(state.get("own")).casefold()}

    def _rested(self, page: Page, cursor: Cursor, more: bool) -> Page:
        """The page with its cursor, and a rest behind it where the rate limit is used up."""
        rest = self._rest()
        if rest:
            cursor, more = {**cursor, "rest_until": rest.isoformat()}, False
        return Page(page.posts, cursor, more, page.rejected)

    def _rest(self) -> datetime | None:
        try:
            left = float(self._wire.headers.get("x-ratelimit-remaining", "1"))
        except ValueError:
            return None
        return retry_time(self._wire.headers, now()) if left < 1 else None

    def _failing(self, reading: Reading | None = None) -> AbstractContextManager[None]:
        problem = self.problem(self.config.settings, self._secrets)
        return failing("Reddit", self._wire, reading or self._reading, problem)

    def _unsent(self, error: Exception, act: Act) -> SourceError | None:
        secrets = [*self._secrets.values()]
        return reddit_replies.refusal(error, self._client, self._wire, act, secrets)

    def _reading(self, error: Exception) -> SourceError | None:
        inside = self._subreddit
        return failure_of(
            error,
            self._client,
            self._wire,
            what=f"r/{inside}" if inside else "the inbox",
            scope="read" if inside else "privatemessages",
            secrets=[*self._secrets.values()],
        )
