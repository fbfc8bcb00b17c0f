"""Mastodon: mentions, hashtags, statuses and what an account may do, as version 4.5 speaks."""

import html
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from tests.channels.server import Reply
from tests.simulator.dialect import Dialect, Request
from tests.simulator.state import Account, Event, Post

HOST = "https://social.example"
STATUSES = "/api/v1/statuses"
SCOPES = {
    "me": "read:accounts",
    "mentions": "read:notifications",
    "hashtag": "read:statuses",
    "status": "read:statuses",
    "context": "read:statuses",
    "statuses_of": "read:statuses",
    "create": "write:statuses",
    "delete": "write:statuses",
    "favourite": "write:favourites",
    "unfavourite": "write:favourites",
}


class Mastodon(Dialect):
    """One instance. `locked`: its timelines are for those with an account only."""

    kind: ClassVar[str] = "mastodon"
    routes: ClassVar[tuple[tuple[str, str, str], ...]] = (
        ("GET", r"/api/v1/accounts/verify_credentials", "me"),
        ("GET", r"/api/v1/accounts/(\d+)/statuses", "statuses_of"),
        ("GET", r"/api/v1/notifications", "mentions"),
        ("GET", r"/api/v1/timelines/tag/(\w+)", "hashtag"),
        ("GET", rf"{STATUSES}/(\d+)", "status"),
        ("GET", rf"{STATUSES}/(\d+)/context", "context"),
        ("POST", STATUSES, "create"),
        ("DELETE", rf"{STATUSES}/(\d+)", "delete"),
        ("POST", rf"{STATUSES}/(\d+)/favourite", "favourite"),
        ("POST", rf"{STATUSES}/(\d+)/unfavourite", "unfavourite"),
    )
    locked = False

    def __init__(self, *, brand: str = "whimbrel") -> None:
        super().__init__(brand=brand)
        self._by_key: dict[str, Post] = {}

    @staticmethod
    def number(at: datetime, count: int) -> int:
        return (int(at.timestamp() * 1000) << 16) + count

    def id_of(self, post: Post) -> str:
        return str(post.number)

    def open(self, token: str) -> None:
        self.state.issue(token, *SCOPES.values())

    def watched(self) -> list[Post]:
        own = self.state.own
        return [post for post in self.state.living() if post.names(own) and post.author != own]

    def refused(self, request: Request, route: str) -> Reply | None:
        if not request.bearer:
            public = route in ("hashtag", "status", "context") and not self.locked
            return None if public else _error(401, "The access token is invalid")
        key = self.state.keys.get(request.bearer)
        if key is None:
            return _error(401, "The access token is invalid")
        if key.dead:
            return _error(401, "The access token was revoked")
        if SCOPES[route] not in key.scopes:
            return _error(403, "This action is outside the authorized scopes")
        return None

    def missing(self, what: str) -> Reply:
        return _error(404, "Record not found")

    def limited(self, until: datetime | None) -> Reply:
        told = {"x-ratelimit-limit": "300", "x-ratelimit-remaining": "0"}
        reset = {"x-ratelimit-reset": _iso(until)} if until else {}
        return Reply({"error": "Too many requests"}, 429, {**told, **reset} if until else {})

    # Reading

    def me(self, request: Request) -> Reply:
        source = {"privacy": "public", "sensitive": False, "language": None, "note": ""}
        return self._good({**_account(self.state.own), "source": source})

    def mentions(self, request: Request) -> Reply:
        """Notifications are numbered apart from the statuses in them."""
        numbered = {100 + place: post for place, post in enumerate(self.state.posts)}
        there = set(self.watched())
        found = [number for number, post in numbered.items() if post in there]
        page = self._cut(request, found)
        records = [_notification(number, numbered[number], self) for number in page]
        return self._good(records, links=_links(request, page))

    def hashtag(self, request: Request, tag: str) -> Reply:
        named = {p.number: p for p in self.state.living() if tag.lower() in _tags(p)}
        page = self._cut(request, list(named))
        return self._good([self._status(named[n]) for n in page], links=_links(request, page))

    def statuses_of(self, request: Request, account_id: str) -> Reply:
        theirs = {p.number: p for p in self.state.living() if p.author.id == account_id}
        page = self._cut(request, list(theirs))
        return self._good([self._status(theirs[n]) for n in page], links=_links(request, page))

    def status(self, request: Request, status_id: str) -> Reply:
        post = self.post_of(status_id)
        return self._good(self._status(post)) if post else self.missing(status_id)

    def context(self, request: Request, status_id: str) -> Reply:
        post = self.post_of(status_id)
        if post is None:
            return self.missing(status_id)
        above: list[Post] = []
        place = post.answers
        while place:
            above, place = [place, *above], place.answers
        below = [each for each in self.state.below(post.root) if _is_below(each, post)]
        context = {"ancestors": above, "descendants": below}
        return self._good({k: [self._status(p) for p in found] for k, found in context.items()})

    def _cut(self, request: Request, numbers: Sequence[int]) -> list[int]:
        """A page of these numbers, newest first: behind min_id the oldest, else the newest."""
        query = request.query
        low = max(int(query.get(name) or 0) for name in ("min_id", "since_id"))
        high = int(query.get("max_id") or 2**63)
        limit = min(int(query.get("limit") or 20), self.most)
        found = sorted(number for number in numbers if low < number < high)
        page = found[:limit] if query.get("min_id") else found[-limit:]
        return page[::-1]

    # Acting

    def create(self, request: Request) -> Reply:
        key = request.headers.get("idempotency-key")
        if key and key in self._by_key:
            return self._good(self._status(self._by_key[key]))
        text, answered = request.body.get("status"), request.body.get("in_reply_to_id")
        post = self.post_of(str(answered)) if answered else None
        if not text:
            return _error(422, "Validation failed: Text can't be blank")
        if len(str(text)) > 500:
            return _error(422, "Validation failed: Text character limit of 500 exceeded")
        if answered and post is None:
            return _error(404, "The post you are trying to reply to does not appear to exist.")
        made = self.state.write(self.state.own.name, str(text), answers=post, now=True)
        if key:
            self._by_key[key] = made
        return self._good(self._status(made))

    def delete(self, request: Request, status_id: str) -> Reply:
        post = self.post_of(status_id)
        if post is None or post.author != self.state.own:
            return self.missing(status_id)
        self.state.delete(post)
        return self._good({**self._status(post), "text": post.text})

    def favourite(self, request: Request, status_id: str) -> Reply:
        return self._favoured(status_id, True)

    def unfavourite(self, request: Request, status_id: str) -> Reply:
        return self._favoured(status_id, False)

    def _favoured(self, status_id: str, liked: bool) -> Reply:
        post = self.post_of(status_id)
        if post is None:
            return self.missing(status_id)
        post.liked = liked
        return self._good(self._status(post))

    # Records

    def _good(self, body: Any, *, links: str = "") -> Reply:
        reset = datetime.now(UTC) + timedelta(minutes=5)
        told = {"x-ratelimit-limit": "300", "x-ratelimit-reset": _iso(reset)}
        told["x-ratelimit-remaining"] = str(max(300 - self.asked, 1))
        return Reply(body, 200, {**told, "link": links} if links else told)

    def _status(self, post: Post) -> dict[str, Any]:
        above, own = post.answers, self.state.own
        named = [each for each in self.state.accounts if post.names(each)]
        return {
            "id": self.id_of(post),
            "created_at": _iso(post.made),
            "in_reply_to_id": self.id_of(above) if above else None,
            "in_reply_to_account_id": above.author.id if above else None,
            "sensitive": False,
            "spoiler_text": "",
            "visibility": "public",
            "language": "en",
            "uri": f"{HOST}/ap/users/{post.author.id}/statuses/{post.number}",
            "url": f"{HOST}/@{post.author.name}/{post.number}",
            "replies_count": sum(each.answers is post for each in self.state.living()),
            "reblogs_count": 0,
            "favourites_count": int(post.liked),
            "edited_at": _iso(post.edited) if post.edited else None,
            "favourited": post.liked,
            "reblogged": False,
            "muted": False,
            "bookmarked": False,
            "content": f"<p>{html.escape(post.text)}</p>",
            "filtered": [],
            "reblog": None,
            "application": {"name": "Triage", "website": None} if post.author == own else None,
            "account": _account(post.author),
            "media_attachments": [],
            "mentions": [_mention(each) for each in named],
            "tags": [{"name": tag, "url": f"{HOST}/tags/{tag}"} for tag in _tags(post)],
            "emojis": [],
            "quote": None,
            "card": None,
            "poll": None,
        }

    def told(self, event: Event) -> Any:
        """Nothing: Mastodon has no webhooks for accounts."""
        return None


