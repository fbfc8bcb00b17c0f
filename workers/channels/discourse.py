"""Discourse: everything that is posted in the public part of a forum, mostly the company's own.

The newest fifty posts come first. They are looked at in every round, so that edits of recent
posts are seen; from there a round goes back to what the round before knew. The first pull takes
the newest page only, so that a channel does not begin with years of history.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from triage.vocabulary import Act
from workers.channels import discourse_replies
from workers.channels.asking import BadStatus, ask, list_in, tell, told
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
from workers.channels.discourse_posts import Answers, is_foreign, post_of, state_of, told_of
from workers.channels.discourse_replies import Forum
from workers.channels.events import delivered, loaded, records_in
from workers.channels.failing import Reading, failing, quoted, secrets_of, throttled
from workers.channels.http import Wire, now, retry_time, session
from workers.channels.newest import Listing, Sign
from workers.channels.records import Record, each, identifier, mapping, moment, part
from workers.channels.settings import BACKFILL, OWN_IDS, address_problem, is_own, own_names

STEP = 50
"""Posts of a page. Older forums count in ids in place of posts, so that a page may be empty."""
SYSTEM = "-1"
"""The user id under which Discourse itself posts."""


class DiscourseSource(Source):
    """The posts of one forum."""

    kind: ClassVar[str] = "discourse"
    title: ClassVar[str] = "Discourse forum"
    platform: ClassVar[str] = "discourse"
    community: ClassVar[bool] = True
    hook: ClassVar[str | None] = "discourse"
    interval: ClassVar[int] = 60
    allowance: ClassVar[Allowance | None] = Allowance(60, 60)
    limited_by: ClassVar[tuple[str, ...]] = ("api_key",)
    backfills: ClassVar[bool] = True
    acts: ClassVar[tuple[Act, ...]] = discourse_replies.ACTS
    longest: ClassVar[int | None] = discourse_replies.LONGEST
    settings: ClassVar[dict[str, Option]] = {
        "base_url": Option("address of the forum", required=True),
        "api_username": Option(
            "user of the key, in whose name replies are posted; system reads everything",
            default="system",
        ),
        "backfill": BACKFILL,
        "own_ids": OWN_IDS,
        "staff": Option(
            "ours: posts of admins and moderators are context; theirs: they are work",
            default="theirs",
            choices=(
                "ours",
                "theirs",
            ),
        ),
    }
    secrets: ClassVar[dict[str, Option]] = {
        "api_key": Option(
            "API key with the scope posts: list, or a global one that only reads; "
            "a forum that shows itself to everybody needs none; "
            "to reply, a global one that may write"
        ),
        "webhook_secret": Option("secret of the webhook, as typed in the forum's admin pages"),
    }

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._secrets = secrets_of(config)
        self._site = config.get("base_url").strip().rstrip("/")
        self._wire = Wire()
        self._session = session(self._wire)
        self._name = f"Discourse at {_host(self._site)}"
        self._own = own_names(config)
        key = self._secrets.get("api_key")
        user = config.get("api_username", "system")
        self._headers = {"Api-Key": key, "Api-Username": user} if key else {}

    @classmethod
    def problem(cls, settings: Mapping[str, str], secrets: Mapping[str, str]) -> str | None:
        """What is wrong with a combination of settings and keys."""
        if not settings.get("base_url"):
            return "Discourse needs base_url, the address of the forum"
        return address_problem(settings)

    def fetch(self, cursor: Cursor) -> Page:
        """The newest posts, or older ones on the way back to what is known."""
        with self._failing():
            stand = Listing(cursor, at=now(), lookback=timedelta(0))
            records = self._records(stand.next)
            answers = Answers(records, self._look_up)
            fresh = stand.read(records, _older(stand, records), _sign)
            posts, rejected = self._read(fresh, answers)
            return Page(tuple(posts), stand.state(), stand.more, tuple(rejected))

    def fetch_back(self, cursor: Cursor, until: datetime) -> Page:
        """One page of earlier posts, by their ids."""
        with self._failing():
            before = _number(cursor.get("before"))
            records = self._records(str(before) if before else None)
            posts, rejected = self._read(records, Answers(records, self._look_up))
            oldest = _oldest(records, before)
            times = [moment(part(record, "created_at")) for record in records]
            early = any(written and written < until for written in times)
            return Page(tuple(posts), {"before": oldest}, oldest > 1 and not early, tuple(rejected))

    def read_delivery(self, body: bytes, headers: Mapping[str, str]) -> Delivered:
        """The post that an event is about; pings, topics and users are none of ours."""
        event = headers.get("x-discourse-event") or ""
        records = records_in(loaded(body), "post")
        return delivered(
            records, lambda record: told_of(mapping(record), event, self._site, self._is_own)
        )

    def check(self) -> str:
        """Ask for what a pull asks for."""
        with self._failing():
            found = len(self._records(None))
        who = f"to {self._headers['Api-Username']}" if self._headers else "to everybody"
        return f"{self._name} shows its posts {who} ({found} on the newest page)"

    def ability(self) -> Ability:
        """Nothing without a key: a forum takes no posts from everybody."""
        return super().ability() if self._headers else Ability()

    def send(self, sending: Sending) -> Sent:
        """A post, a like, hiding or showing a post, or deleting our own."""
        with self._failing(lambda error: self._unsent(error, sending.act)):
            self._needs_key()
            return discourse_replies.carry_out(self._forum(), sending)

    def find_sent(self, sending: Sending) -> Sent | None:
        """Our post in the topic, by its words."""
        with self._failing():
            self._needs_key()
            return discourse_replies.find(self._forum(), sending)

    def _forum(self) -> Forum:
        secrets = tuple(self._secrets.values())
        return Forum(self._name, self._site, self._do, self._wire, secrets)

    def _needs_key(self) -> None:
        if not self._headers:
            raise Refused(f"{self._name} takes posts only with an api_key: give one that may write")

    def _do(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        return tell(self._session, method, self._site + path, body=body, headers=self._headers)

    def _read(self, records: list[Any], answers: Answers) -> Any:
        return each(
            [record for record in reversed(records) if not is_foreign(record)],
            lambda record: post_of(record, answers, self._site, self._is_own),
        )

    def _records(self, before: str | None) -> list[Any]:
        params = {"before": before} if before else None
        answer = self._ask("/posts.json", params)
        return list_in(answer, "latest_posts", name=self._name, wire=self._wire)

    def _look_up(self, topic: str, number: str) -> Record | None:
        """A post that is answered; None where it is gone, which is no failure."""
        try:
            return mapping(self._ask(f"/posts/by_number/{topic}/{number}.json"))
        except BadStatus:
            if self._wire.status not in (403, 404, 410):
                raise
            return None

    def _ask(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        return ask(self._session, self._site + path, params=params, headers=self._headers)

    def _is_own(self, record: Record) -> bool:
        user_id = identifier(record.get("user_id"))
        staff = any(record.get(name) is True for name in ("admin", "moderator"))
        return (
            user_id == SYSTEM
            or (bool(self._headers) and record.get("yours") is True)
            or (staff and self.config.get("staff") == "ours")
            or is_own(self._own, user_id, identifier(record.get("username")))
        )

    def _failing(self, reading: Reading | None = None) -> AbstractContextManager[None]:
        problem = self.problem(self.config.settings, self._secrets)
        return failing(self._name, self._wire, reading or self._reading, problem)

    def _unsent(self, error: Exception, act: Act) -> SourceError | None:
        if not isinstance(error, BadStatus):
            return None
        return discourse_replies.refusal(self._forum(), act) or self._reading(error)

    def _reading(self, error: Exception) -> SourceError | None:
        status, body = self._wire.status, told(self._wire)
        if not isinstance(error, BadStatus) or not isinstance(body, dict) or status >= 500:
            return None
        if status == 429:
            seconds = part(body, "extras", "wait_seconds")
            waits = timedelta(seconds=seconds) if isinstance(seconds, int | float) else None
            said = retry_time(self._wire.headers, now())
            return throttled(self._name, self._wire, said or (now() + waits if waits else None))
        return self._refused(status, body)

    def _refused(self, status: int, body: Mapping[str, Any]) -> Refused:
        errors = body.get("errors")
        first = errors[0] if isinstance(errors, list) and errors else body.get("error")
        why = quoted(first, self._secrets.values()) or f"status {status}"
        if status in (401, 403) and not self._headers:
            return Refused(f"{self._name} shows its posts only with a login: give an api_key")
        if status in (401, 403):
            return Refused(
                f"{self._name} does not accept the api_key: {why} "
                "(it needs the scope posts: list, and api_username must be a user it is made for)"
            )
        if status in (404, 410):
            return Refused(f"{self._name} has no /posts.json: {why}; is base_url the forum?")
        return Refused(f"{self._name} does not accept the request: {why}")


def _older(stand: Listing, records: list[Any]) -> str | None:
    """Before which id the next page lies; None in a first pull, or where all below is known.

    Older forums take `before` as a window of `STEP` ids, the named one in it, so that a page may
    be empty, or hold nothing but what came before.
    """
    known = max((_number(each_id) for each_id in stand.known), default=0)
    oldest = _oldest(records, _number(stand.next))
    return str(oldest) if known and oldest > known else None


def _oldest(records: list[Any], before: int) -> int:
    """From which id on the next page goes; below that of this page, `before`, if it had one."""
    ids = [number for record in records if (number := _number(part(record, "id")))]
    oldest = min(ids, default=before)
    return before - STEP if before and oldest >= before else oldest


def _number(value: Any) -> int:
    """An id as a number, 0 for anything else."""
    found = identifier(value) or ""
    return int(found[:18]) if found.isascii() and found.isdigit() else 0


def _sign(record: Any) -> Sign:
    return identifier(part(record, "id")), state_of(record), moment(part(record, "created_at"))


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or "?"
    except ValueError:
        return "?"
