"""What YouTube knows us by: a key, or an account's token, which a refresh token renews.

Google's access tokens last an hour. The one that was got last is kept between pulls, so that a
pull does not begin with getting another.
"""

import json
import time

from workers.channels.asking import told
from workers.channels.base import Refused
from workers.channels.failing import broken, quoted, throttled, unreadable
from workers.channels.http import Wire, session
from workers.channels.kept import KeptSession
from workers.channels.records import part, words

TOKENS = "https://oauth2.googleapis.com/token"
EARLY = 120
"""Seconds before its end at which a token is no longer used."""


class Credential:
    """The keys of one channel. `wire` is the way to Google's sign-in, which has its own host."""

    def __init__(self, keys: dict[str, str], wire: Wire) -> None:
        self._keys, self._wire = keys, wire
        opened_with = f"{keys.get('client_secret')} {keys.get('refresh_token')}"
        self._kept = KeptSession(f"youtube {wire.base_url} {keys.get('client_id')}", opened_with)
        self._token = ""

    @property
    def renews(self) -> bool:
        """Whether a token that is over can be replaced."""
        return bool(self._keys.get("refresh_token"))

    @property
    def is_account(self) -> bool:
        """Whether YouTube takes us for somebody, who may write."""
        return self.renews or bool(self._keys.get("access_token"))

    def headers(self) -> dict[str, str]:
        """What goes along with each call. Raises as `renew` does."""
        if self.renews:
            self._token = self._token or self._read() or self.renew()
            return {"Authorization": f"Bearer {self._token}"}
        token = self._keys.get("access_token")
        if token:
            return {"Authorization": f"Bearer {token}"}
        return {"X-Goog-Api-Key": self._keys.get("api_key", "")}

    def renew(self) -> str:
        """A new access token. Raises one of our errors, or what requests raises."""
        names = ("client_id", "client_secret", "refresh_token")
        form = {name: self._keys.get(name, "") for name in names} | {"grant_type": "refresh_token"}
        session(self._wire).post(TOKENS, data=form, allow_redirects=False)
        answer = told(self._wire)
        self._raise_for(answer)
        token, lasts = words(part(answer, "access_token")), part(answer, "expires_in")
        if token is None:
            raise unreadable("Google's sign-in", self._wire, "no access_token in it")
        until = time.time() + (lasts if isinstance(lasts, int | float) else 0) - EARLY
        self._kept.write(json.dumps({"token": token, "until": until}))
        self._token = token
        return token

    def _read(self) -> str | None:
        try:
            kept = json.loads(self._kept.read() or "{}")
            return words(kept.get("token")) if kept.get("until", 0) > time.time() else None
        except (ValueError, AttributeError, TypeError):
            return None

    def _raise_for(self, answer: object) -> None:
        """What Google says when it gives no token (RFC 6749, 5.2)."""
        status, name = self._wire.status, words(part(answer, "error"))
        if status == 429:
            raise throttled("Google's sign-in", self._wire)
        if status >= 500:
            raise broken("Google's sign-in", status)
        if status < 400 or name is None:
            return
        if name in ("invalid_client", "unauthorized_client"):
            raise Refused(
                "Google does not accept client_id and client_secret; they stand in the "
                "Google Cloud console, under Credentials"
            )
        why = quoted(part(answer, "error_description"), self._keys.values()) or name
        raise Refused(
            f"Google gives no token for the refresh_token: {why}; it may have been revoked, or be "
            "older than the 7 days of an app in testing: sign in anew"
        )
