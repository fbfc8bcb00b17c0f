"""Facebook: each error answer as one of our three, rate limits, keys and settings."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.channels.facebook_shapes import EMPTY, TOKEN, at_noon, ids, post, quiet, source
from tests.channels.server import Platform, Reply
from workers.channels.base import Config, Refused, SourceError, Throttled, Unreachable
from workers.channels.facebook import FacebookSource


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    at_noon(monkeypatch)


@pytest.fixture
def page(platform: Platform) -> Platform:
    return quiet(platform)


def graph_error(code: int, status: int = 400, **more: Any) -> Reply:
    return Reply({"error": {"message": "(#0) no", "type": "x", "code": code, **more}}, status)


BUC = {
    "x-business-use-case-usage": json.dumps(
        {"1": [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 20}]}
    )
}


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        (graph_error(1), Unreachable, "try again later"),
        (graph_error(2, 500), Unreachable, "try again later"),
        (graph_error(12345, is_transient=True), Unreachable, "try again later"),
        (graph_error(4, 403, is_transient=True), Throttled, "until 2026-11-21 13:00"),
        (graph_error(17), Throttled, "rate limit"),
        (graph_error(32), Throttled, "rate limit"),
        (graph_error(341), Throttled, "rate limit"),
        (graph_error(613), Throttled, "rate limit"),
        (graph_error(80001), Throttled, "rate limit"),
        (Reply({"error_code": 613, "error_msg": "exceeded"}), Throttled, "rate limit"),
        (Reply({}, 429), Throttled, "rate limit"),
        (graph_error(190), Refused, "does not accept the access_token"),
        (graph_error(190, error_subcode=463), Refused, "it has expired"),
        (graph_error(190, error_subcode=460), Refused, "the password was changed"),
        (graph_error(10), Refused, "lacks the permission pages_read_engagement .code 10"),
        (graph_error(200, 403), Refused, "lacks the permission"),
        (graph_error(299), Refused, "lacks the permission"),
        (graph_error(3), Refused, "lacks the permission"),
        (graph_error(283, message="needs pages_x"), Refused, "the permission pages_x .code 283"),
        (graph_error(368), Refused, "has blocked"),
        (graph_error(100, error_subcode=33), Refused, "has no page 1"),
        (graph_error(100), Refused, "does not accept the request"),
        (graph_error(2500), Refused, "does not accept the request"),
        (Reply({"data": []}, 500), Unreachable, "error of its own"),
        (Reply({"error": "no"}, 400), Unreachable, "cannot be read"),
        (Reply({"error": {"message": "no"}}, 400), Refused, "Facebook refuses"),
        (Reply({"some": "thing"}, 404), Unreachable, "cannot be read"),
        (Reply([]), Unreachable, "no list of data"),
        (Reply({"data": {}}), Unreachable, "no list of data"),
    ],
)
def test_each_error_answer_is_one_of_three_errors(
    page: Platform, reply: Reply, error: type[SourceError], says: str
) -> None:
    page.on("/1/feed", reply, {"data": [post(10)]})
    with pytest.raises(error, match=says):
        source(page, page_id="1").fetch({})
    assert ids([source(page, page_id="1").fetch({})]) == ["1_10"]


def test_a_rate_limit_ends_when_the_header_says_or_in_an_hour(page: Platform) -> None:
    def retry_at(headers: dict[str, str]) -> datetime | None:
        body = {"error": {"message": "(#80001) too many calls", "code": 80001}}
        page.on("/1/feed", Reply(body, 400, headers))
        with pytest.raises(Throttled) as caught:
            source(page).fetch({})
        return caught.value.retry_at

    assert retry_at(BUC) == datetime(2026, 11, 21, 12, 20, tzinfo=UTC)
    assert retry_at({}) == datetime(2026, 11, 21, 13, 0, tzinfo=UTC)
    assert retry_at({"x-business-use-case-usage": "{oops"}) == datetime(
        2026, 11, 21, 13, 0, tzinfo=UTC
    )


def test_an_answer_that_uses_up_the_limit_is_the_last_for_a_while(page: Platform) -> None:
    page.on("/1/feed", Reply({"data": [post(10, 1)]}, 200, BUC))
    read = source(page).fetch({})
    assert ([each.id for each in read.posts], read.more) == (["1_10"], False)
    with pytest.raises(Throttled) as caught:
        source(page).fetch(read.cursor)
    assert caught.value.retry_at == datetime(2026, 11, 21, 12, 20, tzinfo=UTC)
    assert page.asked("/1_10/comments") == []


def test_the_token_goes_in_a_header_and_is_proved(page: Platform) -> None:
    source(page, app_secret="canary-app-secret\n").fetch({})
    for seen in page.seen:
        assert seen.headers["authorization"] == f"Bearer {TOKEN}"
        assert "access_token" not in seen.query
        expected = hmac.new(b"canary-app-secret", TOKEN.encode(), hashlib.sha256).hexdigest()
        assert seen.query["appsecret_proof"] == expected


def test_the_token_can_go_in_the_address_and_stays_out_of_messages(page: Platform) -> None:
    page.on("/1/feed", graph_error(190, message=f"Malformed access token {TOKEN}"))
    with pytest.raises(Refused) as caught:
        source(page, token_in="params").fetch({})
    assert page.seen[0].query["access_token"] == TOKEN
    assert TOKEN not in str(caught.value)


def test_a_page_that_does_not_say_who_it_is_is_read_all_the_same(page: Platform) -> None:
    page.on("/me", Reply("<html>", 404, {"Content-Type": "text/html"}))
    page.on("/me/feed", {"data": [post(10)]})
    assert ids([source(page).fetch({})]) == ["1_10"]


def test_check_looks_at_every_place_a_round_reads(page: Platform) -> None:
    page.on("/1/feed", {"data": [post(10)]})
    page.on("/1_10/comments", EMPTY)
    assert source(page).check() == "Facebook shows the page Acme, its comments and tags"
    page.on("/1_10/comments", graph_error(10))
    with pytest.raises(Refused, match="pages_read_user_content"):
        source(page).check()
    page.on("/1_10/comments", EMPTY)
    page.on("/1/tagged", graph_error(10))
    with pytest.raises(Refused, match="or leave the tags out: tagged=no"):
        source(page).check()


@pytest.mark.parametrize(
    ("settings", "secrets", "says"),
    [
        ({}, {}, "Facebook needs a key"),
        ({"page_id": "a/b"}, {"access_token": "t"}, "page_id is the id or the name"),
        ({"version": "latest"}, {"access_token": "t"}, "version must look like v26.0"),
        ({"lookback_days": "0"}, {"access_token": "t"}, "from 1 to 90"),
        ({"base_url": "graph"}, {"access_token": "t"}, "base_url must begin"),
    ],
)
def test_wrong_settings_are_refused_before_anything_is_sent(
    settings: dict[str, str], secrets: dict[str, str], says: str
) -> None:
    assert says in str(FacebookSource.problem(settings, secrets))
    with pytest.raises(Refused, match=says):
        FacebookSource(Config("f", None, "public", settings, secrets)).fetch({})
    assert FacebookSource.problem({}, {"access_token": "t"}) is None
