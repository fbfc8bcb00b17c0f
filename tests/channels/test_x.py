"""X: posts, pages and the cursor, with short answers for what the recorded ones do not show."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.channels.server import Platform, Reply
from tests.channels.x_shapes import (
    BEARER,
    MENTIONS,
    SEARCH,
    USER_KEYS,
    answer,
    at_noon,
    ids,
    source,
    tweet,
)
from workers.channels.base import Config
from workers.channels.x import XSource


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    at_noon(monkeypatch)


def test_a_post_carries_author_parent_conversation_and_reach(platform: Platform) -> None:
    record = tweet(
        900,
        created_at="2026-11-21T10:00:00.000Z",
        lang="en",
        conversation_id="800",
        referenced_tweets=[{"type": "replied_to", "id": "850"}],
        text="@acme a &lt; b &amp; c",
    )
    includes = {
        "users": [{"id": "7", "username": "ann", "public_metrics": {"followers_count": 97}}],
        "tweets": [{"id": "850", "text": "short", "note_tweet": {"text": "the long parent"}}],
    }
    platform.on(MENTIONS, answer(record, includes=includes))
    [post] = source(platform).fetch({}).posts
    assert post == replace(
        post,
        id="900",
        text="@acme a < b & c",
        author="ann",
        author_id="7",
        created_at=datetime(2026, 11, 21, 10, tzinfo=UTC),
        url="https://x.com/i/web/status/900",
        lang="en",
        conversation="800",
        in_reply_to="850",
        parent_text="the long parent",
        platform="x",
        reach=97,
        own=False,
        edited_at=None,
    )
    assert post.raw["lang"] == "en"


def test_the_request_asks_for_every_field_with_the_bearer_token(platform: Platform) -> None:
    platform.on(MENTIONS, answer())
    source(platform).fetch({})
    [seen] = platform.seen
    assert seen.headers["authorization"] == f"Bearer {BEARER}"
    assert "note_tweet" in seen.query["tweet.fields"]
    assert "referenced_tweets.id" in seen.query["expansions"]
    assert (seen.query["max_results"], seen.query["start_time"]) == ("100", "2026-11-20T12:00:00Z")


def test_since_id_moves_only_when_every_page_is_stored(platform: Platform) -> None:
    platform.on(MENTIONS, answer(tweet(9), tweet(8), token="t1"), answer(tweet(7)), answer())
    first = source(platform).fetch({"since_id": "5"})
    assert (ids(first), first.more, first.cursor["since_id"]) == (["9", "8"], True, "5")
    last = source(platform).fetch(first.cursor)
    assert (ids(last), last.more) == (["7"], False)
    assert last.cursor == {"user_id": "42", "since_id": "9"}
    empty = source(platform).fetch(last.cursor)
    assert (empty.posts, empty.more, empty.cursor) == ((), False, last.cursor)
    asked = [
        (seen.query.get("since_id"), seen.query.get("pagination_token")) for seen in platform.seen
    ]
    assert asked == [("5", None), ("5", "t1"), ("9", None)]


def test_a_crash_between_two_pages_repeats_the_page_and_skips_nothing(platform: Platform) -> None:
    platform.on(MENTIONS, answer(tweet(9), token="t1"), answer(tweet(7)))
    first = source(platform).fetch({"since_id": "5"})
    again = source(platform).fetch(first.cursor)
    assert ids(source(platform).fetch(first.cursor)) == ids(again) == ["7"]


def test_without_posts_the_start_time_moves_up_but_not_within_a_round(platform: Platform) -> None:
    platform.on(MENTIONS, answer(token="t1"), answer(), answer())
    old = {"user_id": "42", "start_time": "2026-11-21T11:00:00Z"}
    first = source(platform).fetch(old)
    assert (first.posts, first.more) == ((), True)
    page = source(platform).fetch(first.cursor)
    source(platform).fetch({"user_id": "42", "start_time": "2026-11-01T00:00:00Z"})
    starts = [seen.query["start_time"] for seen in platform.seen]
    assert starts == ["2026-11-21T11:00:00Z"] * 2 + ["2026-11-20T12:00:00Z"]
    assert page.cursor == old


def test_a_page_token_that_comes_again_ends_the_round_without_moving_since_id(
    platform: Platform,
) -> None:
    platform.on(MENTIONS, answer(tweet(9), token="a"), answer(tweet(8), token="b"))
    platform.on(
        MENTIONS, answer(tweet(9), token="a"), answer(tweet(8), token="b"), answer(token="a")
    )
    cursor, pages = {"since_id": "5"}, 0
    more = True
    while more:
        page = source(platform).fetch(cursor)
        cursor, more, pages = page.cursor, page.more, pages + 1
    assert (pages, cursor) == (3, {"user_id": "42", "since_id": "5"})


def test_an_edit_has_the_id_of_the_first_version(platform: Platform) -> None:
    first, second = "1990000000000000000", "1990000000800000000"
    edited = tweet(
        int(second), edit_history_tweet_ids=[first, second], created_at="2026-11-21T11:00:00.000Z"
    )
    original = tweet(int(first), edit_history_tweet_ids=[first])
    platform.on(MENTIONS, answer(edited, original))
    [post] = source(platform).fetch({}).posts
    assert (post.id, post.text) == (first, f"post {second}")
    assert post.edited_at == datetime(2026, 11, 21, 11, tzinfo=UTC)
    assert post.created_at == datetime(2025, 11, 16, 10, 12, 27, 69000, tzinfo=UTC)


def test_a_long_post_comes_whole(platform: Platform) -> None:
    platform.on(MENTIONS, answer(tweet(9, note_tweet={"text": "all of it"})))
    assert source(platform).fetch({}).posts[0].text == "all of it"


def test_a_plain_repost_is_marked_and_a_quote_is_not(platform: Platform) -> None:
    repost = tweet(9, referenced_tweets=[{"type": "retweeted", "id": "1"}])
    quote = tweet(8, referenced_tweets=[{"type": "quoted", "id": "1"}])
    platform.on(
        MENTIONS, answer(repost, quote, includes={"tweets": [{"id": "1", "text": "quoted"}]})
    )
    page = source(platform).fetch({})
    assert [(post.id, post.repost) for post in page.posts] == [("9", True), ("8", False)]
    assert (page.posts[1].parent_text, page.posts[1].in_reply_to) == ("quoted", None)


@pytest.mark.parametrize(
    "settings",
    [
        {"user_id": "7"},
        {"query": "acme", "own_ids": "3, 7"},
        {"query": "acme", "own_ids": "@Ann"},
        {"query": "acme", "username": "ANN"},
    ],
)
def test_posts_of_our_own_accounts_are_marked(platform: Platform, settings: dict[str, str]) -> None:
    users = [{"id": "7", "username": "ann"}, {"id": "8", "username": "bob"}]
    body = answer(tweet(9), tweet(8, author_id="8"), includes={"users": users})
    platform.on(SEARCH, body)
    platform.on("/2/users/7/mentions", body)
    assert [post.own for post in source(platform, **settings).fetch({}).posts] == [True, False]


def test_a_search_sends_its_query_and_pages_with_next_token(platform: Platform) -> None:
    platform.on(SEARCH, answer(tweet(9), token="t"), answer())
    page = source(platform, query="acme -is:retweet").fetch({})
    source(platform, query="acme -is:retweet").fetch(page.cursor)
    assert platform.seen[0].query["query"] == "acme -is:retweet"
    assert platform.seen[1].query["next_token"] == "t"


def test_a_user_name_is_looked_up_once(platform: Platform) -> None:
    platform.on("/2/users/by/username/acme", {"data": {"id": "42", "username": "Acme"}})
    platform.on(MENTIONS, answer(tweet(9)))
    page = source(platform, username="@acme").fetch({})
    source(platform, username="@acme").fetch(page.cursor)
    assert page.cursor == {"user_id": "42", "username": "Acme", "since_id": "9"}
    assert len(platform.asked("/by/username/acme")) == 1


def test_with_user_keys_alone_the_account_of_the_keys_is_watched(platform: Platform) -> None:
    platform.on("/2/users/me", {"data": {"id": "42", "username": "acme"}})
    platform.on(MENTIONS, answer(tweet(9)))
    signed = XSource(Config("x", None, "public", {"base_url": platform.url}, USER_KEYS))
    assert ids(signed.fetch({})) == ["9"]
    assert all(seen.headers["authorization"].startswith("OAuth ") for seen in platform.seen)
    assert signed.check() == "X shows the mentions of @acme"


GOOD = answer(tweet(9))
TOKEN_400 = {
    "errors": [{"parameters": {"pagination_token": ["t"]}, "message": "not a valid token"}],
    "title": "Invalid Request",
    "type": "https://api.twitter.com/2/problems/invalid-request",
}
SINCE_400 = {
    "errors": [
        {
            "parameters": {"since_id": ["5"]},
            "message": "'since_id' must be a tweet id created after 2026-11-14T12:00Z.",
        }
    ],
    "title": "Invalid Request",
}


def test_a_page_token_that_x_refuses_begins_the_round_again(platform: Platform) -> None:
    refused = Reply(TOKEN_400, 400)
    platform.on(MENTIONS, refused, answer(tweet(9), token="u"), refused, answer(tweet(8)))
    cursor = {"user_id": "42", "since_id": "5", "newest_id": "9", "next_token": "t"}
    first = source(platform).fetch(cursor)
    assert (first.posts, first.more) == ((), True)
    assert first.cursor == {"user_id": "42", "since_id": "5", "restarts": 1}
    second = source(platform).fetch(first.cursor)
    assert (ids(second), second.more) == (["9"], True)


def test_a_since_id_older_than_the_search_reaches_falls_back_to_a_time(platform: Platform) -> None:
    platform.on(SEARCH, Reply(SINCE_400, 400), answer(tweet(9)))
    page = source(platform, query="acme").fetch({"since_id": "5"})
    assert (page.posts, page.more) == ((), True)
    assert page.cursor == {"start_time": "2026-11-14T12:05:00Z", "restarts": 1}
    page = source(platform, query="acme").fetch(page.cursor)
    assert (ids(page), page.cursor) == (["9"], {"since_id": "9"})
    assert "since_id" not in platform.seen[1].query


def test_what_x_keeps_refusing_is_asked_again_only_with_the_next_pull(platform: Platform) -> None:
    platform.on(SEARCH, Reply(SINCE_400, 400))
    source_ = source(platform, query="acme")
    page = source_.fetch({"since_id": "5", "restarts": 1})
    assert not page.more


def test_one_bad_record_among_a_hundred_is_set_aside(platform: Platform) -> None:
    bad: list[Any] = [{"text": "no id"}, {"id": "50"}, {"id": "51", "text": ["x"]}, None, 7, [[]]]
    platform.on(MENTIONS, answer(*map(tweet, range(100, 200)), *bad))
    page = source(platform).fetch({})
    assert len(page.posts) == 100
    reasons = [rejected.reason for rejected in page.rejected]
    assert reasons[:3] == ["the record has no id", "the post has no text", "text is not a text"]
    assert len(reasons) == len(bad)
    assert page.cursor["since_id"] == "199"


def test_odd_values_in_optional_fields_do_not_lose_the_post(platform: Platform) -> None:
    odd = {
        "created_at": "yesterday",
        "author_id": 7,
        "lang": 5,
        "referenced_tweets": [{"type": "replied_to"}, {"id": "3"}, None],
        "edit_history_tweet_ids": [],
        "conversation_id": {},
        "note_tweet": "x",
    }
    users = [None, {"id": "7", "public_metrics": {"followers_count": 10**30}, "username": 3}]
    platform.on(MENTIONS, answer(tweet(9, **odd), includes={"users": users, "tweets": "x"}))
    [post] = source(platform).fetch({}).posts
    assert (post.author_id, post.reach, post.author, post.lang) == ("7", 2**31 - 1, None, None)


def test_partial_errors_beside_data_do_not_matter(platform: Platform) -> None:
    errors = [{"resource_type": "tweet", "title": "Not Found Error", "value": "1"}]
    platform.on(MENTIONS, answer(tweet(9), errors=errors))
    assert ids(source(platform).fetch({})) == ["9"]
