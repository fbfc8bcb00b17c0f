"""Every recorded answer of X through the real client. What it is tells how it is served."""

import html
from collections.abc import Callable
from typing import Any

import pytest

from tests.channels.conftest import all_used_or_listed, recorded, recorded_names, recorded_response
from tests.channels.server import Platform, Reply
from workers.channels.base import Config, Page, Refused, Throttled
from workers.channels.x import XSource

UNUSED = {
    "*-stream-*": "rules of the filtered stream, which we do not use",
    "*counts_recent*": "numbers of posts, no posts",
    "*tweets_count-*": "numbers of posts, no posts",
    "*usage_tweets*": "how much of the cap is used; needs no reading of ours",
    "*liking_users*": "accounts, no posts",
    "*retweeters*": "accounts, no posts",
    "*followers*": "accounts, no posts",
    "*get_users-*": "accounts, no posts",
    "*users_resp*": "accounts, no posts",
    "*muted*": "accounts, no posts",
    "*like_and_unlike*": "answer to a write of another kind",
    "*retweet_and_unretweet*": "answer to a write of another kind",
    "*follow_and_unfollow*": "answer to a write of another kind",
    "*hide_and_unhide*": "answer to a write of another kind",
    "*delete_tweet-01": "answer to a deletion",
}
NAMES = recorded_names("x_v2")


def is_post(record: Any) -> bool:
    return isinstance(record, dict) and {"id", "text"} <= record.keys()


def role(name: str) -> str | None:
    response = recorded_response("x_v2", name)
    data = response["body"].get("data") if isinstance(response["body"], dict) else None
    if response["status"] >= 400:
        return "error"
    if is_post(data) or (isinstance(data, list) and data and all(map(is_post, data))):
        return "posts"
    if isinstance(data, dict) and "username" in data:
        return "user"
    return None


def named(wanted: str) -> list[str]:
    return [name for name in NAMES if role(name) == wanted]


def source(platform: Platform, **settings: str) -> XSource:
    keys = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    secrets = dict.fromkeys(keys, "key") if "me" in settings else {"bearer_token": "token"}
    settings.pop("me", None)
    return XSource(Config("x", None, "public", {"base_url": platform.url, **settings}, secrets))


def mentions(platform: Platform, reply: Reply) -> Page:
    platform.on("/2/users/42/mentions", reply)
    return source(platform, user_id="42").fetch({})


def found_by_search(platform: Platform, reply: Reply) -> Page:
    platform.on("/2/tweets/search/recent", reply)
    return source(platform, query="acme").fetch({})


def test_every_recorded_answer_is_used_or_listed_with_a_reason() -> None:
    all_used_or_listed(NAMES, UNUSED, role, at_least=30)


@pytest.mark.parametrize("fetch", [mentions, found_by_search])
@pytest.mark.parametrize("name", named("posts"))
def test_every_recorded_post_becomes_a_post(
    platform: Platform, name: str, fetch: Callable[[Platform, Reply], Page]
) -> None:
    reply = recorded("x_v2", name)
    page = fetch(platform, reply)
    records = reply.body["data"] if isinstance(reply.body["data"], list) else [reply.body["data"]]
    users = {user["id"]: user for user in reply.body.get("includes", {}).get("users", [])}
    assert page.rejected == ()
    assert len(page.posts) == len(records)
    for post, record in zip(page.posts, records, strict=True):
        author = record.get("author_id")
        assert post.id == (record.get("edit_history_tweet_ids") or [record["id"]])[0]
        assert post.text == html.unescape(record["text"])
        assert post.author_id == author
        assert post.author == (users[author]["username"] if author in users else None)
        assert post.conversation == record.get("conversation_id")
        dated = "created_at" in record or int(record["id"]) > 10**16  # such an id holds a time
        assert (post.created_at is not None) == dated
        assert post.url == f"https://x.com/i/web/status/{record['id']}"
    token = reply.body.get("meta", {}).get("next_token")
    assert (page.more, page.cursor.get("next_token")) == (token is not None, token)


@pytest.mark.parametrize("name", named("user"))
def test_every_recorded_account_can_be_watched(platform: Platform, name: str) -> None:
    reply = recorded("x_v2", name)
    user = reply.body["data"]
    platform.on("/2/users/me", reply)
    platform.on(f"/2/users/by/username/{user['username']}", reply)
    platform.on(f"/2/users/{user['id']}/mentions", {"meta": {"result_count": 0}})
    assert source(platform, me="").check().endswith("@" + user["username"])
    page = source(platform, username=user["username"]).fetch({})
    assert page.cursor["user_id"] == user["id"]


ERRORS = {
    "issue-error-403-duplicate": Refused,
    "issue-error-429-too-many-connections": Throttled,
    "issue-error-429-usage-cap": Throttled,
}


@pytest.mark.parametrize("name", named("error"))
def test_every_recorded_error_is_one_of_our_three(platform: Platform, name: str) -> None:
    reply = recorded("x_v2", name)
    expected = ERRORS.get(name, Throttled if reply.status == 429 else Refused)
    with pytest.raises(expected) as caught:
        mentions(platform, reply)
    if "usage-cap" in name:
        assert "monthly cap" in str(caught.value)
        assert caught.value.retry_at.day == 1
