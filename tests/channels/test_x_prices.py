"""X: what the meter says that reading costs."""

from typing import Any

import pytest

from tests.channels.server import Platform
from tests.channels.x_shapes import MENTIONS, SEARCH, USER_KEYS, answer, source, tweet
from workers.channels.metering import Meter, metered

PEOPLE: dict[str, Any] = {
    "users": [{"id": "7", "username": "ann"}],
    "tweets": [{"id": "850", "text": "what is answered"}],
}


def read(platform: Platform, secrets: dict[str, str] | None = None, **settings: str) -> Meter:
    """The meter of a fetch that brings two posts, and one that they answer."""
    platform.on(MENTIONS, answer(tweet(1), tweet(2), includes=PEOPLE))
    platform.on(SEARCH, answer(tweet(1), tweet(2), includes=PEOPLE))
    with metered() as meter:
        source(platform, secrets, **settings).fetch({})
    return meter


@pytest.mark.parametrize(
    ("settings", "as_owner", "microdollars"),
    [
        ({"user_id": "42"}, False, 15_000),
        ({"user_id": "42"}, True, 7_000),
        ({"user_id": "42", "owned": "yes"}, False, 7_000),
        ({"user_id": "42", "owned": "no"}, True, 15_000),
        ({"query": "acme"}, True, 15_000),
        ({"user_id": "42", "count_authors": "yes"}, False, 25_000),
    ],
)
def test_each_post_has_its_price(
    platform: Platform, settings: dict[str, str], as_owner: bool, microdollars: int
) -> None:
    meter = read(platform, USER_KEYS if as_owner else None, **settings)
    assert (meter.calls, meter.posts, meter.microdollars) == (1, 3, microdollars)


def test_an_answer_without_posts_costs_nothing(platform: Platform) -> None:
    platform.on(MENTIONS, answer())
    with metered() as meter:
        source(platform).fetch({})
    assert (meter.calls, meter.posts, meter.microdollars) == (1, 0, 0)


def test_a_check_is_metered_too(platform: Platform) -> None:
    platform.on(MENTIONS, answer(tweet(1)))
    with metered() as meter:
        source(platform).check()
    assert meter.microdollars == 5_000


@pytest.mark.parametrize("cap", ["0", "-1", "many", "nan", "1e9", "٣"])
def test_a_cap_that_is_no_sum_of_dollars_is_refused(platform: Platform, cap: str) -> None:
    made = source(platform)
    secrets = {"bearer_token": "t"}
    assert made.problem({"user_id": "1", "monthly_cap": "2.50"}, secrets) is None
    said = made.problem({"user_id": "1", "monthly_cap": cap}, secrets)
    assert said is not None
    assert "it must be dollars" in said
