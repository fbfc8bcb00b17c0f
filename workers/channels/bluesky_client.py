"""The client of Bluesky: atproto, over our own session and with a session kept between pulls.

createSession is allowed 30 times in five minutes and 100 to 300 times a day, refreshing is not
counted that way; so the session is kept (see `kept`) and refreshed by the client when it is due.
"""

import json
from collections.abc import Callable
from typing import Any

import atproto
import requests
from atproto_client.exceptions import LoginRequiredError
from atproto_client.request import RequestBase, Response
from atproto_core.exceptions import AtProtocolError

from workers.channels.asking import told
from workers.channels.http import Wire, session
from workers.channels.kept import KeptSession
from workers.channels.records import part, words

STALE = ("ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired")
"""What the server calls a session that is over."""
CLOSED = ("AccountTakedown", "AccountSuspended", "AccountDeactivated")


class NotAnswered(Exception):
    """The server answered with an error status."""


class Account:
    """One account on one server, signed in when the first call needs it."""

    def __init__(self, handle: str, app_password: str, wire: Wire) -> None:
        self._handle, self._password, self._wire = handle, app_password, wire
        self.kept = KeptSession(f"bluesky {wire.base_url} {handle}", app_password)
        self._client: _Client | None = None
        self.signing_in = False

    @property
    def did(self) -> str | None:
        """Our own account, once signed in."""
        return words(self._client and self._client.own_did)

    def notifications(self, token: str | None, reasons: list[str], *, limit: int) -> Any:
        """A page of notifications, newest first, as JSON."""
        params = atproto.models.AppBskyNotificationListNotifications.Params(
            limit=limit,
            cursor=token,
            reasons=reasons,
            priority=False,  # else the account's own filter for its phone would hold here
        )
        return self._ask("app.bsky.notification.listNotifications", params)

    def posts(self, uris: list[str]) -> Any:
        """Up to 25 posts, as JSON; those that are gone are left out by the server."""
        params = atproto.models.AppBskyFeedGetPosts.Params(uris=uris)
        return self._ask("app.bsky.feed.getPosts", params)

    def own_did(self) -> str:
        """Our own account; signs in where that was not done yet."""
        return str((self._client or self._signed_in()).own_did)

    def resolve(self, handle: str) -> str | None:
        """The account behind a handle; None where there is none."""
        params = atproto.models.ComAtprotoIdentityResolveHandle.Params(handle=handle)
        try:
            return words(part(self._ask("com.atproto.identity.resolveHandle", params), "did"))
        except NotAnswered:
            if self._wire.status != 400:
                raise
            return None

    def record(self, collection: str, key: str) -> Any:
        """One of our own records with its uri and cid, as JSON; None where there is none."""
        params = atproto.models.ComAtprotoRepoGetRecord.Params(
            repo=self.own_did(), collection=collection, rkey=key
        )
        try:
            return self._ask("com.atproto.repo.getRecord", params)
        except NotAnswered:
            named, said = error_of(self._wire)
            if named != "RecordNotFound" and not (said or "").startswith("Could not locate"):
                raise
            return None

    def put(self, collection: str, key: str, record: Any, *, swap: str | None = None) -> Any:
        """Write one of our own records, whether or not it is there -> its uri and cid.

        The same record once more changes nothing. `swap` is the cid of the one to replace.
        """
        data = atproto.models.ComAtprotoRepoPutRecord.Data(
            repo=self.own_did(), collection=collection, rkey=key, record=record, swap_record=swap
        )
        return self._do("com.atproto.repo.putRecord", data)

    def delete(self, collection: str, key: str) -> None:
        """Delete one of our own records; one that is not there is no error."""
        data = atproto.models.ComAtprotoRepoDeleteRecord.Data(
            repo=self.own_did(), collection=collection, rkey=key
        )
        self._do("com.atproto.repo.deleteRecord", data)

    def _ask(self, nsid: str, params: Any) -> Any:
        return self._call(lambda client: client.invoke_query(nsid, params=params))

    def _do(self, nsid: str, data: Any) -> Any:
        sent = {"data": data, "input_encoding": "application/json"}
        return self._call(lambda client: client.invoke_procedure(nsid, **sent))

    def _call(self, call: Callable[["_Client"], Any]) -> Any:
        """The answer to a call. Signs in anew, once, where the session is over."""
        client = self._client or self._signed_in()
        try:
            return call(client).content
        except (NotAnswered, LoginRequiredError):
            if not self._is_over():
                raise
        self.kept.forget()
        return call(self._signed_in()).content

    def _signed_in(self) -> "_Client":
        client = self._client = _Client(request=_Transport(session(self._wire)))
        client.on_session_change(lambda _event, opened: self.kept.write(opened.encode()))
        known = self.kept.read()
        if known and known.count(":::") in (3, 4):
            client.login(session_string=known, fetch_bsky_profile=False)
            return client
        self.signing_in = True
        client.login(self._handle, self._password, fetch_bsky_profile=False)
        self.signing_in = False
        return client

    def _is_over(self) -> bool:
        return self._wire.status in (400, 401) and error_of(self._wire)[0] in STALE


class _Client(atproto.Client):  # type: ignore[misc]
    @property
    def own_did(self) -> str | None:
        return self._session.did if self._session else None

    def _should_refresh_session(self) -> bool:
        """A token that names no end is used until the server says that it is over."""
        try:
            return bool(super()._should_refresh_session())
        except (AtProtocolError, ValueError):
            return False


class _Transport(RequestBase):  # type: ignore[misc]
    """What atproto sends its calls with, in place of httpx, for the limits that ours keeps."""

    def __init__(self, line: requests.Session) -> None:
        super().__init__()
        self._line = line

    def get(self, url: str, **given: Any) -> Response:
        return self._send("GET", url, **given)

    def post(self, url: str, **given: Any) -> Response:
        return self._send("POST", url, **given)

    def _send(
        self,
        method: str,
        url: str,
        *,
        params: dict[str, Any] | None = None,
        content: Any = None,
        data: Any = None,
        headers: dict[str, str] | None = None,
    ) -> Response:
        query = {name: _plain(value) for name, value in (params or {}).items()}
        answer = self._line.request(
            method, url, params=query, data=content or data, headers=self.get_headers(headers)
        )
        if not answer.ok:
            raise NotAnswered(str(answer.status_code))
        held = {name.lower(): value for name, value in answer.headers.items()}
        # Servers answer some writes with nothing.
        body = json.loads(answer.content or (b"{}" if method == "POST" else b""))
        return Response(True, answer.status_code, body, held)


def error_of(wire: Wire) -> tuple[str | None, str | None]:
    """What an error answer calls its error, and its message; nothing where it is not atproto's."""
    body = told(wire)
    return words(part(body, "error")), words(part(body, "message"))


def _plain(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value
