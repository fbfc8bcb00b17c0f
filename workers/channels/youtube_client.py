"""The client of YouTube: google-api-python-client, over our own session in place of httplib2."""

import logging
from typing import Any

import httplib2
import requests
from googleapiclient.discovery import build

from workers.channels.asking import told
from workers.channels.http import Wire, session
from workers.channels.records import part
from workers.channels.youtube_token import Credential

# It logs what an error answer says, which may repeat a key.
logging.getLogger("googleapiclient").setLevel(logging.ERROR)

THREADS = {"part": "snippet,replies", "maxResults": 100, "textFormat": "plainText"}
REPLIES = {"part": "snippet", "maxResults": 100, "textFormat": "plainText"}


class YouTube:
    """The calls that a channel needs. The key goes into a header and not into addresses."""

    def __init__(self, credential: Credential, wire: Wire) -> None:
        self._credential, self._wire = credential, wire
        self._api: Any = None

    def threads(self, of: dict[str, str], *, token: str | None = None, size: int = 100) -> Any:
        """A page of comment threads, newest first; `of` names a channel or a video."""
        asked = {**THREADS, **of, "order": "time", "maxResults": size, "pageToken": token}
        return self._call("commentThreads", asked)

    def replies(self, thread_id: str, *, token: str | None = None) -> Any:
        """A page of the replies in a thread."""
        return self._call("comments", {**REPLIES, "parentId": thread_id, "pageToken": token})

    def videos(self, ids: list[str]) -> Any:
        """Up to 50 videos."""
        return self._call("videos", {"part": "snippet", "id": ",".join(ids)})

    def mine(self) -> Any:
        """The channels of the account whose token it is."""
        return self._call("channels", {"part": "id", "mine": True})

    def reply(self, parent: str, text: str) -> Any:
        """A new comment in a thread -> the comment."""
        body = {"snippet": {"parentId": parent, "textOriginal": text}}
        return self._call("comments", {"part": "snippet", "body": body}, "insert")

    def moderate(self, comment: str, status: str) -> None:
        """Show a comment (published), or show it to nobody until somebody looks (heldForReview)."""
        asked = {"id": comment, "moderationStatus": status}
        self._call("comments", asked, "setModerationStatus")

    def delete(self, comment: str) -> None:
        """Delete a comment."""
        self._call("comments", {"id": comment}, "delete")

    def _call(self, resource: str, asked: dict[str, Any], verb: str = "list") -> Any:
        if self._api is None:
            self._api = build(
                "youtube",
                "v3",
                http=_Transport(session(self._wire), self._credential),
                static_discovery=True,
                cache_discovery=False,
            )
        call = getattr(getattr(self._api, resource)(), verb)
        return call(**{k: v for k, v in asked.items() if v is not None}).execute(num_retries=0)


class _Transport:
    """The part of httplib2.Http that the client uses."""

    def __init__(self, line: requests.Session, credential: Credential) -> None:
        self._line, self._credential = line, credential

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: Any = None,
        headers: dict[str, str] | None = None,
        **_: Any,
    ) -> tuple[httplib2.Response, bytes]:
        sent = {k: v for k, v in (headers or {}).items() if k != "accept-encoding"}
        both = sent | self._credential.headers()
        answer = self._line.request(method, uri, data=body, headers=both)
        if answer.status_code == 401 and self._credential.renews:
            self._credential.renew()
            both = sent | self._credential.headers()
            answer = self._line.request(method, uri, data=body, headers=both)
        return httplib2.Response({"status": str(answer.status_code)}), answer.content

    def close(self) -> None:
        self._line.close()


def error_of(wire: Wire) -> tuple[set[str], str] | None:
    """(reasons, message) of an error answer; None where it is none of Google's."""
    error = part(told(wire), "error")
    if isinstance(error, str):
        return set(), error
    if not isinstance(error, dict):
        return None
    rows = [error, *_rows(error.get("errors")), *_rows(error.get("details"))]
    reasons = {row.get(name) for row in rows for name in ("reason", "status")}
    return {each for each in reasons if isinstance(each, str)}, str(error.get("message") or "")


def _rows(value: Any) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
