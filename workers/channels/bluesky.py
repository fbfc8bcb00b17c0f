"""Bluesky: who mentions, answers or quotes an account, through its notifications."""

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, ClassVar

from triage.vocabulary import Act
from workers.channels import bluesky_replies
from workers.channels.asking import list_in
from workers.channels.base import (
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
from workers.channels.bluesky_client import CLOSED, Account, error_of
from workers.channels.bluesky_posts import asked_for, parents_of, post_of, sign, texts_of
from workers.channels.bluesky_stream import JETSTREAM, JetstreamLine, read_event
from workers.channels.failing import Reading, failing, key_problem, quoted, secrets_of
from workers.channels.http import Wire, now
from workers.channels.lines import Line
from workers.channels.newest import Listing
from workers.channels.records import each, part
from workers.channels.settings import (
    OWN_IDS,
    STREAM,
    address_problem,
    number_problem,
    own_names,
)

HOST = "https://bsky.social"
REASONS = ("mention", "reply", "quote")
LIMIT = 100
POSTS_AT_ONCE = 25
LOOKUP_SECONDS = 10.0
"""How long looking up what is answered may take, per page."""


class BlueskySource(Source):
    """What an account is notified of."""

    kind: ClassVar[str] = "bluesky"
    title: ClassVar[str] = "Bluesky"
    platform: ClassVar[str] = "bluesky"
    allowance: ClassVar[Allowance | None] = Allowance(3_000, 300)
    limited_by: ClassVar[tuple[str, ...]] = ("app_password",)
    interval: ClassVar[int] = 60
    acts: ClassVar[tuple[Act, ...]] = bluesky_replies.ACTS
    longest: ClassVar[int | None] = bluesky_replies.LONGEST
    counting: ClassVar[str] = "graphemes"
    idempotent: ClassVar[bool] = True
    settings: ClassVar[dict[str, Option]] = {
        "handle": Option("name of the account, like acme.bsky.social", required=True),
        "reasons": Option("what to watch, of mention, reply, quote", default=",".join(REASONS)),
        "own_ids": OWN_IDS,
        "lookback_hours": Option("how far the first pull reaches back", default="24"),
        "stream": STREAM,
        "words": Option("with stream: keep every public post with one of these, with commas"),
        "jetstream_url": Option("with stream: where new posts are told", default=JETSTREAM),
        "base_url": Option("address of the account's server", default=HOST),
    }
    secrets: ClassVar[dict[str, Option]] = {
        "app_password": Option(
            "an app password of the account (Settings, Privacy and security, App passwords); "
            "the account's own password is not needed",
            required=True,
        ),
    }

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._secrets = secrets_of(config)
        self._wire = Wire(config.get("base_url", HOST))
        self._account = Account(
            _handle(config.settings), self._secrets.get("app_password", ""), self._wire
        )

    @classmethod
    def problem(cls, settings: Mapping[str, str], secrets: Mapping[str, str]) -> str | None:
        """What is wrong with a combination of settings and keys."""
        handle = _handle(settings)
        if not handle or not secrets.get("app_password"):
            return "Bluesky needs the account's handle and an app_password of it"
        if "." not in handle and not handle.startswith("did:"):
            return f"handle is {handle[:60]!r}; it must be a whole name like acme.bsky.social"
        unknown = _reasons(settings) - {*REASONS}
        if unknown or not _reasons(settings):
            return f"reasons are some of {', '.join(REASONS)}, separated by commas"
        return (
            key_problem("Bluesky", [secrets.get("app_password")])
            or number_problem(settings, "lookback_hours", 1, 24 * 90)
            or address_problem(settings)
            or address_problem(settings, "jetstream_url", schemes=("ws", "wss"))
            or _stream_problem(settings)
        )

    def fetch(self, cursor: Cursor) -> Page:
        """One page of notifications, newest first."""
        with self._failing():
            hours = timedelta(hours=float(self.config.get("lookback_hours", "24")))
            listing = Listing(cursor.get("notifications"), at=now(), lookback=hours)
            try:
                answer = self._notifications(listing.next, limit=LIMIT)
            except Exception:
                # A page token may have run out; a session that is over was renewed in `ask`.
                if self._wire.status != 400 or not listing.begin_again():
                    raise
                return Page((), {"notifications": listing.state()})
            found = asked_for(self._listed(answer), _reasons(self.config.settings))
            changed = listing.read(found, part(answer, "cursor"), sign)
            parents = self._parents(changed)
            own = own_names(self.config) | {(self._account.did or "").casefold()}
            posts, rejected = each(changed, lambda record: post_of(record, parents, own))
            after = {"notifications": listing.state()}
            return Page(tuple(posts), after, listing.more, tuple(rejected))

    def check(self) -> str:
        """Ask for the smallest page there is, as a pull would."""
        with self._failing():
            self._listed(self._notifications(None, limit=1))
        return f"Bluesky shows the notifications of @{_handle(self.config.settings)}"

    def read_delivery(self, body: bytes, headers: Mapping[str, str]) -> Delivered:
        """A post that came over the line."""
        return read_event(body, own_names(self.config))

    def line(self) -> Line | None:
        """Every new post of the network, of which those with our words are kept."""
        if self.config.get("stream") != "yes":
            return None
        return JetstreamLine(
            self.config.get("jetstream_url", JETSTREAM),
            listed=self.config.get("words"),
            own=self._own_did,
            parents=lambda record: self._parents([{"record": record}]),
        )

    def _own_did(self) -> str:
        with self._failing():
            return self._account.own_did()

    def send(self, sending: Sending) -> Sent:
        """A post of ours, a like, a reply hidden in a conversation of ours, or deleting our own."""
        with self._failing(self._unsent):
            return bluesky_replies.carry_out(self._account, sending)

    def find_sent(self, sending: Sending) -> Sent | None:
        """Our post under the key that `sending` gives it."""
        with self._failing():
            return bluesky_replies.find(self._account, sending)

    def _notifications(self, token: str | None, *, limit: int) -> Any:
        reasons = sorted(_reasons(self.config.settings))
        return self._account.notifications(token, reasons, limit=limit)

    def _listed(self, answer: Any) -> list[Any]:
        return list_in(answer, "notifications", name="Bluesky", wire=self._wire)

    def _parents(self, records: list[Any]) -> dict[str, str]:
        """The texts of what is answered or quoted, as far as they can be had."""
        uris = parents_of(records)
        texts: dict[str, str] = {}
        until = time.monotonic() + LOOKUP_SECONDS
        for start in range(0, len(uris), POSTS_AT_ONCE):
            if time.monotonic() > until:
                break
            try:
                answer = self._account.posts(uris[start : start + POSTS_AT_ONCE])
            except Exception:
                break  # the context is a nicety; do not wait for it again and again
            texts |= texts_of(part(answer, "posts"))
        return texts

    def _failing(self, reading: Reading | None = None) -> AbstractContextManager[None]:
        problem = self.problem(self.config.settings, self._secrets)
        return failing("Bluesky", self._wire, reading or self._reading, problem)

    def _unsent(self, error: Exception) -> SourceError | None:
        secrets = [*self._secrets.values()]
        return bluesky_replies.refusal(self._account, self._wire, secrets) or self._reading(error)

    def _reading(self, _error: Exception) -> SourceError | None:
        """A 4xx as the server explains it; None for what no server of atproto writes."""
        named, said = error_of(self._wire)
        if not 400 <= self._wire.status < 500 or self._wire.status == 429 or named is None:
            return None
        why = quoted(f"{named}: {said}" if said else named, self._secrets.values())
        if named == "AuthFactorTokenRequired":
            return Refused("Bluesky asks for a code by e-mail: give an app_password in its place")
        if self._account.signing_in and named in ("AuthenticationRequired", "InvalidToken"):
            return Refused(
                "Bluesky does not accept the handle with this app_password; make a new one in its "
                "Settings, Privacy and security, App passwords"
            )
        if named in CLOSED:
            return Refused(f"the account at Bluesky is closed: {why}")
        if self._wire.status in (401, 403):
            return Refused(f"Bluesky does not let this app_password read notifications: {why}")
        if self._wire.status == 404:
            return Refused(f"there is no such call at base_url: {why}; is it a server of atproto?")
        return Refused(f"Bluesky does not accept the request: {why}")


def _stream_problem(settings: Mapping[str, str]) -> str | None:
    words = [word for word in (settings.get("words") or "").split(",") if word.strip()]
    if settings.get("stream") == "yes" and not words:
        return "stream needs words: which public posts are to be kept"
    if words and min(len(word.strip()) for word in words) < 3:
        return "each of the words has three letters at least, or half the network would be kept"
    return None


def _handle(settings: Mapping[str, str]) -> str:
    return (settings.get("handle") or "").strip().lstrip("@").lower()


def _reasons(settings: Mapping[str, str]) -> frozenset[str]:
    given = (settings.get("reasons") or ",".join(REASONS)).split(",")
    return frozenset(reason.strip().lower() for reason in given if reason.strip())
