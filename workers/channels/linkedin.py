"""LinkedIn: comments on an organization's posts, and posts that mention it.

Read from the documentation and from code of others; no live answer of the notifications was seen.
[?] marks what is not proven: whether notifications come newest first (so every page of the window
is read), what they hold besides the text, and how long a version is answered.
"""

import re
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, ClassVar

from triage.vocabulary import Act
from workers.channels import linkedin_replies
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
    Throttled,
)
from workers.channels.events import delivered, loaded, records_in
from workers.channels.failing import Reading, failing, key_problem, quoted, secrets_of
from workers.channels.http import Wire, now
from workers.channels.linkedin_client import HOST, LIMIT, LinkedIn, error_of, introspect, renewed
from workers.channels.linkedin_posts import (
    Above,
    above_of,
    commented,
    notified,
    sign,
    told,
    unknown_shares,
    without_text,
)
from workers.channels.newest import OVERLAP, Listing
from workers.channels.records import Record, each, mapping, moment, part, words
from workers.channels.settings import (
    OWN_IDS,
    address_problem,
    number_problem,
    own_names,
)

VERSION = "202606"
"""[?] A version is answered for at least twelve months from its month on."""
ACTIONS = "COMMENT,COMMENT_EDIT,COMMENT_DELETE,ADMIN_COMMENT,SHARE_MENTION"
KNOWN = 500
COMMENT_PAGES = 5
LOOKUPS = 10
LOOKUP_SECONDS = 20.0
"""How many posts that mention us are looked up per page, each a call, and how long it may take."""
ENDED = {
    "EXPIRED_ACCESS_TOKEN": "it has expired, as all do after 60 days; give a new one",
    "REVOKED_ACCESS_TOKEN": "its person has revoked it; give a new one",
}
NEEDS = {
    "notifications": "rw_organization_admin, of an administrator of the page",
    "comments": "r_organization_social",
    "posts": "r_organization_social",
    "writing": linkedin_replies.SCOPE,
}


