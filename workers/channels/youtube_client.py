"""The client of YouTube: google-api-python-client, over our own session in place of httplib2."""

import logging
from typing import Any

import httplib2
import requests
from googleapiclient.discovery import build

from workers.channels.asking import told
from workers.channels.http import Wire, session
from workers.channels.records import part

# It logs what an error answer says, which may repeat a key.
logging.getLogger("googleapiclient").setLevel(logging.ERROR)

THREADS = {"part": "snippet,replies", "maxResults": 100, "textFormat": "plainText"}
REPLIES = {"part": "snippet", "maxResults": 100, "textFormat": "plainText"}


class YouTube:
    """The calls that a channel needs. The key goes into a header and not into addresses."""

    def __init__(self, keys: dict[str, str], wire: Wire) -> None:
        self._keys, self._wire = keys, wire
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

    def _call(self, resource: str, asked: dict[str, Any]) -> Any:
        if self._api is None:
            self._api = build(
                "youtube",
                "v3",
                http=_Transport(session(self._wire), self._keys),
                static_discovery=True,
                cache_discovery=False,
            )
        call = getattr(self._api, resource)().list
        return call(**{k: v for k, v in asked.items() if v is not None}).execute(num_retries=0)


class _Transport:
    """The part of httplib2.Http that the client uses."""

    def __init__(self, line: requests.Session, keys: dict[str, str]) -> None:
        self._line = line
        token, key = keys.get("access_token"), keys.get("api_key")
        self._own = {"Authorization": f"Bearer {token}"} if token else {"X-Goog-Api-Key": key or ""}

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: Any = None,
        headers: dict[str, str] | None = None,
        **_: Any,
    ) -> tuple[httplib2.Response, bytes]:
        sent = {k: v for k, v in (headers or {}).items() if k != "accept-encoding"} | self._own
        answer = self._line.request(method, uri, data=body, headers=sent)
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
