"""Mastodon: who mentions an account, or a hashtag, on one instance.

`min_id` pages forward without gaps; the first pull takes the newest page only, so that a channel
does not begin with years of history.
"""

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from triage.vocabulary import Act
from workers.channels.asking import told
from workers.channels.base import (
    Ability,
    Allowance,
    Config,
    Cursor,
    Delivered,
    Option,
    Page,
    Refused,
    Sending,
    Sent,
    Source,
    SourceError,
)
from workers.channels.failing import (
    common,
    failing,
    quoted,
    secrets_of,
    throttled,
    unreadable,
)
from workers.channels.http import now
from workers.channels.lines import Line, OpenWire
from workers.channels.mastodon_client import (
    MastodonAPIError,
    MastodonNetworkError,
    MastodonNotFoundError,
    MastodonRatelimitError,
    client_of,
)
from workers.channels.mastodon_posts import Threads, post_of, status_of
from workers.channels.mastodon_replies import ACTS, LONGEST, carry_out, find, is_late, refusal
from workers.channels.mastodon_stream import MastodonLine, read_event
from workers.channels.records import Record, each, identifier, mapping, moment, part
from workers.channels.settings import BACKFILL, STREAM, address_problem, number_problem

HOST = "https://mastodon.social"
LIMIT = 40


