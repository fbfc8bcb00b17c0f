"""X: API v2 as tweepy speaks with it, and the events of the X Activity API."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from tests.channels.server import Reply
from tests.simulator.dialect import Dialect, Request
from tests.simulator.state import Account, Event, Kind, Post
from tests.simulator.x_records import (
    PROBLEMS,
    as_shown,
    fits,
    forbidden,
    includes,
    invalid,
    is_signed,
    latest,
    not_found,
    oauth,
    problem,
    tweet,
    user,
    whole,
)

EPOCH = 1_288_834_974_657
TOKEN = "7140dibdnow9c7btw4"
"""How every page token begins."""
RETRIED = timedelta(minutes=15)
NOT_SUMMONED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise "
    "engaged by the author of the post you are replying to."
)


def number(at: datetime, count: int) -> int:
    """A snowflake."""
    return ((int(at.timestamp() * 1000) - EPOCH) << 22) + count


class X(Dialect):
    """Mentions, search, look-up and what an account may do."""

    kind: ClassVar[str] = "x"
    routes: ClassVar[tuple[tuple[str, str, str], ...]] = (
        ("GET", r"/2/users/me", "me"),
        ("GET", r"/2/users/by/username/(\w+)", "by_name"),
        ("GET", r"/2/users/(\d+)/mentions", "mentions"),
        ("GET", r"/2/users/(\d+)/tweets", "tweets_of"),
        ("GET", r"/2/tweets/search/recent", "search"),
        ("GET", r"/2/tweets", "look_up"),
        ("POST", r"/2/tweets", "create"),
        ("DELETE", r"/2/tweets/(\d+)", "delete"),
        ("PUT", r"/2/tweets/(\d+)/hidden", "hide"),
        ("POST", r"/2/users/(\d+)/likes", "like"),
        ("DELETE", r"/2/users/(\d+)/likes/(\d+)", "unlike"),
    )

    @staticmethod
    def number(at: datetime, count: int) -> int:
        return number(at, count)

    def id_of(self, post: Post) -> str:
        return str(post.number)

    def open(self, token: str) -> None:
        self.state.issue(token, "tweet.read", "users.read", "tweet.write")

    def watched(self) -> list[Post]:
        own = self.state.own
        return [post for post in self.state.living() if post.names(own) and post.author != own]

    def refused(self, request: Request, route: str) -> Reply | None:
        signed = oauth(request)
        as_user = signed is not None
        token = signed.get("oauth_token", "") if signed else request.bearer
        key = self.state.keys.get(token)
        if key is None or key.dead or (signed is not None and not is_signed(request, signed)):
            return problem(401, "Unauthorized", "Unauthorized")
        writes = request.method != "GET"
        if (writes or route == "me") and not as_user:
            detail = "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint"
            return problem(403, "Unsupported Authentication", detail, "unsupported-authentication")
        if writes and "tweet.write" not in key.scopes:
            detail = "Your client app is not configured with the appropriate oauth1 app permissions"
            return problem(403, "Forbidden", f"{detail} for this endpoint.", "oauth1-permissions")
        if "tweet.read" not in key.scopes:
            detail = "When authenticating requests to the Twitter API v2 endpoints, you must use "
            detail += "keys and tokens from a Twitter developer App that is attached to a Project."
            return problem(403, "Client Forbidden", detail, "client-forbidden")
        return None

    def missing(self, what: str) -> Reply:
        return problem(404, "Not Found", f"Could not find {what}.", "resource-not-found")

    def limited(self, until: datetime | None) -> Reply:
        reply = problem(429, "Too Many Requests", "Too Many Requests")
        reset = {"x-rate-limit-reset": str(int(until.timestamp()))} if until else {}
        return Reply(reply.body, 429, {"x-rate-limit-limit": "450", **reset})

    def capped(self) -> Reply:
        """The posts of the month are used up."""
        body = {"title": "UsageCapExceeded", "period": "Monthly", "scope": "Product"}
        body |= {"detail": "Usage cap exceeded: Monthly product cap", "account_id": "1"}
        body |= {"type": f"{PROBLEMS}/usage-capped", "product_name": "standard-basic"}
        return Reply(body, 429, {"x-rate-limit-limit": "40000", "x-rate-limit-remaining": "39999"})

    # Reading

    def me(self, request: Request) -> Reply:
        return self._good({"data": user(self.state.own, request.query)})

    def by_name(self, request: Request, name: str) -> Reply:
        account = next((each for each in self.state.accounts if each.name == name.lower()), None)
        if account:
            return self._good({"data": user(account, request.query)})
        return self._good({"errors": [not_found("user", "username", name)]})

    def mentions(self, request: Request, user_id: str) -> Reply:
        return self._page(request, self.watched())

    def tweets_of(self, request: Request, user_id: str) -> Reply:
        return self._page(request, [p for p in self.state.living() if p.author.id == user_id])

    def search(self, request: Request) -> Reply:
        terms = request.query["query"].lower().split()
        return self._page(request, [p for p in self.state.living() if fits(p, terms)])

    def look_up(self, request: Request) -> Reply:
        asked = request.query["ids"].split(",")
        found = [post for post in map(self._version, asked) if post]
        known = {str(each.number) for post in found for each in post.versions}
        gone = [not_found("tweet", "ids", each) for each in asked if each not in known]
        data = {"data": [tweet(post, request.query) for post in found]} if found else {}
        return self._good(
            {**data, **includes(found, request), **({"errors": gone} if gone else {})}
        )

    def _page(self, request: Request, posts: list[Post]) -> Reply:
        query = request.query
        token = query.get("pagination_token") or query.get("next_token") or ""
        if query.get("since_id") and query.get("start_time"):
            return invalid("since_id", "cannot be used together with start_time")
        if token and not token.startswith(TOKEN):
            return invalid("pagination_token", f"The `pagination_token` {token} is not valid")
        start = datetime.fromisoformat(query.get("start_time") or "2010-11-06T00:00:00Z")
        after = max(int(query.get("since_id") or 0), number(start.astimezone(UTC), 0) - 1)
        before = int(token.removeprefix(TOKEN), 16) if token else 2**63
        newest = sorted(posts, key=latest, reverse=True)
        left = [post for post in newest if after < latest(post) < before]
        page = left[: min(int(query.get("max_results") or 10), self.most)]
        meta: dict[str, Any] = {"result_count": len(page)}
        if page:
            meta |= {"newest_id": str(latest(page[0])), "oldest_id": str(latest(page[-1]))}
        if len(left) > len(page):
            meta["next_token"] = f"{TOKEN}{latest(page[-1]):x}"
        data = {"data": [tweet(post, query) for post in page]} if page else {}
        return self._good({**data, **includes(page, request), "meta": meta})

    # Acting

    def create(self, request: Request) -> Reply:
        text = str(request.body["text"])
        answered = (request.body.get("reply") or {}).get("in_reply_to_tweet_id")
        post = self._version(str(answered)) if answered else None
        own = [each.text for each in self.state.living() if each.author == self.state.own]
        text = as_shown(text, post)
        if answered and post is None:
            return forbidden("You attempted to reply to a Tweet that is deleted or not visible.")
        if post and not self._summoned(post):
            return forbidden(NOT_SUMMONED)
        if text in own:
            return forbidden("You are not allowed to create a Tweet with duplicate content.")
        made = self.state.write(self.state.own.name, text, answers=post, now=True)
        data = {"id": self.id_of(made), "text": text, "edit_history_tweet_ids": [self.id_of(made)]}
        return self._good({"data": data}, 201)

    def delete(self, request: Request, post_id: str) -> Reply:
        post = self._version(post_id)
        if post and post.author != self.state.own:
            return forbidden("You are not authorized to delete this Tweet.")
        if post:
            self.state.delete(post)
        return self._good({"data": {"deleted": post is not None}})

    def hide(self, request: Request, post_id: str) -> Reply:
        post = self._version(post_id)
        if post is None:
            return self.missing(f"tweet with id: [{post_id}]")
        if post.root.author != self.state.own or post.root is post:
            return forbidden("You can hide replies to your own conversations only.")
        post.hidden = bool(request.body["hidden"])
        return self._good({"data": {"hidden": post.hidden}})

    def like(self, request: Request, user_id: str) -> Reply:
        return self._liked(str(request.body["tweet_id"]), True)

    def unlike(self, request: Request, user_id: str, post_id: str) -> Reply:
        return self._liked(post_id, False)

    def _liked(self, post_id: str, liked: bool) -> Reply:
        post = self._version(post_id)
        if post is None:
            return self.missing(f"tweet with id: [{post_id}]")
        post.liked = liked
        return self._good({"data": {"liked": liked}})

    def _summoned(self, post: Post) -> bool:
        return post.names(self.state.own) or post.author == self.state.own

    def _version(self, tweet_id: str) -> Post | None:
        """The living post of which this is a version."""
        posts = self.state.living()
        return next((p for p in posts if tweet_id in {str(v.number) for v in p.versions}), None)

    def _good(self, body: Any, status: int = 200) -> Reply:
        reset = int((datetime.now(UTC) + RETRIED).timestamp())
        headers = {"x-rate-limit-limit": "450", "x-rate-limit-reset": str(reset)}
        return Reply(body, status, {**headers, "x-rate-limit-remaining": str(450 - self.asked)})

    # Webhooks

    def told(self, event: Event) -> Any:
        own, post = self.state.own, event.post
        ours = post.author == own
        if event.kind == Kind.REMOVE:  # told of the subscriber's own posts only
            gone = {"id": str(event.number), "author_id": post.author.id}
            return _event("post.delete", event, own, gone, {}) if ours else None
        if not ours and not post.names(own):
            return None
        name = "post.create" if ours else "post.mention.create"
        users = {"users": [user(post.author, {"user.fields": "public_metrics"})]}
        everything = {"tweet.fields": ",".join(whole(post, event.number))}
        return _event(name, event, own, tweet(post, everything, event.number), users)


def _event(name: str, event: Event, own: Account, payload: Any, includes: Any) -> Any:
    data = {"event_uuid": f"{event.number}{len(name)}", "filter": {"user_id": own.id}}
    data |= {"event_type": name, "tag": name, "payload": payload, "includes": includes}
    return {"data": data}
