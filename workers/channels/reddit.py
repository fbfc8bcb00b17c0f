"""Reddit: what mentions or answers an account, or the comments of a subreddit."""

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, ClassVar

import triage
from workers.channels.asking import list_in
from workers.channels.base import (
    Config,
    Cursor,
    Option,
    Page,
    Source,
    SourceError,
    Throttled,
)
from workers.channels.failing import failing, key_problem, secrets_of
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
from workers.channels.settings import (
    OWN_IDS,
    address_problem,
    number_problem,
    own_names,
)

LIMIT = 100
AGAIN = timedelta(minutes=10)
"""How often the posts seen last are looked at for edits and deletions, which costs a call."""
INBOX = {"mentions": "message/mentions", "replies": "message/comments/"}


class RedditSource(Source):
    """The inbox of an account, or a subreddit."""

    kind: ClassVar[str] = "reddit"
    title: ClassVar[str] = "Reddit"
    platform: ClassVar[str] = "reddit"
    interval: ClassVar[int] = 60
    settings: ClassVar[dict[str, Option]] = {
        "username": Option("name of the account; with it and password its inbox is watched"),
        "subreddit": Option("watch the comments here in place of an inbox; several as a+b"),
        "posts": Option("new posts of the subreddit too", default="no", choices=("no", "yes")),
        "query": Option("only what holds one of these words, separated by commas"),
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
            "privatemessages"
        ),
    }

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._secrets = secrets_of(config)
        self._wire = Wire(config.get("base_url") or None)
        name = _name(config.settings)
        agent = f"server:triage:{triage.__version__} (by /u/{name or 'unnamed'})"
        self._client = RedditClient(
            self._secrets,
            username=name,
            user_agent=config.get("user_agent", agent),
            wire=self._wire,
        )
        self._subreddit = _subreddit(config.settings)
        self._query = [w.strip().lower() for w in config.get("query").split(",") if w.strip()]

    @classmethod
    def problem(cls, settings: Mapping[str, str], secrets: Mapping[str, str]) -> str | None:
        """What is wrong with a combination of settings and keys."""
        if not secrets.get("client_id") or not secrets.get("client_secret"):
            return "Reddit needs the client_id and the client_secret of an app"
        if secrets.get("password") and not _name(settings):
            return "a password needs the username it belongs to"
        signed = secrets.get("refresh_token") or secrets.get("password")
        subreddit = _subreddit(settings)
        if not signed and not subreddit:
            return "an inbox needs its account: username and password, or a refresh_token"
        if subreddit and not re.fullmatch(r"[A-Za-z0-9_]+([+-][A-Za-z0-9_]+)*", subreddit):
            return "subreddit is the name behind r/, or several as a+b"
        if not (settings.get("user_agent") or "x" * 7).isascii():
            return "user_agent is plain text"
        if len(settings.get("user_agent") or "x" * 7) < 7:
            return "user_agent has at least 7 characters"
        keys = ("client_id", "client_secret", "refresh_token")
        return (
            key_problem("Reddit", [secrets.get(key) for key in keys])
            or number_problem(settings, "lookback_hours", 1, 24 * 90)
            or address_problem(settings)
        )

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
            page, listing = self._page(path, state.get(name), self._own(state))
            onward = turn if listing.more else turn + 1
            state[name] = listing.state()
            done = onward >= len(paths) and not self._is_due(state)
            return self._rested(page, state if done else {**state, "turn": onward}, not done)

    def check(self) -> str:
        """Ask for what a pull asks for, and whose account it is."""
        with self._failing():
            name = self._own_name().strip("-")
            for path in self._paths().values():
                self._children(self._client.get(path, limit=1))
        if self._subreddit:
            return f"Reddit shows r/{self._subreddit}"
        return f"Reddit shows the mentions of and replies to u/{name or 'this account'}"

    def _paths(self) -> dict[str, str]:
        if not self._subreddit:
            return INBOX
        paths = {"comments": f"r/{self._subreddit}/comments/"}
        if self.config.get("posts") == "yes":
            paths["posts"] = f"r/{self._subreddit}/new"
        return paths

    def _page(self, path: str, known: Any, own: frozenset[str]) -> tuple[Page, Listing]:
        hours = timedelta(hours=float(self.config.get("lookback_hours", "24")))
        listing = Listing(known, at=now(), lookback=hours)
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
        name = _name(self.config.settings) or known
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

    def _failing(self) -> AbstractContextManager[None]:
        problem = self.problem(self.config.settings, self._secrets)
        return failing("Reddit", self._wire, self._reading, problem)

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


def _name(settings: Mapping[str, str]) -> str:
    return (settings.get("username") or "").strip().removeprefix("u/")


def _subreddit(settings: Mapping[str, str]) -> str:
    return (settings.get("subreddit") or "").strip().strip("/").removeprefix("r/")
