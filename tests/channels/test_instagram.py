"""Instagram: a round through an account, its cursor, its errors."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.channels.conftest import round_of
from tests.channels.facebook_shapes import EMPTY, NOW, at_noon, follow, ids
from tests.channels.server import Platform, Reply
from workers.channels.base import Config, Cursor, Page, Refused, SourceError, Throttled, Unreachable
from workers.channels.instagram import InstagramSource

TOKEN = "canary-ig-token"
US = {"id": "1", "username": "acme"}


def source(platform: Platform, /, **settings: str) -> InstagramSource:
    settings = {"base_url": platform.url, "ig_user_id": "1", **settings}
    return InstagramSource(Config("ig-test", "Acme", "public", settings, {"access_token": TOKEN}))


def media(number: int, comments: int | None = 0, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": f"m{number}",
        "caption": f"media {number}",
        "permalink": f"https://www.instagram.com/p/{number}/",
        "timestamp": "2026-11-20T10:00:00+0000",
        "username": "acme",
    }
    if comments is not None:
        made["comments_count"] = comments
    return made | more


def comment(number: int, at: str = "2026-11-21T10:00:00+0000", **more: Any) -> dict[str, Any]:
    who = {"id": "5", "username": "ann"}
    made = {"id": f"c{number}", "text": f"comment {number}", "timestamp": at}
    return {**made, "username": "ann", "from": who, "hidden": False, **more}


def quiet(platform: Platform) -> Platform:
    """An account with nothing on it."""
    platform.on("/1", US)
    platform.on("/1/media", EMPTY)
    platform.on("/1/tags", EMPTY)
    return platform


def whole_round(platform: Platform, cursor: Cursor, **settings: str) -> tuple[list[Page], Cursor]:
    return round_of(lambda: source(platform, **settings), cursor)


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    at_noon(monkeypatch)


@pytest.fixture
def account(platform: Platform) -> Platform:
    return quiet(platform)


def test_a_round_reads_the_media_then_comments_with_replies_then_tags(account: Platform) -> None:
    ours = comment(3, username="acme", **{"from": US})
    account.on("/1/media", {"data": [media(10, 3), media(11, 0)]})
    replied = comment(1, replies={"data": [ours, comment(4)]})
    account.on("/m10/comments", {"data": [comment(2), replied]})
    tag = {"id": "t7", "caption": "look @acme", "timestamp": "x", "username": "bo"}
    account.on("/1/tags", {"data": [tag, {"id": "t8"}]})
    pages, cursor = whole_round(account, {})
    assert ids(pages) == ["m10", "m11", "c2", "c1", "c3", "c4", "t7", "t8"]
    posts = {each.id: each for page in pages for each in page.posts}
    assert [post_id for post_id, post in posts.items() if post.own] == ["m10", "m11", "c3"]
    found = posts["c2"]
    assert (found.text, found.author, found.author_id) == ("comment 2", "ann", "5")
    assert (found.conversation, found.in_reply_to, found.parent_text) == ("m10", "m10", "media 10")
    assert found.created_at == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert (found.url, found.platform) == ("https://www.instagram.com/p/10/", "instagram")
    reply = posts["c4"]
    assert (reply.conversation, reply.in_reply_to, reply.parent_text) == ("m10", "c1", "comment 1")
    assert "replies" not in posts["c1"].raw
    assert (posts["m10"].author, posts["m10"].conversation) == ("acme", "m10")
    assert (posts["t7"].author, posts["t7"].author_id, posts["t7"].text) == (
        "bo",
        "bo",
        "look @acme",
    )
    assert (posts["t8"].author, posts["t8"].text, posts["t8"].created_at) == (None, "", None)
    assert cursor["page"] == {"id": "1", "name": "acme"}
    assert "round" not in cursor


def test_what_is_asked_for(account: Platform) -> None:
    account.on("/1/media", {"data": [media(10, 1)]})
    account.on("/m10/comments", EMPTY)
    whole_round(account, {})
    who, feed, comments, tags = account.seen
    assert who.query["fields"] == "id,username"
    assert feed.query["since"] == str(int(NOW.timestamp()) - 14 * 86400)
    assert "comments_count" in feed.query["fields"]
    assert (comments.query["limit"], "order" in comments.query) == ("50", False)
    assert "replies.limit(50){id,text" in comments.query["fields"]
    assert tags.path == "/v26.0/1/tags"
    assert {seen.headers["authorization"] for seen in account.seen} == {f"Bearer {TOKEN}"}


def test_a_quiet_account_costs_two_calls_a_round(account: Platform) -> None:
    account.on("/1/media", {"data": [media(10, 1), media(11, 0)]})
    account.on("/m10/comments", {"data": [comment(1)]})
    _, cursor = whole_round(account, {})
    before = len(account.seen)
    assert ids(whole_round(account, cursor)[0]) == []
    assert [seen.path for seen in account.seen[before:]] == ["/v26.0/1/media", "/v26.0/1/tags"]


def test_comments_are_read_again_after_an_hour_though_their_number_is_the_same(
    account: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.on("/1/media", {"data": [media(10, 1), media(11, 0)]})
    account.on("/m10/comments", {"data": [comment(1)]}, {"data": [comment(2)]})
    _, cursor = whole_round(account, {})
    later = NOW + timedelta(hours=1)
    monkeypatch.setattr("workers.channels.graph_source.now", lambda: later)
    assert ids(whole_round(account, cursor)[0]) == ["m10", "c2"]


def test_a_reply_below_an_old_comment_is_found(account: Platform) -> None:
    account.on("/1/media", {"data": [media(10, 2)]}, {"data": [media(10, 3)]})
    old = comment(1, "2026-11-01T10:00:00+0000")
    answered = {**old, "replies": {"data": [comment(9)]}}
    first = {"data": [comment(2)], **follow("a")}
    account.on("/m10/comments", first, {"data": [old]}, first, {"data": [answered]})
    _, cursor = whole_round(account, {})
    assert "c9" in ids(whole_round(account, cursor)[0])
    assert [seen.query.get("after") for seen in account.asked("/comments")] == [None, "a"] * 2


def test_known_comments_are_read_ten_pages_deep(account: Platform) -> None:
    account.on("/1/media", {"data": [media(10, 99)]}, {"data": [media(10, 100)]})
    pages = [
        {"data": [comment(n, f"2026-11-{20 - n:02d}T10:00:00+0000")], **follow(f"p{n}")}
        for n in range(1, 15)
    ]
    account.on("/m10/comments", *pages, EMPTY, *pages, EMPTY)
    _, cursor = whole_round(account, {})
    assert len(account.asked("/comments")) == 15
    whole_round(account, cursor)
    assert len(account.asked("/comments")) == 15 + 11


def test_further_pages_of_replies_are_read_and_capped(account: Platform) -> None:
    account.on("/1/media", {"data": [media(10, 99)]})
    inside = {"data": [comment(2)], **follow("r1")}
    account.on("/m10/comments", {"data": [comment(1, replies=inside)]})
    account.on("/c1/replies", {"data": [comment(3)], **follow("r2")}, {"data": [comment(4)]})
    posts = {each.id: each for page in whole_round(account, {})[0] for each in page.posts}
    assert {"c1", "c2", "c3", "c4"} <= posts.keys()
    assert (posts["c4"].in_reply_to, posts["c4"].parent_text) == ("c1", "comment 1")
    assert [seen.query["after"] for seen in account.asked("/replies")] == ["r1", "r2"]
    account.seen.clear()
    account.on("/c1/replies", {"data": [comment(3)], **follow("again")})
    whole_round(account, {})
    assert len(account.asked("/replies")) == 10


def test_a_comment_that_is_gone_when_its_replies_are_read_is_no_failure(account: Platform) -> None:
    account.on("/1/media", {"data": [media(10, 2)]})
    inside = {"data": [comment(2)], **follow("r1")}
    account.on("/m10/comments", {"data": [comment(1, replies=inside)]})
    account.on("/c1/replies", Reply({"error": {"code": 100, "error_subcode": 33}}, 400))
    assert ids(whole_round(account, {})[0]) == ["m10", "c1", "c2"]


def test_an_account_that_ignores_the_window_is_not_read_to_its_beginning(
    account: Platform,
) -> None:
    old = media(9, timestamp="2020-11-20T10:00:00+0000")
    account.on("/1/media", {"data": [media(10)], **follow("a")}, {"data": [old], **follow("b")})
    assert ids(whole_round(account, {})[0]) == ["m10", "m9"]
    assert len(account.asked("/media")) == 2


def test_a_hidden_comment_and_one_without_a_name_are_read(account: Platform) -> None:
    account.on("/1/media", {"data": [media(10, 3)]})
    nameless = {"id": "c2", "text": "hi", "timestamp": "2026-11-21T10:00:00+0000"}
    named = {**nameless, "id": "c3", "username": "bo"}
    account.on("/m10/comments", {"data": [comment(1, hidden=True), nameless, named]})
    _, hidden, nobody, bo = (each for p in whole_round(account, {})[0] for each in p.posts)
    assert hidden.text == "comment 1"
    assert (nobody.author, nobody.author_id, nobody.own) == (None, None, False)
    assert (bo.author, bo.author_id) == ("bo", "bo")


def test_an_account_that_does_not_say_who_it_is_is_read_all_the_same(account: Platform) -> None:
    account.on("/1", Reply("<html>", 404, {"Content-Type": "text/html"}))
    account.on("/1/media", {"data": [media(10, username=None)]})
    [page, *_] = whole_round(account, {})[0]
    assert [(each.id, each.own) for each in page.posts] == [("m10", True)]


def test_one_bad_record_is_set_aside(account: Platform) -> None:
    bad: list[Any] = [{"text": "no id"}, 5, None, comment(9, text={"a": 1})]
    odd = comment(2, replies={"data": [None, "x", {"id": 7}]}, username=5, **{"from": []})
    account.on("/1/media", {"data": [media(10, 9), {"caption": "x"}]})
    account.on("/m10/comments", {"data": [*bad, comment(1, replies=[]), odd]})
    pages, _ = whole_round(account, {})
    assert ids(pages) == ["m10", "c1", "c2", "7"]
    assert [len(page.rejected) for page in pages] == [1, 6, 0]


def test_tags_can_be_left_out(account: Platform) -> None:
    whole_round(account, {}, tagged="no")
    assert account.asked("/1/tags") == []


def graph_error(code: int, status: int = 400, **more: Any) -> Reply:
    return Reply({"error": {"message": "(#0) no", "type": "x", "code": code, **more}}, status)


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        (graph_error(2, 500), Unreachable, "Instagram asks to try again later"),
        (graph_error(80002), Throttled, "Instagram asks us to wait until 2026-11-21 13:00"),
        (graph_error(190, error_subcode=463), Refused, "Instagram does not accept .* expired"),
        (graph_error(10), Refused, "lacks the permission instagram_basic"),
        (graph_error(100, error_subcode=33), Refused, "Instagram has no account 1"),
        (graph_error(2500), Refused, "Instagram does not accept the request"),
        (Reply({"data": {}}), Unreachable, "the answer of Instagram .* no list of data"),
        (Reply({"data": []}, 500), Unreachable, "Instagram has an error of its own"),
    ],
)
def test_each_error_answer_is_one_of_three_errors(
    account: Platform, reply: Reply, error: type[SourceError], says: str
) -> None:
    account.on("/1/media", reply, {"data": [media(10)]})
    with pytest.raises(error, match=says):
        source(account).fetch({})
    assert ids([source(account).fetch({})]) == ["m10"]


def test_check_looks_at_every_place_a_round_reads(account: Platform) -> None:
    account.on("/1/media", {"data": [media(10)]})
    account.on("/m10/comments", EMPTY)
    assert source(account).check() == "Instagram shows the account acme, its comments and tags"
    account.on("/m10/comments", graph_error(10))
    with pytest.raises(Refused, match="lacks the permission instagram_manage_comments"):
        source(account).check()
    account.on("/m10/comments", EMPTY)
    account.on("/1/tags", graph_error(10))
    with pytest.raises(Refused, match="or leave the tags out: tagged=no"):
        source(account).check()


@pytest.mark.parametrize(
    ("settings", "secrets", "says"),
    [
        ({"ig_user_id": "1"}, {}, "Instagram needs a key"),
        ({}, {"access_token": "t"}, "needs ig_user_id"),
        ({"ig_user_id": "acme"}, {"access_token": "t"}, "needs ig_user_id"),
        ({"ig_user_id": "1", "version": "x"}, {"access_token": "t"}, "version must look like"),
        ({"ig_user_id": "1", "lookback_days": "0"}, {"access_token": "t"}, "from 1 to 90"),
    ],
)
def test_wrong_settings_are_refused_before_anything_is_sent(
    settings: dict[str, str], secrets: dict[str, str], says: str
) -> None:
    assert says in str(InstagramSource.problem(settings, secrets))
    with pytest.raises(Refused, match=says):
        InstagramSource(Config("i", None, "public", settings, secrets)).fetch({})
    assert InstagramSource.problem({"ig_user_id": "1"}, {"access_token": "t"}) is None