def _notification(number: int, post: Post, instance: Mastodon) -> dict[str, Any]:
    record = {"id": str(number), "type": "mention", "created_at": _iso(post.made)}
    record |= {"group_key": f"ungrouped-{number}"}
    return {**record, "account": _account(post.author), "status": instance._status(post)}


def _account(account: Account) -> dict[str, Any]:
    address = f"{HOST}/@{account.name}"
    return {
        "id": account.id,
        "username": account.name,
        "acct": account.name,
        "display_name": account.name.title(),
        "locked": False,
        "bot": False,
        "created_at": "2026-01-01T00:00:00.000Z",
        "note": "",
        "url": address,
        "uri": f"{HOST}/ap/users/{account.id}",
        "followers_count": account.followers,
        "following_count": 1,
        "statuses_count": 1,
        "emojis": [],
        "fields": [],
    }


def _mention(account: Account) -> dict[str, str]:
    told = {"id": account.id, "username": account.name, "acct": account.name}
    return {**told, "url": f"{HOST}/@{account.name}"}


def _is_below(post: Post, above: Post) -> bool:
    place = post.answers
    while place and place is not above:
        place = place.answers
    return place is above


def _tags(post: Post) -> list[str]:
    return re.findall(r"#(\w+)", post.text.lower())


def _links(request: Request, page: list[int]) -> str:
    """Where it goes on, older (next) and newer (prev)."""
    if not page:
        return ""
    kept = {name: value for name, value in request.query.items() if not name.endswith("_id")}
    older = urlencode({**kept, "max_id": page[-1]})
    newer = urlencode({**kept, "min_id": page[0]})
    address = f"{HOST}{request.path}"
    return f'<{address}?{older}>; rel="next", <{address}?{newer}>; rel="prev"'


def _error(status: int, words: str) -> Reply:
    return Reply({"error": words}, status)


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