class LinkedInSource(Source):
    """What an organization is notified of."""

    kind: ClassVar[str] = "linkedin"
    title: ClassVar[str] = "LinkedIn page"
    platform: ClassVar[str] = "linkedin"
    hook: ClassVar[str | None] = "linkedin"
    allowance: ClassVar[Allowance | None] = Allowance(None, 86_400)
    limited_by: ClassVar[tuple[str, ...]] = ("access_token",)
    interval: ClassVar[int] = 300
    acts: ClassVar[tuple[Act, ...]] = linkedin_replies.ACTS
    longest: ClassVar[int | None] = linkedin_replies.LONGEST
    settings: ClassVar[dict[str, Option]] = {
        "organization": Option("number of the page, or urn:li:organization:…", required=True),
        "actions": Option("kinds of notification, separated by commas", default=ACTIONS),
        "version": Option("version of the API, YYYYMM; each is answered a year", default=VERSION),
        "own_ids": OWN_IDS,
        "lookback_days": Option("how far the first pull reaches back, 1 to 60", default="7"),
        "base_url": Option("address of the API", default=HOST),
    }
    secrets: ClassVar[dict[str, Option]] = {
        "access_token": Option(
            "OAuth token of a page administrator with rw_organization_admin and "
            "r_organization_social (LinkedIn must have approved the app)",
            required=True,
        ),
        "client_id": Option("id of the app; with client_secret it tells when the token ends"),
        "client_secret": Option("secret of the app; signs webhooks"),
        "refresh_token": Option("with client_id and client_secret it renews the access_token"),
    }

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._secrets = secrets_of(config)
        self._wire = Wire(config.get("base_url", HOST))
        self._aside = Wire(config.get("base_url") or None)  # tokens are asked about at another host
        self._version = config.get("version", VERSION).strip()
        token = self._secrets.get("access_token", "")
        self._linkedin = LinkedIn(token, version=self._version, wire=self._wire)
        self._organization = _organization(config.settings)
        self._own = own_names(config) | {self._organization.casefold()}

    @classmethod
    def problem(cls, settings: Mapping[str, str], secrets: Mapping[str, str]) -> str | None:
        """What is wrong with a combination of settings and keys."""
        if not secrets.get("access_token"):
            return "LinkedIn needs a key: access_token, of an administrator of the page"
        if not re.fullmatch(r"urn:li:organization(Brand)?:\d+", _organization(settings)):
            return "organization is the number of the page, or urn:li:organization: and the number"
        if not re.fullmatch(r"20\d\d(0[1-9]|1[0-2])(\.\d\d)?", settings.get("version") or VERSION):
            return f"version is a year and a month, like {VERSION}"
        if not re.fullmatch(r"[A-Z_]+( *, *[A-Z_]+)*", settings.get("actions") or ACTIONS):
            return f"actions are some of {ACTIONS}, separated by commas"
        return (
            key_problem("LinkedIn", [secrets.get("access_token")])
            or number_problem(settings, "lookback_days", 1, 60)
            or address_problem(settings)
        )

    def fetch(self, cursor: Cursor) -> Page:
        """One page of notifications, or of the comments on a post they tell of."""
        with self._failing():
            if cursor.get("todo"):
                return self._comments_page(cursor)
            return self._notifications_page(cursor)

    def read_delivery(self, body: bytes, headers: Mapping[str, str]) -> Delivered:
        """The notifications of a delivery."""
        records = records_in(loaded(body), "notifications")
        return delivered(records, lambda record: told(mapping(record), self._own))

    def expires(self) -> datetime | None:
        """When the token ends, if the app's client_id and client_secret may ask."""
        with self._failing():
            return moment(part(self._token(), "expires_at"))

    def renew(self) -> dict[str, str]:
        """A new access token for one that has ended."""
        if self._wire.status != 401:
            return {}
        with self._failing():
            return renewed(self._secrets, self._aside)

    def check(self) -> str:
        """Ask for the smallest page there is, as a pull would, and what the token may do."""
        with self._failing():
            self._elements(self._notifications(now() - timedelta(days=1), start=0, size=1))
            scopes = words(part(self._token(), "scope"))
        shows = f"LinkedIn shows the notifications of {self._organization}"
        if scopes is None or linkedin_replies.WRITES in scopes:
            return shows
        return f"{shows}; replies need the scope {linkedin_replies.SCOPE}, which the token lacks"

    def _token(self) -> Any:
        """What LinkedIn says of the access_token; None where it does not tell."""
        names = ("client_id", "client_secret", "access_token")
        keys = {name: self._secrets.get(name, "") for name in names}
        return introspect(keys, self._aside) if all(keys.values()) else None

    def send(self, sending: Sending) -> Sent:
        """A comment of the page, its reaction, or deleting a comment of its own."""
        with self._failing(lambda error: self._unsent(error, sending.act)):
            return linkedin_replies.carry_out(
                self._linkedin, self._wire, sending, actor=self._organization
            )

    def find_sent(self, sending: Sending) -> Sent | None:
        """Our comment in the thread, by its words."""
        with self._failing():
            return linkedin_replies.find(
                self._linkedin, self._wire, sending, actor=self._organization
            )

    def _notifications_page(self, cursor: Cursor) -> Page:
        days = timedelta(days=int(self.config.get("lookback_days", "7")))
        listing = Listing(cursor.get("notifications"), at=now(), lookback=days, known=KNOWN)
        since = listing.done - OVERLAP if listing.done else now() - days
        start = int(listing.next or 0)
        answer = self._notifications(max(since, now() - timedelta(days=60)), start=start)
        records = self._elements(answer)
        onward = str(start + len(records)) if len(records) >= LIMIT else None
        changed = listing.read(records, onward, sign, deep=True)
        silent = without_text(changed)
        whole = [record for record in changed if not any(record is each for each in silent)]
        shares = self._shares(unknown_shares(whole))
        posts, rejected = each(whole, lambda r: notified(r, self._own, shares))
        above = {(found := above_of(record)).urn: found for record in silent}
        todo = [[found.urn, found.text, 0] for found in above.values()]
        after: Cursor = {"notifications": listing.state(), **({"todo": todo} if todo else {})}
        return Page(tuple(posts), after, bool(todo) or listing.more, tuple(rejected))

    def _comments_page(self, cursor: Cursor) -> Page:
        (urn, text, start), *rest = cursor["todo"]
        try:
            answer = self._linkedin.comments(urn, start=start)
        except Exception:
            if self._wire.status != 404:
                raise
            answer = {"elements": []}  # deleted since we were told of it
        records = self._elements(answer)
        above = Above(urn, text)
        posts, rejected = each(records, lambda r: commented(r, above, self._own))
        if len(records) >= LIMIT and start + LIMIT < COMMENT_PAGES * LIMIT:
            rest = [[urn, text, start + LIMIT], *rest]
        after = {name: value for name, value in {**cursor, "todo": rest}.items() if value}
        more = bool(rest or part(cursor, "notifications", "round"))
        return Page(tuple(posts), after, more, tuple(rejected))

    def _notifications(self, since: datetime, *, start: int, size: int = LIMIT) -> Any:
        return self._linkedin.notifications(
            self._organization,
            [name.strip() for name in self.config.get("actions", ACTIONS).split(",")],
            since=int(since.timestamp() * 1000),
            until=int(now().timestamp() * 1000),
            start=start,
            size=size,
        )

    def _shares(self, urns: list[str]) -> dict[str, Record]:
        """The posts that mention us, as far as they can be had."""
        found: dict[str, Record] = {}
        until = time.monotonic() + LOOKUP_SECONDS
        for urn in urns[:LOOKUPS]:
            if time.monotonic() > until:
                break
            try:
                found[urn] = self._linkedin.post(urn)
            except Exception:
                if self._wire.status not in (403, 404):
                    raise
        return found

    def _elements(self, answer: Any) -> list[Any]:
        return list_in(answer, "elements", name="LinkedIn", wire=self._wire)

    def _failing(self, reading: Reading | None = None) -> AbstractContextManager[None]:
        problem = self.problem(self.config.settings, self._secrets)
        return failing("LinkedIn", self._wire, reading or self._reading, problem)

    def _unsent(self, error: Exception, act: Act) -> SourceError | None:
        secrets = [*self._secrets.values()]
        found = linkedin_replies.refusal(self._linkedin, self._wire, act, secrets)
        return found or self._reading(error)

    def _reading(self, _error: Exception) -> SourceError | None:
        """A 4xx as LinkedIn explains it; None for what LinkedIn itself cannot have written."""
        found, status = error_of(self._wire), self._wire.status
        if not 400 <= status < 500 or found is None:
            return None
        code, message = found
        why = quoted(message or code, self._secrets.values()) or f"status {status}"
        if status == 429:
            return self._throttled(message)
        if status == 426 or "VERSION" in code:
            return Refused(
                f"LinkedIn no longer answers version {self._version}: {why}; set version"
            )
        if status == 401:
            ended = ENDED.get(code) or f"{why}; was it copied whole?"
            return Refused(f"LinkedIn does not accept the access_token: {ended}")
        if status == 403:
            needs = NEEDS[self._linkedin.step]
            return Refused(f"LinkedIn refuses the {self._linkedin.step}: {why} (needs {needs})")
        if status == 404:
            return Refused(
                f"LinkedIn does not know {self._organization}: {why}; look at organization"
            )
        return Refused(f"LinkedIn does not accept the request: {why}")

    def _throttled(self, message: str) -> Throttled | None:
        """The limit of a day counts anew at midnight UTC; other limits say nothing of their end."""
        if "DAY" not in message:
            return None
        day = (now() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return Throttled(
            f"LinkedIn's limit for the day is used up; it counts anew on {day:%Y-%m-%d}",
            retry_at=day,
        )


def _organization(settings: Mapping[str, str]) -> str:
    given = (settings.get("organization") or "").strip()
    return f"urn:li:organization:{given}" if given.isdigit() else given
