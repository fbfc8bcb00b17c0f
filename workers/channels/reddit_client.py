"""The client of Reddit: praw, with nothing in it that sleeps, and a token kept between pulls.

prawcore waits by itself where the rate limit runs short, and tries 401 and 5xx again two times
with pauses. Here it does neither: what the answer says becomes an error, and the schedule waits.
"""

import json
import time
from typing import Any

import praw
import prawcore
import requests
from prawcore.auth import Authorizer, BaseAuthorizer
from prawcore.rate_limit import RateLimiter
from prawcore.sessions import FiniteRetryStrategy

from workers.channels.base import READ_SECONDS
from workers.channels.http import Wire, session
from workers.channels.kept import KeptSession
from workers.channels.records import part, words

OAUTH_HOST = "https://oauth.reddit.com"
HOST = "https://www.reddit.com"
EARLY = 300
"""Seconds before its end at which a token is no longer used."""


class RedditClient:
    """Reads Reddit as an account (password or refresh token), or as nobody in particular."""

    def __init__(
        self, secrets: dict[str, str], *, username: str, user_agent: str, wire: Wire
    ) -> None:
        self._wire = wire
        self._praw = praw.Reddit(
            "DEFAULT",
            # All are given, else praw looks for them in praw.ini and the environment.
            client_id=secrets.get("client_id") or "-",
            client_secret=secrets.get("client_secret") or "-",
            username=username or None,
            password=secrets.get("password"),
            refresh_token=secrets.get("refresh_token"),
            redirect_uri=None,
            user_agent=user_agent,
            oauth_url=OAUTH_HOST,
            reddit_url=HOST,
            ratelimit_seconds=0,
            timeout=int(READ_SECONDS),
            check_for_updates=False,
            check_for_async=False,
            requestor_class=_Requestor,
            requestor_kwargs={"session": session(wire)},
        )
        core = self._praw._core
        if core is None:
            raise ValueError("praw made no session")
        opened_with = secrets.get("refresh_token") or secrets.get("password") or ""
        account = f"reddit {wire.base_url} {secrets.get('client_id')} {username}"
        self.kept = KeptSession(account, f"{secrets.get('client_secret')} {opened_with}")
        self._core: _Core = _Core(core.authorizer, self.kept)
        self._praw._core = self._core

    @property
    def signing_in(self) -> bool:
        """Whether the last call stopped at getting a token."""
        return self._core.signing_in

    def renew(self) -> None:
        """Have the next call get a new token, which shows whether the keys still do."""
        self._core.forget_token()

    @property
    def scopes(self) -> frozenset[str] | None:
        """What the token may do, as far as it was got here; `*` is everything."""
        return self._core.scopes

    def get(self, path: str, **params: str | int) -> Any:
        """The answer as JSON."""
        return self._call(method="GET", path=path, params=params)

    def post(self, path: str, **fields: str) -> Any:
        """The answer to a form as JSON; errors that Reddit sends with status 200 are in it."""
        return self._call(method="POST", path=path, data={"api_type": "json", **fields})

    def _call(self, **given: Any) -> Any:
        """One call. Gets a new token, once, where a kept one is over."""
        try:
            return self._praw.request(**given)
        except Exception:
            if self._wire.status != 401 or not self._core.token_is_old:
                raise
        self._core.forget_token()
        return self._praw.request(**given)

    def me(self) -> str | None:
        """The account's name; None where the token may not say."""
        try:
            return words(part(self.get("api/v1/me"), "name"))
        except Exception:
            if self._wire.status == 403:
                return None
            raise


class _Core(prawcore.Session):
    """A session that neither waits nor tries again, and keeps its token."""

    def __init__(self, authorizer: BaseAuthorizer, kept: KeptSession) -> None:
        super().__init__(authorizer=authorizer)
        self._rate_limiter = _NoWait(window_size=600)
        self._retry_strategy_class = _Once
        self._kept = kept
        self._token = ""
        self.scopes: frozenset[str] | None = None
        self.token_is_old = False
        self.signing_in = False

    def _set_header_callback(self) -> dict[str, str]:
        self._token = self._token or self._kept_token() or self._new_token()
        return {"Authorization": f"bearer {self._token}"}

    def forget_token(self) -> None:
        self._token, self.token_is_old = "", False
        self._kept.forget()

    def _kept_token(self) -> str | None:
        try:
            kept = json.loads(self._kept.read() or "{}")
            token = words(kept.get("token")) if kept.get("until", 0) > time.time() else None
        except (ValueError, AttributeError, TypeError):
            return None
        self.token_is_old = token is not None
        return token

    def _new_token(self) -> str:
        self.signing_in = True
        authorizer = self._authorizer
        if not isinstance(authorizer, Authorizer):
            raise TypeError("the authorizer cannot ask for a token")
        authorizer.refresh()
        token = authorizer.access_token or ""
        self.scopes = frozenset(authorizer.scopes or ())
        left = (authorizer._expiration_timestamp_ns - time.monotonic_ns()) / 1e9 - EARLY
        self._kept.write(json.dumps({"token": token, "until": time.time() + left}))
        self.signing_in = False
        return token


class _Requestor(prawcore.Requestor):
    def request(self, *args: Any, timeout: float | None = None, **given: Any) -> requests.Response:
        """Without asking to close the line after a token: some servers do, and do not say so."""
        headers = {k: v for k, v in (given.get("headers") or {}).items() if k != "Connection"}
        return super().request(*args, timeout=timeout, **{**given, "headers": headers})


class _NoWait(RateLimiter):
    def delay(self) -> None:
        """Not here: a worker does not sleep."""

    def update(self, *, response_headers: Any) -> None:
        """The channel reads these headers itself, and they need not be numbers."""


class _Once(FiniteRetryStrategy):
    def _sleep_seconds(self) -> float | None:
        return None

    def should_retry_on_failure(self) -> bool:
        return False
