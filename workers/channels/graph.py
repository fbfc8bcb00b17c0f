"""The Facebook Graph API: facebook-sdk with what it has lacked since 2018.

The subclass sends the token in a header in place of the address, proves it with the app secret,
speaks living API versions, looks at status codes and never follows a redirect. The calls of the
SDK (get_object, get_connections, put_comment, put_like, delete_object, …) all go through it;
get_version and get_user_from_cookie do not and are not to be used.
"""

import hashlib
import hmac
import json
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from workers.channels.base import CONNECT_SECONDS, READ_SECONDS

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # an invalid escape in a pattern of the SDK
    import facebook

HOST = "https://graph.facebook.com"
VERSION = "v26.0"
OURS = ("access_token", "appsecret_proof")
"""Parameters that are set anew with every call and never taken from an answer."""


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of a rate limit is used: percent, and minutes until it frees up (0: it is not)."""

    percent: float = 0.0
    regain_minutes: float = 0.0


class GraphError(facebook.GraphAPIError):  # type: ignore[misc]
    """An error answer, with what the SDK leaves in `result`."""

    def __init__(self, result: Any, *, status: int, usage: Usage) -> None:
        super().__init__(result)
        error = result.get("error") if isinstance(result, dict) else None
        error = error if isinstance(error, dict) else {}
        legacy = result.get("error_code") if isinstance(result, dict) else None
        self.status = status
        self.usage = usage
        self.code = _number(error.get("code") or legacy)
        self.subcode = _number(error.get("error_subcode"))
        self.is_transient = error.get("is_transient") is True
        self.fbtrace_id = error.get("fbtrace_id")
        self.told = error.get("error_user_msg") or self.message


class NotGraph(Exception):
    """An answer that the Graph API cannot have written: no JSON, or no error beside a 4xx."""


class Graph(facebook.GraphAPI):  # type: ignore[misc]
    """The SDK's client. `last_usage` is what the last answer said of the rate limit."""

    def __init__(
        self,
        access_token: str,
        *,
        session: requests.Session,
        base_url: str = HOST,
        version: str = VERSION,
        app_secret: str | None = None,
        in_header: bool = True,
    ) -> None:
        limits = (CONNECT_SECONDS, READ_SECONDS)
        super().__init__(access_token=access_token, timeout=limits, session=session)
        self.version = "v" + version.lower().removeprefix("v")  # the SDK's check stops at 3.1
        self.base_url = base_url.rstrip("/")
        self.app_secret = app_secret
        self.in_header = in_header
        self.last_usage = Usage()

    def request(
        self,
        path: str,
        args: Mapping[str, Any] | None = None,
        post_args: Mapping[str, Any] | None = None,
        files: Any = None,
        method: str | None = None,
    ) -> Any:
        """One call -> the answer as JSON. Raises GraphError, NotGraph or what requests raises."""
        params = {key: value for key, value in (args or {}).items() if key not in OURS}
        headers = {}
        if self.app_secret:
            params["appsecret_proof"] = proof(self.app_secret, self.access_token)
        if self.in_header:
            headers["Authorization"] = f"Bearer {self.access_token}"
        else:
            params["access_token"] = self.access_token
        response = self.session.request(
            method or ("GET" if post_args is None else "POST"),
            f"{self.base_url}/{path}",
            params=params,
            data=post_args,
            files=files,
            headers=headers,
            timeout=self.timeout,
            allow_redirects=False,
        )
        self.last_usage = usage_of(response.headers)
        return self._answer(response)

    def get_all_connections(self, id: str, connection_name: str, **args: Any) -> Iterator[Any]:
        """Every record of a connection, page after page. Raises NotGraph for a page without any
        list; a page that comes twice is the end, for Graph may turn in a circle.
        """
        following: dict[str, Any] | None = args
        seen: list[Any] = []
        while following is not None and following not in seen:
            seen.append(following)
            page = self.get_connections(id, connection_name, **following)
            records = page.get("data") if isinstance(page, dict) else None
            if not isinstance(records, list):
                raise NotGraph("no list of data in it")
            yield from records
            following = next_args(page)

    def _answer(self, response: requests.Response) -> Any:
        try:
            result = json.loads(response.content)
        except (ValueError, RecursionError):
            raise NotGraph("no JSON") from None
        told = isinstance(result, dict) and isinstance(result.get("error"), dict)
        if told or (isinstance(result, dict) and "error_code" in result):
            raise GraphError(result, status=response.status_code, usage=self.last_usage)
        if response.status_code >= 500 or response.status_code == 429:
            raise GraphError(result, status=response.status_code, usage=self.last_usage)
        if response.status_code >= 400 or (isinstance(result, dict) and result.get("error")):
            raise NotGraph("no error as Graph writes it")
        return result


def proof(app_secret: str, token: str) -> str:
    """`appsecret_proof`: that whoever sends the token also knows the app's secret."""
    return hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def next_args(page: Any) -> dict[str, Any] | None:
    """The parameters of the next page, without the token that the address carries; None at the end.

    The feed pages by time (`until` and `__paging_token`), comments by a cursor (`after`).
    """
    paging = page.get("paging") if isinstance(page, dict) else None
    address = paging.get("next") if isinstance(paging, dict) else None
    if not isinstance(address, str) or not address:
        return None
    args = {key: value for key, value in parse_qsl(urlsplit(address).query) if key not in OURS}
    return args or None


def usage_of(headers: Mapping[str, str]) -> Usage:
    """The fullest of the limits that an answer's headers speak of (absent while use is low)."""
    app = _loaded(headers.get("x-app-usage"))
    business = _loaded(headers.get("x-business-use-case-usage"))
    lists = business.values() if isinstance(business, dict) else ()
    rows = [app, *(row for rows in lists if isinstance(rows, list) for row in rows)]
    rows = [row for row in rows if isinstance(row, dict)]
    shares = [_number(row.get(key)) or 0 for row in rows for key in _SHARES]
    waits = [_number(row.get("estimated_time_to_regain_access")) or 0 for row in rows]
    return Usage(percent=max(shares, default=0), regain_minutes=max(waits, default=0))


_SHARES = ("call_count", "total_time", "total_cputime")


def _loaded(value: str | None) -> Any:
    try:
        return json.loads(value) if value else None
    except (ValueError, RecursionError):
        return None


def _number(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value[:9])
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return None
    return int(min(max(value, -1), 10**9))
