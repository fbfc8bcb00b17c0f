"""X: its records, as far as they are asked for, its errors, and how its requests are signed."""

import html
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.request import parse_keqv_list
from zlib import crc32

from oauthlib.oauth1 import Client  # type: ignore[import-untyped]

from tests.channels.server import Reply
from tests.simulator.dialect import Request
from tests.simulator.state import Account, Post

HOST = "https://api.twitter.com"
PROBLEMS = f"{HOST}/2/problems"
DEFAULT = {"id", "text", "edit_history_tweet_ids"}
CONSUMER = ("whimbrel-app", "whimbrel-app-secret")
"""Key and secret of the app; a user token's secret is the token with -secret behind it."""


def whole(post: Post, number: int | None = None) -> dict[str, Any]:
    """A post with every field, as it was at one of its versions."""
    history = [each for each in post.versions if number is None or each.number <= number]
    last = history[-1]
    whole: dict[str, Any] = {
        "id": str(last.number),
        "text": html.escape(last.text, quote=False),
        "edit_history_tweet_ids": [str(each.number) for each in history],
        "created_at": _iso(last.at),
        "author_id": post.author.id,
        "conversation_id": str(post.root.number),
        "lang": "en",
        "possibly_sensitive": False,
        "public_metrics": dict.fromkeys(
            ("retweet_count", "reply_count", "like_count", "quote_count", "bookmark_count"), 0
        ),
        "edit_controls": {
            "edits_remaining": 6 - len(history),
            "is_edit_eligible": post.answers is None,
            "editable_until": _iso(post.made + timedelta(hours=1)),
        },
    }
    if post.answers:
        whole["in_reply_to_user_id"] = post.answers.author.id
        whole["referenced_tweets"] = [{"type": "replied_to", "id": str(latest(post.answers))}]
    return whole


def tweet(post: Post, query: Mapping[str, str], version: int | None = None) -> dict[str, Any]:
    wanted = DEFAULT | set(query.get("tweet.fields", "").split(","))
    return {name: value for name, value in whole(post, version).items() if name in wanted}


def user(account: Account, query: Mapping[str, str]) -> dict[str, Any]:
    wanted = {"id", "name", "username", *query.get("user.fields", "").split(",")}
    counts = {"followers_count": account.followers, "following_count": 1, "tweet_count": 1}
    whole: dict[str, Any] = {
        "id": account.id,
        "name": account.name.title(),
        "username": account.name,
    }
    whole |= {"verified": False, "protected": False, "created_at": "2020-01-01T00:00:00.000Z"}
    whole |= {"public_metrics": {**counts, "listed_count": 0}}
    return {name: value for name, value in whole.items() if name in wanted}


def includes(posts: list[Post], request: Request) -> dict[str, Any]:
    """The authors and the posts answered, where they were asked for and are still there."""
    expansions = request.query.get("expansions", "").split(",")
    found: dict[str, Any] = {}
    if "author_id" in expansions and posts:
        authors = dict.fromkeys(post.author for post in posts)
        found["users"] = [user(author, request.query) for author in authors]
    above = dict.fromkeys(p.answers for p in posts if p.answers and not p.answers.gone)
    if "referenced_tweets.id" in expansions and above:
        found["tweets"] = [tweet(post, request.query) for post in above if post]
    return {"includes": found} if found else {}


def latest(post: Post) -> int:
    return post.versions[-1].number


def _versions(post: Post | None) -> list[Any]:
    return post.versions if post else []


def fits(post: Post, terms: list[str]) -> bool:
    """Whether a post is found by a query of words, from:, to: and conversation_id:."""
    answered = post.answers.author.name if post.answers else ""
    facts = {f"from:{post.author.name}", f"to:{answered}", "-is:retweet"}
    facts |= {f"from:{post.author.id}", f"conversation_id:{post.root.number}"}
    facts |= {f"in_reply_to_tweet_id:{each.number}" for each in _versions(post.answers)}
    words = set(re.findall(r"[@#]?\w+", post.text.lower()))
    return all(term.strip('"()') in facts | words for term in terms)


def as_shown(text: str, answered: Post | None) -> str:
    """What X makes of a text: the name of whom it answers before it, and links of its own."""
    text = re.sub(r"https?://\S+", lambda link: f"https://t.co/{crc32(link[0].encode()):x}", text)
    name = f"@{answered.author.name}" if answered else ""
    return f"{name} {text}" if name and not text.startswith(name) else text


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def problem(status: int, title: str, detail: str, kind: str = "") -> Reply:
    about = f"{PROBLEMS}/{kind}" if kind else "about:blank"
    body = {"title": title, "detail": detail, "type": about, "status": status}
    return Reply(body, status, {"x-rate-limit-limit": "450"})


def forbidden(detail: str) -> Reply:
    return problem(403, "Forbidden", detail)


def invalid(name: str, message: str) -> Reply:
    reply = problem(400, "Invalid Request", "One or more parameters to your request was invalid.")
    errors = [{"parameters": {name: []}, "message": message}]
    return Reply({"errors": errors, **reply.body, "type": f"{PROBLEMS}/invalid-request"}, 400)


def not_found(thing: str, parameter: str, value: str) -> dict[str, str]:
    told = {"value": value, "title": "Not Found Error", "resource_type": thing}
    told |= {"parameter": parameter, "resource_id": value, "type": f"{PROBLEMS}/resource-not-found"}
    return {**told, "detail": f"Could not find {thing} with {parameter}: [{value}]."}


def oauth(request: Request) -> dict[str, str] | None:
    """The parameters of an OAuth 1.0a header; None where it is another one."""
    kind, _, rest = request.headers.get("authorization", "").partition(" ")
    return parse_keqv_list(rest.split(", ")) if kind == "OAuth" else None


def is_signed(request: Request, given: dict[str, str]) -> bool:
    """Whether the request was signed with the secrets that belong to the keys in it."""
    key, secret = CONSUMER
    token = given["oauth_token"]
    times = {"nonce": given["oauth_nonce"], "timestamp": given["oauth_timestamp"]}
    client = Client(key, secret, token, f"{token}-secret", **times)
    _, headers, _ = client.sign(f"{HOST}{request.target}", request.method)
    return f'oauth_signature="{given["oauth_signature"]}"' in headers["Authorization"]
