"""Mastodon: own short answers in the shape of its API; mentions, hashtags, threads, errors."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.channels.server import Platform, Reply
from workers.channels.base import Config, Page, Refused, SourceError, Throttled, Unreachable
from workers.channels.mastodon import MastodonSource

TOKEN = "canary-mastodon-token"
MENTIONS = "/api/v1/notifications"
TAG = "/api/v1/timelines/tag/acme"
ME = {"id": "1", "acct": "acme", "username": "acme"}
ANN = {"id": "5", "acct": "ann@far.example", "username": "ann", "followers_count": 12}


def source(platform: Platform, **settings: str) -> MastodonSource:
    secrets = {} if "hashtag" in settings else {"access_token": TOKEN}
    return MastodonSource(
        Config("m-test", "Acme", "public", {"base_url": platform.url, **settings}, secrets)
    )


def status(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "created_at": "2026-11-21T10:00:00.000Z",
        "content": f"<p>post {number}</p>",
        "url": f"https://far.example/@ann/{number}",
        "language": "de",
        "in_reply_to_id": None,
        "edited_at": None,
        "account": ANN,
        "reblog": None,
        **more,
    }


def mention(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "type": "mention",
        "created_at": "2026-11-21T10:00:00.000Z",
        "account": ANN,
        "status": status(number * 10, **more),
    }


@pytest.fixture
def instance(platform: Platform) -> Platform:
    """An instance that knows us and has nothing to say."""
    platform.on("/accounts/verify_credentials", ME)
    platform.on(MENTIONS, [])
    platform.on(TAG, [])
    return platform


def ids(page: Page) -> list[str]:
    return [post.id for post in page.posts]


def test_a_mention_becomes_a_post_with_all_its_fields(instance: Platform) -> None:
    instance.on(MENTIONS, [mention(3, edited_at="2026-11-21T11:00:00.000Z", spoiler_text="rant")])
    [post] = source(instance).fetch({}).posts
    assert (post.id, post.text) == ("30", "rant\n\npost 30")
    assert (post.author, post.author_id, post.reach) == ("ann@far.example", "5", 12)
    assert post.created_at == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert post.edited_at == datetime(2026, 11, 21, 11, tzinfo=UTC)
    assert (post.url, post.lang) == ("https://far.example/@ann/30", "de")
    assert (post.conversation, post.in_reply_to, post.own) == ("30", None, False)
    assert (post.platform, post.raw["account"]["acct"]) == ("mastodon", "ann@far.example")
    [_, asked] = instance.seen
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert (asked.query["types[]"], asked.query["limit"]) == ("mention", "40")


def test_the_first_pull_takes_the_newest_page_and_the_next_go_forward(instance: Platform) -> None:
    instance.on(MENTIONS, [mention(3), mention(2)], [mention(9)], [])
    first = source(instance).fetch({})
    assert (ids(first), first.more, first.cursor["min_id"]) == (["20", "30"], False, "3")
    second = source(instance).fetch(first.cursor)
    assert (ids(second), second.more) == (["90"], True)
    last = source(instance).fetch(second.cursor)
    assert (ids(last), last.more, last.cursor["min_id"]) == ([], False, "9")
    asked = [seen.query.get("min_id") for seen in instance.asked(MENTIONS)]
    assert asked == [None, "3", "9"]
    assert len(instance.asked("/verify_credentials")) == 1


def test_an_instance_that_repeats_a_page_does_not_turn_for_ever(instance: Platform) -> None:
    instance.on(MENTIONS, [mention(3)])
    first = source(instance).fetch({})
    second = source(instance).fetch(first.cursor)
    assert (ids(second), second.more, second.cursor["min_id"]) == (["30"], False, "3")


def test_ids_compare_as_numbers_and_not_as_text(instance: Platform) -> None:
    instance.on(MENTIONS, [mention(9), mention(10)])
    assert source(instance).fetch({}).cursor["min_id"] == "10"


def test_a_hashtag_needs_no_key_and_asks_nothing_else(platform: Platform) -> None:
    platform.on(TAG, [status(3)])
    page = source(platform, hashtag="#acme").fetch({})
    assert (ids(page), page.cursor["min_id"]) == (["3"], "3")
    assert [seen.path for seen in platform.seen] == [TAG]
    assert "authorization" not in platform.seen[0].headers


def test_a_boost_is_marked(platform: Platform) -> None:
    platform.on(TAG, [status(3, reblog=status(2)), status(1)])
    page = source(platform, hashtag="acme").fetch({})
    assert [(post.id, post.repost) for post in page.posts] == [("1", False), ("3", True)]


def test_our_own_posts_are_marked(instance: Platform) -> None:
    instance.on(MENTIONS, [mention(3, account=ME), mention(2)])
    assert [post.own for post in source(instance).fetch({}).posts] == [False, True]


def test_a_reply_carries_what_it_answers_and_joins_its_conversation(instance: Platform) -> None:
    instance.on("/api/v1/statuses/10", status(10, in_reply_to_id="5", content="<p>ours</p>"))
    instance.on(MENTIONS, [mention(3, in_reply_to_id="20"), mention(2, in_reply_to_id="10")])
    first, second = source(instance).fetch({}).posts
    assert (first.in_reply_to, first.parent_text, first.conversation) == ("10", "ours", "5")
    assert (second.in_reply_to, second.parent_text, second.conversation) == ("20", "post 20", "5")
    assert len(instance.asked("/statuses/10")) == 1


def test_a_conversation_is_remembered_from_pull_to_pull(instance: Platform) -> None:
    instance.on("/api/v1/statuses/25", status(25, in_reply_to_id="20"))
    instance.on(MENTIONS, [mention(2)], [mention(3, in_reply_to_id="25")])
    first = source(instance).fetch({})
    [reply] = source(instance).fetch(first.cursor).posts
    assert (first.posts[0].conversation, reply.conversation) == ("20", "20")


def test_looking_up_what_is_answered_is_capped_and_never_fails_the_pull(instance: Platform) -> None:
    replies = [mention(n, in_reply_to_id=str(n + 1000)) for n in range(30)]
    instance.on(MENTIONS, replies)
    instance.on("/api/v1/statuses/1001", Reply({"error": "Record not found"}, 404))
    page = source(instance).fetch({})
    assert len(page.posts) == 30
    assert sum("/statuses/" in seen.path for seen in instance.seen) == 10
    instance.seen.clear()
    instance.on("/api/v1/statuses/1029", Reply({}, 503))
    assert len(source(instance).fetch({}).posts) == 30
    assert sum("/statuses/" in seen.path for seen in instance.seen) == 1


def test_a_quote_carries_what_it_quotes_and_not_its_link(platform: Platform) -> None:
    quote = {"state": "accepted", "quoted_status": status(2)}
    content = '<p class="quote-inline">RE: <a href="x">x</a></p><p>look</p>'
    platform.on(TAG, [status(3, quote=quote, content=content)])
    [post] = source(platform, hashtag="acme").fetch({}).posts
    assert (post.text, post.parent_text) == ("look", "post 2")


def test_one_bad_record_among_good_ones_is_set_aside(instance: Platform) -> None:
    bad: list[Any] = [
        {"id": "8", "type": "mention", "status": None},
        {"id": "7", "type": "mention", "status": {"content": "x"}},
        {"id": "6", "type": "mention", "status": {"id": "60", "content": None}},
        5,
        None,
        "x",
    ]
    instance.on(MENTIONS, [*bad, mention(3), mention(2)])
    page = source(instance).fetch({})
    assert ids(page) == ["20", "30"]
    assert len(page.rejected) == len(bad)
    assert "the notification carries no status" in [each.reason for each in page.rejected]
    assert page.cursor["min_id"] == "8"


def test_odd_values_in_optional_fields_do_not_lose_the_post(platform: Platform) -> None:
    odd = {"account": None, "language": None, "created_at": "x", "url": None, "edited_at": {}}
    platform.on(TAG, [status(3, **odd), status(2, account={"id": 5, "followers_count": -1})])
    second, first = source(platform, hashtag="acme").fetch({}).posts
    assert (first.author, first.created_at, first.lang, first.url) == (None, None, None, None)
    assert (second.author_id, second.reach) == ("5", None)


LATER = {"X-RateLimit-Reset": "2099-01-01T00:05:00.000Z", "X-RateLimit-Remaining": "0"}


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        (Reply({"error": "Too many requests"}, 429, LATER), Throttled, "until 20"),
        (Reply({"error": "Too many requests"}, 429), Throttled, "asks us to wait: "),
        (Reply({"error": "x"}, 429, {"X-RateLimit-Reset": "soon"}), Throttled, "to wait: "),
        (Reply({"error": "revoked"}, 401), Refused, "does not accept the access_token: revoked"),
        (Reply({"error": "scopes"}, 403), Refused, "needs the scope read:notifications"),
        (Reply({"error": "Not Found"}, 404), Refused, "does not have mentions"),
        (Reply({"error": "gone"}, 410), Refused, "does not have mentions"),
        (Reply({"error": "bad"}, 422), Refused, "does not accept the request: bad"),
        (Reply([1], 400), Refused, "does not accept the request: status 400"),
        (Reply({"error": "x"}, 500), Unreachable, "error of its own"),
        (Reply({"error": "x"}, 503), Unreachable, "error of its own"),
        (Reply({"error": "x"}, 530), Unreachable, "error of its own"),
        (Reply({}), Unreachable, "no list in it"),
        (Reply("null"), Unreachable, "cannot be read"),
        (Reply("12"), Unreachable, "cannot be read"),
        (Reply(""), Unreachable, "cannot be read"),
    ],
)
def test_each_error_answer_is_one_of_three_errors(
    instance: Platform, reply: Reply, error: type[SourceError], says: str
) -> None:
    instance.on(MENTIONS, reply, [mention(3)])
    with pytest.raises(error, match=says):
        source(instance).fetch({})
    assert ids(source(instance).fetch({})) == ["30"]


@pytest.mark.parametrize("status_code", [401, 403, 422])
def test_a_hashtag_behind_a_login_asks_for_a_key(platform: Platform, status_code: int) -> None:
    platform.on(TAG, Reply({"error": "This method requires an authenticated user"}, status_code))
    with pytest.raises(Refused, match="shows #acme only with a login: give an access_token"):
        source(platform, hashtag="acme").fetch({})


def test_a_rate_limit_says_when_it_ends(instance: Platform) -> None:
    instance.on(MENTIONS, Reply({"error": "x"}, 429, LATER))
    with pytest.raises(Throttled) as caught:
        source(instance).fetch({})
    assert caught.value.retry_at is not None
    assert abs(caught.value.retry_at - datetime(2099, 1, 1, 0, 5, tzinfo=UTC)).total_seconds() < 5


@pytest.mark.parametrize(
    "headers", [{"X-RateLimit-Reset": "tomorrow"}, {"X-RateLimit-Reset": "9" * 30}, LATER]
)
def test_odd_rate_limit_headers_on_a_good_answer_do_no_harm(
    instance: Platform, headers: dict[str, str]
) -> None:
    instance.on(MENTIONS, Reply([mention(3)], 200, {**headers, "Date": "x"}))
    assert ids(source(instance).fetch({})) == ["30"]


def test_a_token_that_may_not_say_whose_it_is_is_enough(instance: Platform) -> None:
    instance.on("/accounts/verify_credentials", Reply({"error": "outside the scopes"}, 403))
    instance.on(MENTIONS, [mention(3)])
    assert ids(source(instance).fetch({})) == ["30"]


def test_a_dead_token_is_found_before_anything_is_read(instance: Platform) -> None:
    instance.on("/accounts/verify_credentials", Reply({"error": "revoked"}, 401))
    with pytest.raises(Refused, match="does not accept the access_token"):
        source(instance).fetch({})


def test_check_says_what_is_watched(instance: Platform) -> None:
    assert source(instance).check() == "Mastodon at 127.0.0.1 shows the mentions of @acme"
    assert source(instance, hashtag="#acme").check() == "Mastodon at 127.0.0.1 shows #acme"


@pytest.mark.parametrize(
    ("settings", "secrets", "says"),
    [
        ({}, {}, "needs something to watch"),
        ({"hashtag": "a/../b"}, {}, "hashtag is one word"),
        ({"hashtag": "a b"}, {}, "hashtag is one word"),
        ({"hashtag": "a", "base_url": "ftp://x"}, {}, "base_url must begin"),
    ],
)
def test_wrong_settings_are_refused_before_anything_is_sent(
    settings: dict[str, str], secrets: dict[str, str], says: str
) -> None:
    assert says in str(MastodonSource.problem(settings, secrets))
    with pytest.raises(Refused, match=says):
        MastodonSource(Config("m", None, "public", settings, secrets)).fetch({})
    assert MastodonSource.problem({"hashtag": "größe", "instance": "mas.to"}, {}) is None
