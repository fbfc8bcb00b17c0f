"""Literals: what is found in one pass is what is found word by word."""

import random

import pytest

from triage.tuning import literals
from triage.tuning.literals import Literals


def looking_for(*words: str) -> Literals:
    found = Literals()
    for word in words:
        found.place(word)
    return found


def test_words_are_found_wherever_they_stand_and_letter_for_letter() -> None:
    looking = looking_for("refund", "fun", "a+b", "größe", "\N{PARTY POPPER}", "money back")
    assert looking.found("no refund for a+b") == {0, 1, 2}
    assert looking.found("aab: größe\N{PARTY POPPER}") == {3, 4}
    assert looking.found("money  back") == frozenset()
    assert looking.found("") == frozenset()


def test_a_word_that_is_asked_for_later_is_looked_for_as_well() -> None:
    looking = looking_for("one")
    assert looking.found("one two") == {0}
    assert looking.place("two") == 1
    assert looking.place("one") == 0
    assert looking.found("one two") == {0, 1}


@pytest.mark.parametrize("count", [3, 300, 9000])
def test_many_words_are_found_as_one_by_one(count: int) -> None:
    chance = random.Random(count)
    words = ["".join(chance.choices("abcdefgh ", k=12)) for _ in range(count)]
    looking = looking_for(*words)
    for _ in range(50):
        text = "-".join(chance.choices(words, k=5)) + "abcdefgh"
        wanted = {place for place, word in enumerate(dict.fromkeys(words)) if word in text}
        assert looking.found(text) == wanted


def test_words_that_are_too_many_for_one_pass_are_still_found() -> None:
    chance = random.Random(1)
    words = tuple("".join(chance.choices("abcdefghijklmnop", k=20)) for _ in range(9000))
    assert literals._in_one_pass(words) is None
    assert looking_for(*words).found(f"see {words[7]}.") == {7}
