"""Reddit: own short answers in the shape of its API; inbox, subreddit, tokens, limits, errors."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.channels.server import Platform, Reply
from triage.tables import Token
from workers.channels.base import Config, Page, Refused, SourceError, Throttled, Unreachable
from workers.channels.reddit import RedditSource

TOKEN = "/api/v1/access_token"
MENTIONS, REPLIES = "/message/mentions", "/message/comments/"
COMMENTS, POSTS = "/r/acme/comments/", "/r/acme/new"
GRANT = {"access_token": "token-1", "expires_in": 86400, "scope": "*", "token_type": "bearer"}
APP = {"client_id": "app", "client_secret": "app-secret"}
INBOX = {**APP, "password": "pass-word"}


def source(
    platform: Platform, secrets: dict[str, str] | None = None, **settings: str
) -> RedditSource:
    given = {"base_url": platform.url, **settings}
    if not secrets and "subreddit" not in settings:
        given["username"], secrets = "Acme", INBOX
    return RedditSource(Config("r", "Acme", "public", given, secrets or APP))


def comment(number: int, **more: Any) -> dict[str, Any]:
    return {
        "kind": "t1",
        "data": {
            "id": f"c{number}",
            "name": f"t1_c{number}",
            "body": f"comment {number}",
            "author": "ann",
            "author_fullname": "t2_ann",
            "parent_id": "t3_p1",
            "link_id": "t3_p1",
            "link_title": "A title",
            "permalink": f"/r/acme/comments/p1/a_title/c{number}/",
            "created_utc": 1_795_000_000.0 + number,
            "edited": False,
            **more,
        },
    }


def listing(*records: Any, after: str | None = None) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"children": [*records], "after": after}}


def ids(page: Page) -> list[str]:
    return [post.id for post in page.posts]


@pytest.fixture
def reddit(platform: Platform) -> Platform:
    """A Reddit that knows us and has nothing to say."""
    platform.on(TOKEN, GRANT)
    for path in (MENTIONS, REPLIES, COMMENTS, POSTS, "/api/info"):
        platform.on(path, listing())
    return platform


def test_a_comment_becomes_a_post_with_all_its_fields(reddit: Platform) -> None:
    reddit.on(COMMENTS, listing(comment(3, edited=1_795_000_100.0)))
    [post] = source(reddit, subreddit="r/acme").fetch({}).posts
    assert (post.id, post.text) == ("t1_c3", "comment 3")
    assert (post.author, post.author_id) == ("ann", "t2_ann")
    assert post.created_at == datetime.fromtimestamp(1_795_000_003, UTC)
    assert post.edited_at == datetime.fromtimestamp(1_795_000_100, UTC)
    assert post.url == "https://www.reddit.com/r/acme/comments/p1/a_title/c3/"
    assert (post.conversation, post.in_reply_to, post.parent_text) == ("t3_p1", "t3_p1", "A title")
    assert (post.own, post.deleted, post.platform) == (False, False, "reddit")
    [_, asked] = reddit.seen
    assert asked.headers["authorization"] == "bearer token-1"
    assert "triage" in asked.headers["user-agent"]
    assert (asked.query["limit"], asked.query["raw_json"]) == ("100", "1")


def test_an_inbox_is_mentions_and_then_replies(reddit: Platform) -> None:
    said = {"link_id": None, "permalink": None, "context": "/r/acme/comments/p7/x/c1/?context=3"}
    reddit.on(MENTIONS, listing(comment(1, **said)))
    reddit.on(REPLIES, listing(comment(2), {"kind": "t4", "data": {"name": "t4_x", "body": "dm"}}))
    first = source(reddit).fetch({})
    assert (ids(first), first.more) == (["t1_c1"], True)
    assert first.posts[0].conversation == "t3_p7"
    assert first.posts[0].url == "https://www.reddit.com/r/acme/comments/p7/x/c1/"
    second = source(reddit).fetch(first.cursor)
    assert (ids(second), second.more, second.rejected) == (["t1_c2"], False, ())
    assert ids(source(reddit).fetch(second.cursor)) == []


def test_the_token_is_kept_from_pull_to_pull(reddit: Platform) -> None:
    source(reddit).fetch({})
    source(reddit).fetch({})
    assert len(reddit.asked(TOKEN)) == 1
    assert "token-1" in (source(reddit)._client.kept.read() or "")
    assert "token-1" not in Token.objects.get().sealed


def test_a_kept_token_that_is_over_is_asked_for_anew_and_once(reddit: Platform) -> None:
    source(reddit).fetch({})
    reddit.on(TOKEN, {**GRANT, "access_token": "token-2"})
    reddit.on(MENTIONS, Reply({"message": "Unauthorized", "error": 401}, 401), listing(comment(1)))
    assert ids(source(reddit).fetch({})) == ["t1_c1"]
    assert reddit.seen[-1].headers["authorization"] == "bearer token-2"
    reddit.on(MENTIONS, Reply({"message": "Unauthorized", "error": 401}, 401))
    with pytest.raises(Refused, match="does not accept the token: Unauthorized"):
        source(reddit).fetch({})


def test_a_reply_carries_the_comment_it_answers(reddit: Platform) -> None:
    answers = [comment(3, parent_id="t1_c2"), comment(2), comment(4, parent_id="t1_far")]
    reddit.on(COMMENTS, listing(*answers))
    reddit.on("/api/info", listing(comment(0, name="t1_far", body="far away")))
    page = source(reddit, subreddit="acme").fetch({})
    assert [post.parent_text for post in page.posts] == ["comment 2", "A title", "far away"]
    assert [seen.query["id"] for seen in reddit.asked("/api/info")] == ["t1_far"]
    reddit.on("/api/info", Reply({}, 503))
    page = source(reddit, subreddit="acme").fetch({})
    assert [post.parent_text for post in page.posts] == ["comment 2", "A title", "A title"]


def test_new_posts_of_a_subreddit_too(reddit: Platform) -> None:
    link = {"name": "t3_p2", "id": "p2", "title": "Look", "selftext": "", "author": "bo"}
    text = {**link, "name": "t3_p3", "id": "p3", "selftext": "at this"}
    reddit.on(POSTS, listing(*({"kind": "t3", "data": data} for data in (link, text))))
    first = source(reddit, subreddit="acme", posts="yes").fetch({})
    page = source(reddit, subreddit="acme", posts="yes").fetch(first.cursor)
    assert [post.text for post in page.posts] == ["Look", "Look\n\nat this"]
    assert [post.conversation for post in page.posts] == ["t3_p2", "t3_p3"]
    assert [post.parent_text for post in page.posts] == [None, None]


def test_a_query_lets_through_what_holds_one_of_its_words(reddit: Platform) -> None:
    found = [comment(1, body="Acme rules"), comment(2, body="other"), comment(3, body="my BIKE")]
    reddit.on(COMMENTS, listing(*found), listing(comment(1, body="[deleted]"), found[1]))
    page = source(reddit, subreddit="acme", query="acme, bike").fetch({})
    assert ids(page) == ["t1_c1", "t1_c3"]
    page = source(reddit, subreddit="acme", query="acme, bike").fetch(page.cursor)
    assert [(post.id, post.deleted) for post in page.posts] == [("t1_c1", True)]


def test_a_round_reads_down_to_what_is_known(reddit: Platform) -> None:
    reddit.on(COMMENTS, listing(comment(2), comment(1)))
    first = source(reddit, subreddit="acme").fetch({})
    pages = (listing(comment(4), after="t1_c4"), listing(comment(3), comment(2), after="t1_c2"))
    reddit.on(COMMENTS, *pages)
    second = source(reddit, subreddit="acme").fetch(first.cursor)
    assert (ids(second), second.more) == (["t1_c4"], True)
    third = source(reddit, subreddit="acme").fetch(second.cursor)
    assert (ids(third), third.more) == (["t1_c3"], False)
    assert reddit.seen[-1].query["after"] == "t1_c4"


def test_it_ends_where_all_that_was_known_is_gone(reddit: Platform) -> None:
    at = time.time()
    reddit.on(COMMENTS, listing(comment(9, created_utc=at)))
    first = source(reddit, subreddit="acme").fetch({})
    older = comment(1, created_utc=at - 7 * 3600)
    reddit.on(COMMENTS, listing(comment(10, created_utc=at), older, after="t1_c1"))
    assert not source(reddit, subreddit="acme").fetch(first.cursor).more


def test_edits_and_deletions_show_in_the_listing(reddit: Platform) -> None:
    reddit.on(COMMENTS, listing(comment(3), comment(2), comment(1)))
    first = source(reddit, subreddit="acme").fetch({})
    gone = comment(2, body="[deleted]", author="[deleted]", author_fullname=None)
    removed = comment(1, body="[removed]")
    reddit.on(COMMENTS, listing(comment(3, body="new", edited=1_795_000_200.0), gone, removed))
    edited, deleted, taken = source(reddit, subreddit="acme").fetch(first.cursor).posts
    assert (edited.text, edited.edited_at is not None) == ("new", True)
    assert (deleted.deleted, deleted.text, deleted.author) == (True, "", None)
    assert (taken.deleted, taken.text) == (True, "")


def test_posts_seen_last_are_looked_at_again_every_ten_minutes(
    reddit: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    reddit.on(COMMENTS, listing(comment(2), comment(1)))
    first = source(reddit, subreddit="acme").fetch({})
    reddit.on(COMMENTS, listing())
    later = datetime.now(UTC) + timedelta(minutes=11)
    monkeypatch.setattr("workers.channels.reddit.now", lambda: later)
    second = source(reddit, subreddit="acme").fetch(first.cursor)
    assert (ids(second), second.more) == ([], True)
    reddit.on("/api/info", Reply({"error": 403}, 403))
    assert source(reddit, subreddit="acme").fetch(second.cursor).posts == ()
    reddit.on("/api/info", listing(comment(2), comment(1, body="[deleted]", author="[deleted]")))
    third = source(reddit, subreddit="acme").fetch(second.cursor)
    assert [(post.id, post.deleted) for post in third.posts] == [("t1_c1", True)]
    assert not third.more
    assert not source(reddit, subreddit="acme").fetch(third.cursor).more


def test_our_own_posts_are_marked(reddit: Platform) -> None:
    reddit.on(MENTIONS, listing(comment(1, author="ACME"), comment(2), comment(3, author="Helper")))
    page = source(reddit, own_ids="helper").fetch({})
    assert [post.own for post in page.posts] == [True, False, True]


def test_a_refresh_token_tells_whose_account_it_is(reddit: Platform) -> None:
    reddit.on("/api/v1/me", {"name": "Acme"})
    reddit.on(MENTIONS, listing(comment(1, author="acme")))
    secrets = {**APP, "refresh_token": "refresh"}
    page = source(reddit, secrets).fetch({})
    assert page.posts[0].own
    source(reddit, secrets).fetch(page.cursor)
    assert len(reddit.asked("/api/v1/me")) == 1
    assert "u/Acme" in source(reddit, secrets).check()
    reddit.on("/api/v1/me", Reply({"error": 403}, 403))
    assert not source(reddit, secrets).fetch({}).posts[0].own


def test_one_bad_record_among_good_ones_is_set_aside_once(reddit: Platform) -> None:
    bad: list[Any] = [5, None, {"kind": "t1"}, comment(8, body=None), comment(7, body=["x"])]
    reddit.on(COMMENTS, listing(*bad, comment(2)))
    page = source(reddit, subreddit="acme").fetch({})
    assert (ids(page), len(page.rejected)) == (["t1_c2"], 5)
    assert source(reddit, subreddit="acme").fetch(page.cursor).rejected == ()


def test_a_rate_limit_that_is_used_up_is_rested_and_never_slept(reddit: Platform) -> None:
    used = {"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "300", "x-ratelimit-used": "100"}
    reddit.on(MENTIONS, Reply(listing(comment(1)), 200, used))
    began = time.monotonic()
    page = source(reddit).fetch({})
    assert (ids(page), page.more) == (["t1_c1"], False)
    with pytest.raises(Throttled) as caught:
        source(reddit).fetch(page.cursor)
    assert time.monotonic() - began < 5
    assert caught.value.retry_at is not None
    assert abs(caught.value.retry_at.timestamp() - time.time() - 300) < 10


SCOPE = {"WWW-Authenticate": 'Bearer realm="reddit", error="insufficient_scope"'}
SEARCH = {"Location": "https://oauth.reddit.com/subreddits/search?q=acme"}


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        (Reply({"message": "Too Many Requests"}, 429), Throttled, "asks us to wait: "),
        (Reply({}, 429, {"x-ratelimit-reset": "60"}), Throttled, "until 20"),
        (Reply({"reason": "private", "message": "Forbidden"}, 403), Refused, "r/acme .*: private"),
        (Reply({"error": 403}, 403, SCOPE), Refused, "lacks the scope read"),
        (Reply({"error": 401}, 401), Refused, "does not accept the token"),
        (Reply({"reason": "banned", "message": "Not Found"}, 404), Refused, "has no r/acme"),
        (Reply("", 302, SEARCH), Refused, "Reddit has no r/acme"),
        (Reply("", 302, {"Location": "https://x.example"}), Unreachable, "another address"),
        (Reply({"message": "Bad", "error": 400}, 400), Refused, "does not accept the request: Bad"),
        (Reply("", 503), Unreachable, "error of its own"),
        (Reply({"data": {}}), Unreachable, "no list of children"),
        (Reply("", 204), Unreachable, "no list of children"),
    ],
)
def test_each_error_answer_is_one_of_three_errors(
    reddit: Platform, reply: Reply, error: type[SourceError], says: str
) -> None:
    reddit.on(COMMENTS, reply, listing(comment(3)))
    with pytest.raises(error, match=says):
        source(reddit, subreddit="acme").fetch({})
    assert len(reddit.asked(COMMENTS)) == 1
    assert ids(source(reddit, subreddit="acme").fetch({})) == ["t1_c3"]


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        (Reply({"message": "Unauthorized", "error": 401}, 401), Refused, "client_id and client_se"),
        (Reply({"error": "invalid_grant"}), Refused, "does not accept username and password"),
        (Reply({"error": 400}, 400), Refused, "gives no token"),
        (Reply({"message": "Too Many Requests", "error": 429}, 429), Throttled, "to wait"),
        (Reply({}), Unreachable, "cannot be read"),
    ],
)
def test_a_sign_in_that_fails_says_why(
    reddit: Platform, reply: Reply, error: type[SourceError], says: str
) -> None:
    reddit.on(TOKEN, reply, GRANT)
    with pytest.raises(error, match=says):
        source(reddit).check()
    assert source(reddit).check() == "Reddit shows the mentions of and replies to u/Acme"
    assert source(reddit, subreddit="acme").check() == "Reddit shows r/acme"


@pytest.mark.parametrize(
    ("settings", "secrets", "says"),
    [
        ({"subreddit": "a"}, {"client_id": "x"}, "needs the client_id and the client_secret"),
        ({}, APP, "an inbox needs its account"),
        ({}, INBOX, "a password needs the username"),
        ({"subreddit": "a b"}, APP, "subreddit is the name"),
        ({"subreddit": "a", "user_agent": "x"}, APP, "at least 7 characters"),
        ({"subreddit": "a", "base_url": "x"}, APP, "base_url must begin"),
    ],
)
def test_wrong_settings_are_refused_before_anything_is_sent(
    settings: dict[str, str], secrets: dict[str, str], says: str
) -> None:
    assert says in str(RedditSource.problem(settings, secrets))
    with pytest.raises(Refused, match=says):
        RedditSource(Config("r", None, "public", settings, secrets)).fetch({})
    assert RedditSource.problem({"subreddit": "a+b"}, APP) is None
