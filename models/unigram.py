"""Cutting text into the encoder's pieces: the likeliest cut of each word (Kudo 2018, section 3.2).

Written out because the packages that do it bring a hub client or a C++ library along, and the
product needs one short search. It gives the pieces of SentencePiece for the same vocabulary; a
test keeps that so.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

BEGIN, END, UNKNOWN = "<s>", "</s>", "<unk>"
_SPACE = "\u2581"
"""Stands for the space before a word, as its first letter."""

_RARER_THAN_ANY = 10.0
"""How much less likely than the rarest piece a letter without a piece is (SentencePiece's own)."""

_LONGEST_WORD = 200
_CACHED_WORDS = 20_000
_WORD = re.compile(r"\S+")

Piece = tuple[int, int, int]
"""Number in the vocabulary, and the first and the next character it came from."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Pieces of a pair of texts with the marks around them; marks have an empty span."""

    ids: list[int]
    types: list[int]
    spans: list[tuple[int, int]]


class Unigram:
    """A vocabulary of pieces with their log-probabilities, one `piece TAB score` a line."""

    def __init__(self, lines: Sequence[str]) -> None:
        pairs = [line.rpartition("\t") for line in lines]
        self._numbers = {piece: number for number, (piece, _, _) in enumerate(pairs)}
        missing = {BEGIN, END, UNKNOWN} - self._numbers.keys()
        if missing:
            raise ValueError(f"the vocabulary lacks {', '.join(sorted(missing))}")
        self._scores = [float(score) for _, _, score in pairs]
        self._marks = {self._numbers[mark] for mark in (BEGIN, END, UNKNOWN)}
        self._unknown = min(self._scores) - _RARER_THAN_ANY
        self._longest = max(map(len, self._numbers))
        self._cache: dict[str, list[Piece]] = {}

    def pair(self, first: str, second: str, most: int) -> Cut:
        """Both texts cut, the longer one shortened until `most` pieces are left, marks included."""
        one, two = _shortened(self.pieces(first), self.pieces(second), most - 3)
        begin, end = self._numbers[BEGIN], self._numbers[END]
        head: list[Piece] = [(begin, 0, 0), *one, (end, 0, 0)]
        tail: list[Piece] = [*two, (end, 0, 0)]
        return Cut(
            ids=[number for number, _, _ in head + tail],
            types=[0] * len(head) + [1] * len(tail),
            spans=[(start, stop) for _, start, stop in head + tail],
        )

    def pieces(self, text: str) -> list[Piece]:
        """The pieces of one text in reading order."""
        return [
            (number, found.start() + start, found.start() + stop)
            for found in _WORD.finditer(text)
            for number, start, stop in self._of_word(found.group())
        ]

    def _of_word(self, word: str) -> list[Piece]:
        known = self._cache.get(word)
        if known is None:
            known = []
            for start in range(0, len(word), _LONGEST_WORD):
                known += self._cut(word[start : start + _LONGEST_WORD], start)
            if len(self._cache) >= _CACHED_WORDS:
                self._cache.clear()
            self._cache[word] = known
        return known

    def _cut(self, word: str, offset: int) -> list[Piece]:
        """The likeliest cut, found from the left (Viterbi), placed within the whole word."""
        letters = word if offset else _SPACE + word
        best = [0.0] + [float("-inf")] * len(letters)
        last: list[tuple[int, int]] = [(0, 0)] * (len(letters) + 1)
        for start in range(len(letters)):
            for stop in range(start + 1, min(len(letters), start + self._longest) + 1):
                number = self._numbers.get(letters[start:stop])
                if number is None or number in self._marks:
                    if stop > start + 1:
                        continue
                    number, score = self._numbers[UNKNOWN], self._unknown
                else:
                    score = self._scores[number]
                if best[start] + score > best[stop]:
                    best[stop], last[stop] = best[start] + score, (number, start)
        return _placed(last, len(letters), len(letters) - len(word), offset)


def _placed(last: Sequence[tuple[int, int]], end: int, lead: int, offset: int) -> list[Piece]:
    """The pieces of the best way to `end`; the letter for the space came from no character."""
    found: list[Piece] = []
    while end > 0:
        number, start = last[end]
        found.append((number, max(start - lead, 0) + offset, max(end - lead, 0) + offset))
        end = start
    return found[::-1]


def _shortened(one: list[Piece], two: list[Piece], room: int) -> tuple[list[Piece], list[Piece]]:
    if len(one) + len(two) <= room:
        return one, two
    short = min(len(one), len(two), room // 2)
    if len(one) <= len(two):
        return one[:short], two[: room - short]
    return one[: room - short], two[:short]
