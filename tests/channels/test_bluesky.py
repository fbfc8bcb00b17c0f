"""Bluesky: own short answers in the shape of its API; sessions, paging, contexts, errors."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.channels.server import Platform, Reply
from triage.tables import Token
from workers.channels.base import Config, Page, Refused, SourceError, Throttled, Unreachable
from workers.channels.bluesky import BlueskySource

PASSWORD = "abcd-efgh-ijkl-mnop"
NOTES = "/xrpc/app.bsky.notification.listNotifications"
POSTS = "/xrpc/app.bsky.feed.getPosts"
CREATE = "/xrpc/com.atproto.server.createSession"
US = "did:plc:us"
SESSION = {"did": US, "handle": "acme.example", "accessJwt": "access-1", "refreshJwt": "r-1"}


def source(platform: Platform, password: str = PASSWORD, **settings: str) -> BlueskySource:
    given = {"base_url": platform.url, "handle": "@Acme.example", **settings}
    return BlueskySource(Config("b", "Acme", "public", given, {"app_password": password}))


def uri(number: int, did: str = "did:plc:ann") -> str:
    return f"at://{did}/app.bsky.feed.post/{number}"


def note(number: int, reason: str = "mention", **record: Any) -> dict[str, Any]:
    time = f"2026-11-21T10:00:{number % 60:02}.000Z"
    return {
        "uri": uri(number),
        "cid": f"cid{number}",
        "author": {"did": "did:plc:ann", "handle": "ann.example"},
        "reason": reason,
        "record": {
            "$type": "app.bsky.feed.post",
            "text": f"post {number}",
            "createdAt": time,
            **record,
        },
        "isRead": False,
        "indexedAt": time,
    }


def notes(*numbers: int, **more: Any) -> dict[str, Any]:
    return {"notifications": [note(number) for number in numbers], **more}


def ids(page: Page) -> list[int]:
    return [int(post.id.rpartition("/")[2]) for post in page.posts]


@pytest.fixture
def server(platform: Platform) -> Platform:
    """A server that knows us and has nothing to say."""
    platform.on(CREATE, SESSION)
    platform.on(NOTES, notes())
    platform.on(POSTS, {"posts": []})
    return platform


def test_a_mention_becomes_a_post_with_all_its_fields(server: Platform) -> None:
    server.on(NOTES, {"notifications": [note(3, langs=["de", "en"])]})
    [post] = source(server).fetch({}).posts
    assert (post.id, post.text, post.lang) == (uri(3), "post 3", "de")
    assert (post.author, post.author_id, post.reach) == ("ann.example", "did:plc:ann", None)
    assert post.created_at == datetime(2026, 11, 21, 10, 0, 3, tzinfo=UTC)
    assert post.url == "https://bsky.app/profile/did:plc:ann/post/3"
    assert (post.conversation, post.in_reply_to, post.parent_text) == (uri(3), None, None)
    assert (post.own, post.deleted, post.platform) == (False, False, "bluesky")
    [_, asked] = server.seen
    assert asked.headers["authorization"] == "Bearer access-1"
    assert (asked.query["limit"], asked.query["priority"]) == ("100", "false")


def test_a_reply_carries_what_it_answers_and_a_quote_what_it_quotes(server: Platform) -> None:
    refs = {"root": {"uri": uri(1, US)}, "parent": {"uri": uri(2, US)}}
    quote = {"record": {"record": {"uri": uri(4, US)}}, "media": {}}
    found = [note(9, "reply", reply=refs), note(8, "quote", embed=quote)]
    server.on(NOTES, {"notifications": found})
    texts = [{"uri": uri(n, US), "record": {"text": f"ours {n}"}} for n in (2, 4)]
    server.on(POSTS, {"posts": texts})
    reply, quoting = source(server).fetch({}).posts
    assert (reply.conversation, reply.in_reply_to) == (uri(1, US), uri(2, US))
    assert (reply.parent_text, quoting.parent_text) == ("ours 2", "ours 4")
    assert (quoting.in_reply_to, quoting.conversation) == (None, uri(8))
    assert len(server.asked(POSTS)) == 1


def test_parents_are_asked_for_25_at_a_time_and_never_fail_the_pull(server: Platform) -> None:
    def answering(n: int) -> dict[str, Any]:
        refs = {"root": {"uri": uri(n, US)}, "parent": {"uri": uri(n, US)}}
        return note(n, "reply", reply=refs)

    server.on(NOTES, {"notifications": [answering(n) for n in range(60)]})
    assert len(source(server).fetch({}).posts) == 60
    assert len(server.asked(POSTS)) == 3
    server.on(POSTS, Reply({}, 503))
    assert len(source(server).fetch({}).posts) == 60
    assert len(server.asked(POSTS)) == 4


def test_the_session_is_kept_from_pull_to_pull_where_only_we_can_read_it(server: Platform) -> None:
    source(server).fetch({})
    source(server).fetch({})
    assert len(server.asked(CREATE)) == 1
    assert "access-1" in (source(server)._account.kept.read() or "")
    assert "access-1" not in Token.objects.get().sealed
    assert "access-1" not in json.dumps(source(server).fetch({}).cursor)


def test_another_password_does_not_open_the_kept_session(server: Platform) -> None:
    source(server).fetch({})
    source(server, password="other").fetch({})
    assert len(server.asked(CREATE)) == 2


def test_a_session_that_is_over_is_opened_anew_and_once(server: Platform) -> None:
    source(server).fetch({})
    expired = Reply({"error": "ExpiredToken", "message": "Token has expired"}, 400)
    server.on(CREATE, {**SESSION, "accessJwt": "access-2"})
    server.on(NOTES, expired, notes(3))
    assert ids(source(server).fetch({})) == [3]
    assert server.seen[-1].headers["authorization"] == "Bearer access-2"
    server.on(NOTES, expired)
    with pytest.raises(Refused, match="does not accept the request: ExpiredToken"):
        source(server).fetch({})


def test_a_token_near_its_end_is_refreshed_and_the_new_one_kept(server: Platform) -> None:
    jwt = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3MDAwMDAwMDB9.c2ln"  # ended in 2023
    server.on(CREATE, {**SESSION, "accessJwt": jwt})
    server.on("/xrpc/com.atproto.server.refreshSession", {**SESSION, "accessJwt": "access-2"})
    source(server).fetch({})
    [refreshed] = server.asked("/xrpc/com.atproto.server.refreshSession")
    assert refreshed.headers["authorization"] == "Bearer r-1"
    source(server).fetch({})
    assert server.seen[-1].headers["authorization"] == "Bearer access-2"
    assert len(server.asked(CREATE)) == 1


def test_a_round_reads_down_to_what_is_known(server: Platform) -> None:
    server.on(NOTES, notes(3, 2, 1))
    first = source(server).fetch({})
    server.on(NOTES, notes(7, 6, cursor="older"), notes(5, 4, 3, cursor="oldest"))
    second = source(server).fetch(first.cursor)
    assert (ids(second), second.more) == ([7, 6], True)
    third = source(server).fetch(second.cursor)
    assert (ids(third), third.more) == ([5, 4], False)
    assert [seen.query.get("cursor") for seen in server.asked(NOTES)] == [None, None, "older"]
    server.on(NOTES, notes(7, 6, 5, cursor="older"))
    assert ids(source(server).fetch(third.cursor)) == []


def test_a_crash_in_the_middle_of_a_round_loses_nothing(server: Platform) -> None:
    server.on(NOTES, notes(1))
    first = source(server).fetch({})
    server.on(NOTES, notes(5, 4, cursor="older"), Reply({}, 503), notes(3, 2, 1))
    second = source(server).fetch(first.cursor)
    with pytest.raises(Unreachable):
        source(server).fetch(second.cursor)
    assert ids(source(server).fetch(second.cursor)) == [3, 2]


def test_a_page_token_that_ran_out_begins_the_round_again(server: Platform) -> None:
    server.on(NOTES, notes(1))
    first = source(server).fetch({})
    server.on(NOTES, notes(5, cursor="old"), Reply({"error": "InvalidRequest"}, 400), notes(5, 1))
    second = source(server).fetch(first.cursor)
    again = source(server).fetch(second.cursor)
    assert (again.posts, again.more) == ((), False)
    assert ids(source(server).fetch(again.cursor)) == [5]


def test_a_server_that_turns_in_a_circle_does_not_hold_us(server: Platform) -> None:
    recent = note(3)
    recent["indexedAt"] = datetime.now(UTC).isoformat()
    server.on(NOTES, {"notifications": [recent], "cursor": "same"})
    first = source(server).fetch({})
    second = source(server).fetch(first.cursor)
    assert (first.more, second.more, ids(second)) == (True, False, [])


def test_likes_and_follows_are_left_out_where_a_server_sends_them(server: Platform) -> None:
    server.on(NOTES, {"notifications": [note(3, "like"), note(2, "follow"), note(1)]})
    page = source(server).fetch({})
    assert (ids(page), page.rejected) == ([1], ())


def test_our_own_posts_are_marked_and_deleted_ones_are_empty(server: Platform) -> None:
    ours = {**note(3), "author": {"did": US, "handle": "acme.example"}}
    gone = {**note(2), "record": {"$type": "app.bsky.notification.defs#recordDeleted"}}
    server.on(NOTES, {"notifications": [ours, gone]})
    first, second = source(server).fetch({}).posts
    assert (first.own, second.own, second.deleted, second.text) == (True, False, True, "")


def test_one_bad_record_among_good_ones_is_set_aside_once(server: Platform) -> None:
    bad: list[Any] = [5, None, {"reason": "mention"}, note(8, text=None), note(7, text=["x"])]
    server.on(NOTES, {"notifications": [*bad, note(2)]})
    page = source(server).fetch({})
    assert (ids(page), len(page.rejected)) == ([2], 5)
    assert source(server).fetch(page.cursor).rejected == ()


LATER = {"ratelimit-limit": "3000", "ratelimit-remaining": "0", "ratelimit-reset": "4070908800"}


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        (Reply({"error": "RateLimitExceeded"}, 429, LATER), Throttled, "until 20"),
        (Reply({"error": "RateLimitExceeded"}, 429), Throttled, "asks us to wait: "),
        (Reply({"error": "Forbidden", "message": "no"}, 403), Refused, "Forbidden: no"),
        (Reply({"error": "AccountTakedown"}, 400), Refused, "is closed"),
        (Reply({"error": "XRPCNotSupported"}, 404), Refused, "is it a server of atproto"),
        (Reply({"error": "InvalidRequest"}, 400), Refused, "does not accept the request"),
        (Reply({"error": "UpstreamFailure"}, 502), Unreachable, "error of its own"),
        (Reply({}), Unreachable, "no list of notifications"),
        (Reply([]), Unreachable, "no list of notifications"),
        (Reply("x", 404), Unreachable, "cannot be read"),
    ],
)
def test_each_error_answer_is_one_of_three_errors(
    server: Platform, reply: Reply, error: type[SourceError], says: str
) -> None:
    server.on(NOTES, reply, notes(3))
    with pytest.raises(error, match=says):
        source(server).fetch({})
    assert ids(source(server).fetch({})) == [3]


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        (Reply({"error": "AuthenticationRequired"}, 401), Refused, "with this app_password"),
        (Reply({"error": "AuthFactorTokenRequired"}, 401), Refused, "give an app_password"),
        (Reply({"error": "RateLimitExceeded"}, 429, LATER), Throttled, "until 20"),
        (Reply({"did": US}), Unreachable, "cannot be read"),
    ],
)
def test_a_sign_in_that_fails_says_why(
    server: Platform, reply: Reply, error: type[SourceError], says: str
) -> None:
    server.on(CREATE, reply, SESSION)
    with pytest.raises(error, match=says):
        source(server).check()
    assert source(server).check() == "Bluesky shows the notifications of @acme.example"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"handle": ""}, "needs the account's handle"),
        ({"handle": "acme"}, "must be a whole name"),
        ({"handle": "a.b", "reasons": "like"}, "reasons are some of mention"),
        ({"handle": "a.b", "lookback_hours": "0"}, "lookback_hours is '0'"),
        ({"handle": "a.b", "base_url": "ftp://x"}, "base_url must begin"),
    ],
)
def test_wrong_settings_are_refused_before_anything_is_sent(
    settings: dict[str, str], says: str
) -> None:
    assert says in str(BlueskySource.problem(settings, {"app_password": "p"}))
    with pytest.raises(Refused, match=says):
        BlueskySource(Config("b", None, "public", settings, {"app_password": "p"})).fetch({})
    assert BlueskySource.problem({"handle": "did:plc:us"}, {"app_password": "p"}) is None
