"""Lengths: each platform counts in its own way."""

import pytest

from triage.back.lengths import COUNTINGS, has_link, length, too_long

FAMILY = "\U0001f469‍\U0001f469‍\U0001f467‍\U0001f466"


@pytest.mark.parametrize(
    ("text", "weighted"),
    [
        ("hello", 5),
        ("Grüße", 5),
        ("“quoted” – so", 13),
        ("日本語", 6),
        ("안녕", 4),
        (FAMILY, 2),
        ("\U0001f1e9\U0001f1ea", 2),
        ("e\u0301", 1),  # one character once it is composed
        ("https://example.com/a/very/long/path?with=much&more=of-it", 23),
        ("see example.com now", 31),
        ("me@example.com", 14),
        ("@ann " * 10, 50),
    ],
)
def test_x_counts_links_as_23_emoji_as_2_and_wide_letters_as_2(text: str, weighted: int) -> None:
    assert length(text, "weighted") == weighted


@pytest.mark.parametrize(
    ("text", "counting", "expected"),
    [
        (FAMILY, "characters", 7),
        (FAMILY, "graphemes", 1),
        (FAMILY, "utf16", 11),
        ("e\u0301", "characters", 2),
        ("e\u0301", "graphemes", 1),
        ("क्षि", "graphemes", 1),
        ("see https://example.com/a/very/long/path now", "mastodon", 31),
        ("short http://a.b", "mastodon", 29),
        ("hi @ann@social.example.com", "mastodon", 7),
        ("hi @ann@social.example.com and @bob", "mastodon", 16),
        ("mail ann@example.com", "mastodon", 20),
        (FAMILY, "mastodon", 1),
        ("", "characters", 0),
    ],
)
def test_each_platform_counts_its_own_way(text: str, counting: str, expected: int) -> None:
    assert length(text, counting) == expected


def test_the_limit_itself_is_fine_and_one_more_is_said_in_words() -> None:
    assert too_long("a" * 280, longest=280, counting="weighted") is None
    assert (
        too_long("a" * 279 + "日", longest=280, counting="weighted")
        == "It is 281 characters as X counts them long; 280 is the limit there."
    )


def test_bluesky_also_limits_the_bytes() -> None:
    assert too_long("é" * 300, longest=300, counting="graphemes") is None
    assert (
        too_long(FAMILY * 150, longest=300, counting="graphemes")
        == "It takes 3750 bytes; 3000 is the limit there."
    )


def test_a_place_without_a_limit_takes_everything() -> None:
    assert all(too_long("a" * 50_000, longest=None, counting=name) is None for name in COUNTINGS)


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("see https://example.com", True),
        ("see example.com/help", True),
        ("see example.com.", True),
        ("mail me@example.com", False),
        ("version 1.2 is out", False),
        ("@ann #thanks", False),
    ],
)
def test_what_x_makes_a_link_of_is_known_beforehand(text: str, linked: bool) -> None:
    assert has_link(text) is linked
