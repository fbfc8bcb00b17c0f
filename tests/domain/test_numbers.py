"""Numbers: a share is said one way, never as more than is known; what was typed is read safely."""

import pytest

from triage.numbers import between, percent, whole


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0%"), (0.004, "0%"), (0.133, "13%"), (0.943, "94%"), (0.9999, "99%"), (1, "100%")],
)
def test_only_what_is_whole_is_a_hundred_percent(share: float, words: str) -> None:
    assert percent(share) == words


def test_a_finer_share_has_as_many_digits_as_are_wanted() -> None:
    assert percent(0.0421, digits=1) == "4.2%"
    assert percent(0.99996, digits=1) == "99.9%"
    assert percent(1, digits=1) == "100.0%"


def test_a_range_is_said_by_its_ends() -> None:
    assert between(0.207, 0.9999) == "21% to 99%"
    assert between(0.961, 0.982, digits=1) == "96.1% to 98.2%"


@pytest.mark.parametrize("word", ["", "-1", "1.5", "1e3", " 1", "\u0664", "\u00b2", "9" * 19])
def test_what_is_no_whole_number_that_a_database_holds_is_none(word: str) -> None:
    assert whole(word) is None


def test_whole_numbers_are_read_up_to_as_many_digits_as_are_wanted() -> None:
    assert (whole("0"), whole("042"), whole("9" * 18)) == (0, 42, 10**18 - 1)
    assert (whole("9" * 9, digits=9), whole("9" * 10, digits=9)) == (10**9 - 1, None)
