"""Mastodon: who mentions an account, or a hashtag, on one instance.

`min_id` pages forward without gaps; the first pull takes the newest page only, so that a channel
does not begin with years of history.
"""

import json
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

import mastodon
import requests

from triage.posts import read_time
from workers.channels.base import (
    READ_SECONDS,
    Config,
    Cursor,
    Option,
    Page,
    Refused,
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
from workers.channels.http import Wire, now, session
from workers.channels.mastodon_posts import Threads, post_of, status_of
from workers.channels.records import Record, each, identifier, mapping, part
from workers.channels.settings import address_problem

HOST = "https://mastodon.social"
LIMIT = 40


class _Client(mastodon.Mastodon):
    def timeline_is_available(self, *_: Any, **__: Any) -> bool:
        """Without asking the instance before every timeline: the timeline itself will tell."""
        return True


class MastodonSource(Source):
    """The mentions of the account whose token this is, or a hashtag."""

    kind: ClassVar[str] = "mastodon"
    title: ClassVar[str] = "Mastodon"
    platform: ClassVar[str] = "mastodon"
    interval: ClassVar[int] = 60
    settings: ClassVar[dict[str, Option]] = {
        "hashtag": Option("watch this hashtag in place of mentions; works without a key"),
        "base_url": Option("address of the instance", default=HOST),
        "instance": Option("the same as base_url; a bare host name will do"),
    }
    secrets: ClassVar[dict[str, Option]] = {
        "access_token": Option(
            "access token with read:notifications, read:statuses and read:accounts; "
            "for a hashtag only where the instance asks for a login"
        ),
    }

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._secrets = secrets_of(config)
        self._wire = Wire()
        self._client = _Client(
            api_base_url=_address(config.settings),
            ratelimit_method="throw",  # the default sleeps
            request_timeout=READ_SECONDS,
            version_check_mode="none",
            session=_session(self._wire),
        )
        # Not handed to the constructor, which would open a file of that name.
        self._client.access_token = self._secrets.get("access_token")
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
        return address_problem({"base_url": _address(settings)})

    def fetch(self, cursor: Cursor) -> Page:
        """One page of mentions, or of the hashtag."""
        with self._failing():
            account = cursor.get("account") or self._account()
            records = self._records(cursor.get("min_id"))
            threads = Threads(cursor.get("roots"), self._look_up)
            posts, rejected = each(
                reversed(records),  # oldest first, so that answers find what they answer
                lambda record: post_of(status_of(record), threads, part(account, "id")),
            )
            newest = _newest([cursor.get("min_id"), *(part(found, "id") for found in records)])
            # An instance that ignores min_id gives the same page again and again.
            onward = bool(cursor.get("min_id")) and newest != cursor.get("min_id")
            after = {"account": account, "min_id": newest, "roots": threads.remembered()}
            kept = {name: value for name, value in after.items() if value}
            return Page(tuple(posts), kept, onward, tuple(rejected))

    def check(self) -> str:
        """Ask for what a pull asks for."""
        with self._failing():
            account = self._account()
            self._records(None)
        if self._hashtag:
            return f"{self._name} shows #{self._hashtag}"
        return f"{self._name} shows the mentions of @{part(account, 'acct') or 'this account'}"

    def _account(self) -> dict[str, str]:
        """Whose token it is, to tell own posts; {} where the token may not say or there is none."""
        if not self._client.access_token:
            return {}
        try:
            found = self._client.account_verify_credentials()
        except mastodon.MastodonAPIError:
            if self._wire.status in (403, 404):  # a token for notifications only is enough
                return {}
            raise
        named = {name: identifier(part(found, name)) for name in ("id", "acct")}
        return {name: value for name, value in named.items() if value}

    def _records(self, min_id: str | None) -> list[Any]:
        if self._hashtag:
            tag = quote(self._hashtag, safe="")
            answer = self._client.timeline_hashtag(tag, min_id=min_id, limit=LIMIT)
        else:
            answer = self._client.notifications(types=["mention"], min_id=min_id, limit=LIMIT)
        # Mastodon.py makes a list of an object too, so the answer itself is looked at.
        if not self._wire.body.lstrip().startswith(b"[") or not isinstance(answer, list):
            raise unreadable(self._name, self._wire, "no list in it")
        return list(answer)

    def _look_up(self, status_id: str) -> Record | None:
        """A status that is answered; None where it cannot be had, which is no failure."""
        try:
            return mapping(self._client.status(status_id))
        except mastodon.MastodonNotFoundError:
            return None

    def _failing(self) -> AbstractContextManager[None]:
        problem = self.problem(self.config.settings, self._secrets)
        return failing(self._name, self._wire, self._reading, problem)

    def _reading(self, error: Exception) -> SourceError | None:
        if isinstance(error, mastodon.MastodonRatelimitError) and self._wire.status == 429:
            reset = self._client.ratelimit_reset
            at = datetime.fromtimestamp(reset, UTC) if reset else None
            return throttled(self._name, self._wire, at if at and at > now() else None)
        if isinstance(error, mastodon.MastodonNetworkError):
            return common(self._name, self._wire, error.__context__ or error)
        return self._refused() if 400 <= self._wire.status < 500 else None

    def _refused(self) -> SourceError | None:
        """A 4xx as the instance explains it; None for a web page, which no Mastodon writes."""
        status = self._wire.status
        try:
            said = part(json.loads(self._wire.body), "error")
        except ValueError:
            return None
        why = quoted(said, self._secrets.values()) or f"status {status}"
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


def _session(wire: Wire) -> requests.Session:
    made = session(wire)
    made.hooks["response"].append(_without_bad_dates)
    return made


def _without_bad_dates(response: requests.Response, **_: Any) -> None:
    """Mastodon.py gives up a good answer over a date in its headers that it cannot read."""
    reset, date = (response.headers.get(name, "") for name in ("x-ratelimit-reset", "date"))
    try:
        bad = date.count(",") > 1 or (date and not parsedate_to_datetime(date))
    except ValueError:
        bad = True
    if bad:
        response.headers.pop("date")
    if reset and not (reset.isdigit() or read_time(reset)):
        response.headers.pop("x-ratelimit-reset")
