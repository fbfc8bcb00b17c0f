"""X: each error answer as one of our three, and settings that are refused."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.channels.server import Platform, Reply
from tests.channels.x_shapes import (
    BEARER,
    MENTIONS,
    NOW,
    SEARCH,
    USER_KEYS,
    answer,
    at_noon,
    ids,
    source,
    tweet,
)
from workers.channels.base import Config, Refused, Throttled, Unreachable
from workers.channels.x import XSource


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    at_noon(monkeypatch)


GOOD = answer(tweet(9))


def test_errors_without_data_say_what_x_says(platform: Platform) -> None:
    platform.on(MENTIONS, {"errors": [{"detail": "Could not find user with ids: [42]."}]})
    with pytest.raises(Refused, match="X refuses: Could not find user with ids"):
        source(platform).fetch({})


LATER = {"x-rate-limit-reset": str(int(NOW.timestamp()) + 300)}


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        (
            Reply({"title": "Too Many Requests"}, 429, LATER),
            Throttled,
            "wait until 2026-11-21 12:05",
        ),
        (Reply({"title": "UsageCapExceeded"}, 429), Throttled, "monthly cap"),
        (Reply({"title": "Unauthorized", "status": 401}, 401), Refused, "does not accept the key"),
        (Reply({"detail": "no", "type": "a/client-forbidden"}, 403), Refused, "a project"),
        (Reply({"detail": "no", "type": "about:blank"}, 403), Refused, "tweet.read"),
        (Reply({"title": "Not Found Error"}, 404), Refused, "does not know"),
        (Reply({"title": "CreditsDepleted"}, 402), Refused, "no credits left"),
        (Reply({"detail": "bad query"}, 400), Refused, "bad query"),
        (Reply([{"code": 1}], 400), Unreachable, "cannot be read"),
        (Reply([{"code": 1}], 403), Unreachable, "cannot be read"),
        (Reply({"title": "x", "detail": "y"}, 503), Unreachable, "error of its own"),
        (Reply({}), Unreachable, "neither data nor meta"),
        (Reply([]), Unreachable, "neither data nor meta"),
        (Reply({"data": "x", "meta": {}}), Unreachable, "cannot be read"),
    ],
)
def test_each_error_answer_is_one_of_three_errors(
    platform: Platform, reply: Reply, error: type[Exception], says: str
) -> None:
    platform.on(MENTIONS, reply, GOOD)
    with pytest.raises(error, match=says):
        source(platform).fetch({})
    assert ids(source(platform).fetch({})) == ["9"]


def test_a_rate_limit_says_when_it_ends(platform: Platform) -> None:
    def retry_at(headers: dict[str, str], body: Any = None) -> datetime | None:
        platform.on(MENTIONS, Reply(body or {}, 429, headers))
        with pytest.raises(Throttled) as caught:
            source(platform).fetch({})
        return caught.value.retry_at

    assert retry_at(LATER) == datetime(2026, 11, 21, 12, 5, tzinfo=UTC)
    assert retry_at({}) is None
    assert retry_at({"x-rate-limit-reset": "1634603522"}) is None
    assert retry_at({"x-rate-limit-reset": "soon"}) is None
    assert retry_at({"Retry-After": "60"}) == datetime(2026, 11, 21, 12, 1, tzinfo=UTC)
    assert retry_at({"x-rate-limit-reset": "4102444800"}) == datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert retry_at({}, {"type": "https://api.x.com/2/problems/usage-capped"}) == datetime(
        2026, 12, 1, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("settings", "secrets", "says"),
    [
        ({"user_id": "1"}, {}, "X needs a key"),
        ({}, {"bearer_token": "b"}, "say what to watch"),
        ({}, {"consumer_key": "a"}, "missing: consumer_secret, access_token, access_token_secret"),
        ({"user_id": "1", "page_size": "9"}, {"bearer_token": "b"}, "page_size is '9'"),
        ({"user_id": "1", "base_url": "x.com"}, {"bearer_token": "b"}, "base_url must begin"),
    ],
)
def test_wrong_settings_are_refused_before_anything_is_sent(
    settings: dict[str, str], secrets: dict[str, str], says: str
) -> None:
    assert says in str(XSource.problem(settings, secrets))
    with pytest.raises(Refused, match=says):
        XSource(Config("x", None, "public", settings, secrets)).fetch({})


def test_good_settings_have_no_problem() -> None:
    assert XSource.problem({"query": "a"}, {"bearer_token": "b"}) is None
    assert XSource.problem({}, USER_KEYS) is None


def test_check_says_what_is_watched(platform: Platform) -> None:
    platform.on(SEARCH, answer())
    platform.on(MENTIONS, answer())
    assert source(platform, query="acme").check() == "X answers the search 'acme'"
    assert source(platform).check() == "X shows the mentions of 42"
    assert platform.seen[-1].query["max_results"] == "10"


def test_a_platform_that_repeats_our_token_does_not_get_it_into_the_message(
    platform: Platform,
) -> None:
    platform.on(MENTIONS, Reply({"detail": f"bad token {BEARER}!"}, 403))
    with pytest.raises(Refused) as caught:
        source(platform).fetch({})
    assert BEARER not in str(caught.value)
    assert "[secret]" in str(caught.value)


def test_the_default_address_is_the_one_that_signatures_hold_for() -> None:
    assert XSource.settings["base_url"].default == "https://api.twitter.com"
