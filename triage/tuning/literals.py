"""Literals: many words looked for in one pass over a text. Pure."""

from collections.abc import Callable
from functools import lru_cache

import re2

Finder = Callable[[str], frozenset[int]]
"""A text -> the places of the words that it holds."""

NOTHING: frozenset[int] = frozenset()


class Literals:
    """The words that the rules of one policy look for, each known by its place.

    One pass finds all of them, so that a preview over many posts costs the same with ten words and
    with a thousand.
    """

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._finder: Finder | None = None

    def place(self, word: str) -> int:
        """The place of a word, which is looked for from now on."""
        self._finder = None
        return self._places.setdefault(word, len(self._places))

    def found(self, text: str) -> frozenset[int]:
        """The places of the words that are in a text, letter for letter."""
        if self._finder is None:
            self._finder = _finder(tuple(self._places))
        return self._finder(text)


@lru_cache(maxsize=2)  # a draft, and what is in force
def _finder(words: tuple[str, ...]) -> Finder:
    return _in_one_pass(words) or _one_by_one(words)


def _in_one_pass(words: tuple[str, ...]) -> Finder | None:
    """None where they are too many for the memory that RE2 allows itself, which it does not tell
    later on: a set that is too large finds nothing."""
    options = re2.Options()
    options.log_errors = False
    searched = re2.Set.SearchSet(options)
    for word in words:
        searched.Add(re2.escape(word))
    try:
        searched.Compile()
    except re2.error:
        return None
    if any(place not in (searched.Match(word) or ()) for place, word in enumerate(words)):
        return None
    return lambda text: frozenset(searched.Match(text) or NOTHING)


def _one_by_one(words: tuple[str, ...]) -> Finder:
    return lambda text: frozenset(place for place, word in enumerate(words) if word in text)