class MastodonSource(Source):
    """The mentions of the account whose token this is, or a hashtag."""

    kind: ClassVar[str] = "mastodon"
    title: ClassVar[str] = "Mastodon"
    platform: ClassVar[str] = "mastodon"
    interval: ClassVar[int] = 60
    allowance: ClassVar[Allowance | None] = Allowance(300, 300)
    backfills: ClassVar[bool] = True
    acts: ClassVar[tuple[Act, ...]] = ACTS
    longest: ClassVar[int | None] = LONGEST
    counting: ClassVar[str] = "mastodon"
    idempotent: ClassVar[bool] = True
    settings: ClassVar[dict[str, Option]] = {
        "hashtag": Option("watch this hashtag in place of mentions; works without a key"),
        "longest": Option("characters of a reply, where the instance has its own limit"),
        "stream": STREAM,
        "backfill": BACKFILL,
        "base_url": Option("address of the instance", default=HOST),
        "instance": Option("the same as base_url; a bare host name will do"),
    }
    secrets: ClassVar[dict[str, Option]] = {
        "access_token": Option(
            "access token with read:notifications, read:statuses and read:accounts; for replies "
            "also write:statuses, for likes write:favourites; a hashtag mostly needs none"
        ),
    }

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._secrets = secrets_of(config)
        self._wire = OpenWire()
        address = _address(config.settings)
        self._client = client_of(address, self._secrets.get("access_token"), self._wire)
        self._name = f"Mastodon at {urlsplit(_address(config.settings)).hostname}"
        self._hashtag = config.get("hashtag").strip().lstrip("#")

    @classmethod
    def problem(cls, settings: Mapping[str, str], secrets: Mapping[str, str]) -> str | None:
        """What is wrong with a combination of settings and keys."""
        tag = (settings.get("hashtag") or "").strip().lstrip("#")
        if not tag and not secrets.get("access_token"):
            return "Mastodon needs something to watch: a hashtag, or an access_token for mentions"
        if tag and not re.fullmatch(r"\w+", tag):
            return "hashtag is one word of letters, digits and _"
        return address_problem({"base_url": _address(settings)}) or number_problem(
            settings, "longest", 1, 100_000
        )

    def fetch(self, cursor: Cursor) -> Page:
        """One page of mentions, or of the hashtag."""
        with self._failing():
            account = cursor.get("account") or self._account()
            records = self._records(min_id=cursor.get("min_id"))
            threads = Threads(cursor.get("roots"), self._look_up)
            posts, rejected = self._read(records, threads, account)
            newest = _newest([cursor.get("min_id"), *(part(found, "id") for found in records)])
            # An instance that ignores min_id gives the same page again and again.
            onward = bool(cursor.get("min_id")) and newest != cursor.get("min_id")
            after = {"account": account, "min_id": newest, "roots": threads.remembered()}
            kept = {name: value for name, value in after.items() if value}
            return Page(tuple(posts), kept, onward, tuple(rejected))

    def fetch_back(self, cursor: Cursor, until: datetime) -> Page:
        """One page of earlier ones, by `max_id`."""
        with self._failing():
            account = cursor.get("account") or self._account()
            records = self._records(max_id=cursor.get("max_id"))
            threads = Threads(cursor.get("roots"), self._look_up)
            posts, rejected = self._read(records, threads, account)
            # Each list comes newest first, so its last record leads on.
            oldest = identifier(part(records[-1], "id")) if records else None
            times = [moment(part(status_of(record), "created_at")) for record in records]
            early = any(written and written < until for written in times)
            after = {"account": account, "max_id": oldest, "roots": threads.remembered()}
            onward = bool(oldest) and oldest != cursor.get("max_id") and not early
            kept = {name: value for name, value in after.items() if value}
            return Page(tuple(posts), kept, onward, tuple(rejected))

    def check(self) -> str:
        """Ask for what a pull asks for."""
        with self._failing():
            account = self._account()
            self._records()
        if self._hashtag:
            return f"{self._name} shows #{self._hashtag}"
        return f"{self._name} shows the mentions of @{part(account, 'acct') or 'this account'}"

    def read_delivery(self, body: bytes, headers: Mapping[str, str]) -> Delivered:
        """An event of the line."""
        return read_event(body)

    def line(self) -> Line | None:
        """The stream of the mentions, or of the hashtag."""
        if self.config.get("stream") != "yes":
            return None
        return MastodonLine(
            self._client,
            self._wire,
            hashtag=self._hashtag,
            account=self._account,
            look_up=self._look_up,
            failing=self._failing,
        )

    def ability(self) -> Ability:
        """Everything with a token, nothing without one."""
        if not self._client.access_token:
            return Ability()
        return Ability(ACTS, int(self.config.get("longest") or LONGEST), self.counting)

    def send(self, sending: Sending) -> Sent:
        """One act; a reply that was asked for long ago is looked for first."""
        with self._acting(sending.act):
            found = self._found(sending) if is_late(sending) else None
            return found or carry_out(self._client, self._wire, sending)

    def find_sent(self, sending: Sending) -> Sent | None:
        """Our answer among the newest statuses of our account."""
        with self._acting(sending.act):
            return self._found(sending)

    def _found(self, sending: Sending) -> Sent | None:
        return find(self._client, self._wire, self._account().get("id"), sending)

    def _account(self) -> dict[str, str]:
        """Whose token it is, to tell own posts; {} where the token may not say or there is none."""
        if not self._client.access_token:
            return {}
        try:
            found = self._client.account_verify_credentials()
        except MastodonAPIError:
            if self._wire.status in (403, 404):  # a token for notifications only is enough
                return {}
            raise
        named = {name: identifier(part(found, name)) for name in ("id", "acct")}
        return {name: value for name, value in named.items() if value}

    def _read(self, records: list[Any], threads: Threads, account: Any) -> Any:
        return each(
            reversed(records),  # oldest first, so that answers find what they answer
            lambda record: post_of(status_of(record), threads, part(account, "id")),
        )

    def _records(self, **where: str | None) -> list[Any]:
        if self._hashtag:
            tag = quote(self._hashtag, safe="")
            answer = self._client.timeline_hashtag(tag, limit=LIMIT, **where)
        else:
            answer = self._client.notifications(types=["mention"], limit=LIMIT, **where)
        # Mastodon.py makes a list of an object too, so the answer itself is looked at.
        if not self._wire.body.lstrip().startswith(b"[") or not isinstance(answer, list):
            raise unreadable(self._name, self._wire, "no list in it")
        return list(answer)

    def _look_up(self, status_id: str) -> Record | None:
        """A status that is answered; None where it cannot be had, which is no failure."""
        try:
            return mapping(self._client.status(status_id))
        except MastodonNotFoundError:
            return None

    def _failing(self) -> AbstractContextManager[None]:
        problem = self.problem(self.config.settings, self._secrets)
        return failing(self._name, self._wire, self._reading, problem)

    def _acting(self, act: Act) -> AbstractContextManager[None]:
        problem = self.problem(self.config.settings, self._secrets)
        if not self._client.access_token:
            problem = f"to write at {self._name} the channel needs an access_token"
        return failing(self._name, self._wire, lambda error: self._reading(error, act), problem)

    def _reading(self, error: Exception, act: Act | None = None) -> SourceError | None:
        if isinstance(error, MastodonRatelimitError) and self._wire.status == 429:
            reset = self._client.ratelimit_reset
            at = datetime.fromtimestamp(reset, UTC) if reset else None
            return throttled(self._name, self._wire, at if at and at > now() else None)
        if isinstance(error, MastodonNetworkError):
            return common(self._name, self._wire, error.__context__ or error)
        if not 400 <= self._wire.status < 500:
            return None
        if act is None:
            return self._refused()
        return refusal(told(self._wire), self._wire.status, self._name, self._quoted, act)

    def _quoted(self, message: object) -> str:
        return quoted(message, self._secrets.values())

    def _refused(self) -> SourceError | None:
        """A 4xx as the instance explains it; None for a web page, which no Mastodon writes."""
        status = self._wire.status
        body = told(self._wire)
        if body is None:
            return None
        why = self._quoted(part(body, "error")) or f"status {status}"
        what = f"#{self._hashtag}" if self._hashtag else "mentions"
        if status in (401, 403, 422) and not self._client.access_token:
            return Refused(f"{self._name} shows {what} only with a login: give an access_token")
        if status == 401:
            return Refused(f"{self._name} does not accept the access_token: {why}")
        if status == 403:
            scope = "read:statuses" if self._hashtag else "read:notifications"
            return Refused(f"{self._name} refuses: {why} (the token needs the scope {scope})")
        if status in (404, 410):
            return Refused(f"{self._name} does not have {what}: {why}; is base_url an instance?")
        return Refused(f"{self._name} does not accept the request: {why}")


def _address(settings: Mapping[str, str]) -> str:
    """The instance's address, from base_url or from a bare host name."""
    given = (settings.get("base_url") or settings.get("instance") or HOST).strip()
    return given if "://" in given else f"https://{given}"


def _newest(ids: list[Any]) -> str | None:
    """The newest of the ids: the longest, and of those the last; so numbers and ULIDs compare."""
    found = [each_id for each_id in map(identifier, ids) if each_id]
    return max(found, key=lambda each_id: (len(each_id), each_id), default=None)
