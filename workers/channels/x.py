"""X: mentions of an account, or a search, through API v2.

Pages come newest first. `since_id` stays where it was until the last page of a round is stored,
so that a crash in the middle repeats pages and loses none.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, ClassVar

from triage.vocabulary import Act
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
from workers.channels.failing import failing, quoted, secrets_of, unreadable
from workers.channels.http import Wire, now
from workers.channels.records import each, identifier, listed, part, words
from workers.channels.renewing import refreshed
from workers.channels.settings import BACKFILL, address_problem, number_problem
from workers.channels.x_answers import Includes, failure_of, post_of
from workers.channels.x_client import (
    HOST,
    USER_KEYS,
    BadRequest,
    ErrorAnswer,
    body_of,
    client_of,
)
from workers.channels.x_events import read_events
from workers.channels.x_prices import cap_problem, charge_reading
from workers.channels.x_replies import (
    ACTS,
    LONGEST,
    carry_out,
    find,
    is_duplicate,
    keys_problem,
    refusal,
)
from workers.channels.x_rounds import begun, begun_again, moved

SEARCH_DAYS = timedelta(days=7) - timedelta(minutes=5)
"""How far a recent search reaches back, less a little for clocks."""
RENEWAL = f"{HOST}/2/oauth2/token"
ASKED = {
    "tweet_fields": "created_at,author_id,conversation_id,lang,in_reply_to_user_id,"
    "referenced_tweets,public_metrics,attachments,edit_history_tweet_ids,edit_controls,"
    "note_tweet,possibly_sensitive",
    "expansions": "author_id,referenced_tweets.id,attachments.media_keys,in_reply_to_user_id",
    "user_fields": "username,name,created_at,verified,public_metrics,protected",
    "media_fields": "type,url,preview_image_url,alt_text",
}


class XSource(Source):
    """Mentions of `user_id` or `username`, or what `query` finds."""

    kind: ClassVar[str] = "x"
    title: ClassVar[str] = "X (Twitter)"
    platform: ClassVar[str] = "x"
    hook: ClassVar[str | None] = "x"
    interval: ClassVar[int] = 120
    allowance: ClassVar[Allowance | None] = Allowance(450, 900)
    limited_by: ClassVar[tuple[str, ...]] = ("bearer_token", "access_token")
    backfills: ClassVar[bool] = True
    acts: ClassVar[tuple[Act, ...]] = ACTS
    longest: ClassVar[int | None] = LONGEST
    counting: ClassVar[str] = "weighted"
    settings: ClassVar[dict[str, Option]] = {
        "user_id": Option("watch the mentions of the account with this id"),
        "username": Option("watch the mentions of the account with this name"),
        "query": Option("watch a recent search (last 7 days) in place of mentions"),
        "own_ids": Option("ids or names of further accounts of yours, separated by commas"),
        "lookback_hours": Option("how far the first pull reaches back", default="24"),
        "page_size": Option("posts per request, 10 to 100", default="100"),
        "backfill": BACKFILL,
        "monthly_cap": Option("dollars that its account may cost in a month; then pulling stops"),
        "owned": Option(
            "whether the app belongs to the account, so that a mention costs less; yes with OAuth",
            choices=("yes", "no"),
        ),
        "count_authors": Option(
            "count each author as a user read too", default="no", choices=("no", "yes")
        ),
        "base_url": Option("address of the API", default=HOST),
    }
    secrets: ClassVar[dict[str, Option]] = {
        "bearer_token": Option("the app's bearer token; enough for reading"),
        "consumer_key": Option("OAuth 1.0a: API key; all four belong together"),
        "consumer_secret": Option("OAuth 1.0a: API key secret; signs webhooks too"),
        "access_token": Option("OAuth 1.0a: access token of the account"),
        "access_token_secret": Option("OAuth 1.0a: access token secret"),
        "refresh_token": Option("renews a bearer_token that is an account's by OAuth 2.0"),
        "client_id": Option("OAuth 2.0: id of the app, for refresh_token"),
        "client_secret": Option("OAuth 2.0: secret of a confidential app, for refresh_token"),
    }

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._secrets = secrets_of(config)
        base_url = config.get("base_url", HOST)
        self._wire = Wire(base_url)
        bearer = self._secrets.get("bearer_token")
        self._client = client_of(self._secrets, self._wire)
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
            or cap_problem(settings)
            or address_problem(settings)
        )

    def fetch(self, cursor: Cursor) -> Page:
        """One page of mentions or of the search."""
        return self._fetch(cursor)

    def fetch_back(self, cursor: Cursor, until: datetime) -> Page:
        """One page of earlier ones: the newest 800 mentions, or seven days of a search."""
        first = max(until, self._oldest()) if self.config.get("query") else until
        return self._fetch(cursor, first, restarts=1)

    def _fetch(
        self, cursor: Cursor, first: datetime | None = None, *, restarts: int | None = None
    ) -> Page:
        with self._failing():
            known = begun(self._who(cursor), first or self._first_time())
            try:
                answer = self._ask(known, size=self._page_size())
            except BadRequest as error:
                again = begun_again(known, body_of(error), self._oldest())
                if again is None or (restarts and again["restarts"] > restarts):
                    raise
                return Page((), again, more=again["restarts"] == 1)
            return self._page(known, answer)

    def read_delivery(self, body: bytes, headers: Mapping[str, str]) -> Delivered:
        """The posts of an event of the X Activity API."""
        return read_events(body, self._own({}))

    def ability(self) -> Ability:
        """Everything with the keys of the account, nothing with the bearer token alone."""
        return Ability() if keys_problem(self._secrets) else super().ability()

    def send(self, sending: Sending) -> Sent:
        """One act with the account's own keys: the bearer token only reads."""
        with self._acting(sending.act):
            try:
                return carry_out(self._client, sending)
            except ErrorAnswer as error:
                refused = self._refusal(error, sending.act)  # the wire forgets with the next call
                again = sending.act == Act.REPLY and is_duplicate(body_of(error))
                found = find(self._client, sending) if again else None
                if found is None:
                    raise refused or error from None
                return found

    def find_sent(self, sending: Sending) -> Sent | None:
        """Our reply among the newest hundred posts of our account."""
        with self._acting(sending.act):
            return find(self._client, sending)

    def renew(self) -> dict[str, str]:
        """A new bearer token for an account's that has ended, as they do after two hours."""
        app, token = self._secrets.get("client_id"), self._secrets.get("refresh_token")
        if self._wire.status != 401 or not app or not token:
            return {}
        with self._failing():
            client = (app, self._secrets.get("client_secret", ""))
            got = refreshed(self._wire, RENEWAL, client=client, refresh_token=token, basic=True)
            return {{"access_token": "bearer_token"}.get(key, key): got[key] for key in got}

    def check(self) -> str:
        """Ask for the smallest page there is, as a pull would."""
        with self._failing():
            known = begun(self._who({}), self._first_time())
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
        charge_reading(
            answer, owned=self._is_owned(), authors=self.config.get("count_authors") == "yes"
        )
        includes = Includes(answer, own=self._own(cursor))
        posts, rejected = each(records, lambda record: post_of(record, includes))
        after, more = moved(cursor, answer, records)
        return Page(tuple(posts), after, more, tuple(rejected))

    def _is_owned(self) -> bool:
        told = self.config.get("owned")
        return not self.config.get("query") and (told == "yes" or (self._as_user and told != "no"))

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

    def _acting(self, act: Act) -> AbstractContextManager[None]:
        problem = keys_problem(self._secrets)
        return failing("X", self._wire, lambda error: self._refusal(error, act), problem)

    def _refusal(self, error: Exception, act: Act) -> SourceError | None:
        if not isinstance(error, ErrorAnswer):
            return None
        return refusal(body_of(error), self._wire, self._quoted, act)

    def _refuse_errors(self, answer: Any) -> None:
        """X answers 200 with nothing but `errors` where an account is gone or protected."""
        for error in listed(part(answer, "errors")):
            detail = part(error, "detail") or part(error, "message") or part(error, "title")
            raise Refused(f"X refuses: {self._quoted(detail)}")

    def _quoted(self, message: object) -> str:
        return quoted(message, self._secrets.values())

    def _reading(self, error: Exception) -> SourceError | None:
        if not isinstance(error, ErrorAnswer):
            return None
        return failure_of(body_of(error), self._wire, self._quoted)
