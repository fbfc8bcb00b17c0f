"""The Graph API, as Facebook and Instagram have it in common: keys, fields, pages, errors."""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from tests.channels.server import Reply
from tests.simulator.dialect import Dialect, Request
from tests.simulator.state import Post

HOST = "https://graph.facebook.com"
VERSION = "v26.0"
APP_SECRET = "whimbrel-meta-secret"
"""Proves calls, where a client proves them, and signs webhooks."""
OBJECT = r"(\w+)"
Shape = Callable[[Post], dict[str, Any]]


class Graph(Dialect):
    """What both platforms do alike. `usage` is how much of the rate limit is told to be used."""

    account_name: ClassVar[str]
    """The field that holds the name of the account."""
    needs: ClassVar[dict[str, str]]
    """The permission that each route needs."""
    usage = 0

    def answer(self, request: Request) -> Reply:
        """As any platform, below the version of the API."""
        version = re.match(r"/v\d+\.\d", request.path)
        path = request.path[version.end() :] if version else request.path
        asked = Request(request.method, path, request.query, request.body, request.headers)
        reply = super().answer(asked)
        told: dict[str, str] = {"facebook-api-version": VERSION}
        if self.usage:
            share = {"call_count": self.usage, "total_time": 25, "total_cputime": 25}
            told["x-app-usage"] = json.dumps(share)
        return Reply(reply.body, reply.status, {**told, **reply.headers}, reply.fault)

    def open(self, token: str) -> None:
        self.state.issue(token, *self.needs.values())

    def refused(self, request: Request, route: str) -> Reply | None:
        token = token_of(request)
        key = self.state.keys.get(token)
        if key is None:
            return error(190, "Invalid OAuth access token - Cannot parse access token")
        if key.dead:
            return error(190, f"Error validating access token: {key.dead}", subcode=463)
        given = request.query.get("appsecret_proof")
        proof = hmac.new(APP_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()
        if given is not None and given != proof:
            return error(100, "Invalid appsecret_proof provided in the API argument")
        need = self.needs[route]
        if need in key.scopes:
            return None
        if request.method == "GET":
            return error(10, f"(#10) This endpoint requires the '{need}' permission.")
        return error(200, f"(#200) Requires {need} permission to manage the object", status=403)

    def missing(self, what: str) -> Reply:
        told = f"Unsupported get request. Object with ID '{what.strip('/')}' does not exist, cannot"
        return error(100, f"{told} be loaded due to missing permissions", subcode=33)

    def limited(self, until: datetime | None) -> Reply:
        reply = error(32, "(#32) Page request limit reached")
        if until is None:
            return reply
        minutes = -(-(until - datetime.now(UTC)).total_seconds() // 60)
        row = {"type": "pages", "call_count": 100, "total_cputime": 9, "total_time": 9}
        row |= {"estimated_time_to_regain_access": int(minutes)}
        used = {self.state.own.id: [row]}
        return Reply(reply.body, reply.status, {"x-business-use-case-usage": json.dumps(used)})

    def is_account(self, object_id: str) -> bool:
        """Whether an id means the account whose token it is."""
        return object_id in ("me", self.state.own.id)

    def account(self, request: Request) -> Reply:
        """The account itself."""
        own = {"id": self.state.own.id, self.account_name: self.state.own.name}
        return Reply(pick(own, request.query.get("fields", "id")))

    def page(
        self, request: Request, posts: Sequence[Post], shape: Shape, *, by_time: bool = False
    ) -> Reply:
        """A page of these posts, in this order, and where it goes on."""
        query = request.query
        after = query.get("__paging_token" if by_time else "after")
        start = _place_behind(posts, int(after.removeprefix("at_"))) if after else 0
        found = posts[start : start + min(int(query.get("limit") or 25), self.most)]
        records = [pick(shape(post), query.get("fields", "id")) for post in found]
        if not found:
            return Reply({"data": []})
        last, first = f"at_{found[-1].number}", f"at_{found[0].number}"
        onward: dict[str, Any] = {"__paging_token": last, "until": epoch(found[-1])}
        onward = onward if by_time else {"after": last}
        paging: dict[str, Any] = {} if by_time else {"cursors": {"before": first, "after": last}}
        if start + len(found) < len(posts):
            paging["next"] = link(request, onward)
        return Reply({"data": records, "paging": paging})

    def done(self) -> Reply:
        """The answer to an act that makes nothing."""
        return Reply({"success": True})


def _place_behind(posts: Sequence[Post], number: int) -> int:
    """Where a page goes on behind a post, which may be gone meanwhile; either order will do."""
    falling = len(posts) > 1 and posts[0].number > posts[-1].number
    behind = [post.number < number if falling else post.number > number for post in posts]
    return behind.index(True) if True in behind else len(posts)


def token_of(request: Request) -> str:
    """The token in the header or among the parameters."""
    given = request.query.get("access_token") or request.body.get("access_token")
    return request.bearer or str(given or "")


def link(request: Request, onward: dict[str, Any]) -> str:
    """The address of the next page, with the token in it as Graph does."""
    asked = {**request.query, "access_token": token_of(request), **onward}
    return f"{HOST}/{VERSION}{request.path}?{urlencode(asked)}"


def error(
    code: int, message: str, *, subcode: int | None = None, status: int = 400, **more: Any
) -> Reply:
    """An error as Graph words it."""
    body: dict[str, Any] = {"message": message, "type": "OAuthException", "code": code, **more}
    if subcode:
        body["error_subcode"] = subcode
    return Reply({"error": {**body, "fbtrace_id": "Aq-simulated"}}, status)


def stamp(moment: datetime) -> str:
    """A time as Graph writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S+0000")


def epoch(post: Post) -> int:
    """When a post was made, in seconds since 1970."""
    return int(post.made.timestamp())


def pick(record: dict[str, Any], fields: str) -> dict[str, Any]:
    """What was asked for of a record, and its id. Fields nest: `from,replies.limit(5){id,text}`."""
    wanted = {"id": "", **dict(map(_parted, _split(fields)))}
    return {name: _picked(value, wanted[name]) for name, value in record.items() if name in wanted}


def _picked(value: Any, inner: str) -> Any:
    if not inner or not isinstance(value, dict):
        return value
    if isinstance(value.get("data"), list):
        return {**value, "data": [pick(each, inner) for each in value["data"]]}
    return pick(value, inner)


def _split(fields: str) -> list[str]:
    """The fields between commas that stand in no brackets."""
    parts, depth = [""], 0
    for sign in fields:
        depth += (sign in "({") - (sign in ")}")
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _parted(field: str) -> tuple[str, str]:
    """The name of a field, and the fields in its braces."""
    inner = field[field.index("{") + 1 : field.rindex("}")] if "{" in field else ""
    found = re.match(r"\w+", field)
    return found.group() if found else "", inner
