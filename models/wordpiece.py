"""Cutting text into the encoder's pieces: BERT's uncased WordPiece (Devlin et al. 2019, 4.1).

Written out because the package that does it brings a hub client and seven more packages along,
and the product must not hold one. It gives the same pieces; a test keeps that so.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CLASS, SEPARATOR, UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
_LONGEST_WORD = 100
_CACHED_WORDS = 20_000
_IDEOGRAPHS = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B81F),
    (0x2B920, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)

Piece = tuple[int, int, int]
"""Number in the vocabulary, and the first and the next character it came from."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Pieces of a pair of texts with the marks around them; marks have an empty span."""

    ids: list[int]
    types: list[int]
    spans: list[tuple[int, int]]


class WordPiece:
    """A vocabulary, one piece a line; pieces that go on a word begin with ##."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._numbers = {piece: number for number, piece in enumerate(vocabulary)}
        missing = {CLASS, SEPARATOR, UNKNOWN} - self._numbers.keys()
        if missing:
            raise ValueError(f"the vocabulary lacks {', '.join(sorted(missing))}")
        self._cache: dict[str, list[tuple[int, int, int]]] = {}

    def pair(self, first: str, second: str, most: int) -> Cut:
        """Both texts cut, the longer one shortened until `most` pieces are left, marks included."""
        one, two = self.pieces(first), self.pieces(second)
        one, two = _shortened(one, two, most - 3)
        begin, end = self._numbers[CLASS], self._numbers[SEPARATOR]
        head: list[Piece] = [(begin, 0, 0), *one, (end, 0, 0)]
        tail: list[Piece] = [*two, (end, 0, 0)]
        return Cut(
            ids=[number for number, _, _ in head + tail],
            types=[0] * len(head) + [1] * len(tail),
            spans=[(start, stop) for _, start, stop in head + tail],
        )

    def pieces(self, text: str) -> list[Piece]:
        """The pieces of one text in reading order."""
        found: list[Piece] = []
        for word, places in _words(text):
            found += [
                (number, places[start], places[stop - 1] + 1)
                for number, start, stop in self._of_word(word)
            ]
        return found

    def _of_word(self, word: str) -> list[tuple[int, int, int]]:
        known = self._cache.get(word)
        if known is None:
            known = self._cut(word)
            if len(self._cache) >= _CACHED_WORDS:
                self._cache.clear()
            self._cache[word] = known
        return known

    def _cut(self, word: str) -> list[tuple[int, int, int]]:
        """The longest piece first, then the longest that goes on; all or nothing."""
        unknown = [(self._numbers[UNKNOWN], 0, len(word))]
        if len(word) > _LONGEST_WORD:
            return unknown
        found, start = [], 0
        while start < len(word):
            mark = "##" if start else ""
            for stop in range(len(word), start, -1):
                number = self._numbers.get(mark + word[start:stop])
                if number is not None:
                    break
            else:
                return unknown
            found.append((number, start, stop))
            start = stop
        return found


def _shortened(one: list[Piece], two: list[Piece], room: int) -> tuple[list[Piece], list[Piece]]:
    if len(one) + len(two) <= room:
        return one, two
    short = min(len(one), len(two), room // 2)
    if len(one) <= len(two):
        return one[:short], two[: room - short]
    return one[: room - short], two[:short]


def _words(text: str) -> Iterator[tuple[str, list[int]]]:
    """Words and single signs in lower case without accents, with the place of each letter."""
    letters: list[str] = []
    places: list[int] = []
    for place, raw in enumerate(text):
        for letter in _plain(raw):
            alone = _is_alone(letter)
            if (alone or letter == " ") and letters:
                yield "".join(letters), places
                letters, places = [], []
            if alone:
                yield letter, [place]
            elif letter != " ":
                letters.append(letter)
                places.append(place)
    if letters:
        yield "".join(letters), places


def _plain(letter: str) -> str:
    """The letter in lower case, decomposed, without accents; nothing for control characters."""
    if letter.isascii():
        if letter.isprintable():
            return letter.lower()
        return " " if letter in "\t\n\r" else ""
    kind = unicodedata.category(letter)
    if kind == "Zs" or letter in "\u2028\u2029\u0085":
        return " "
    if kind[0] == "C" or letter == "\ufffd":
        return ""
    parts = unicodedata.normalize("NFD", letter)
    return "".join(part for part in parts if unicodedata.category(part) != "Mn").lower()


def _is_alone(letter: str) -> bool:
    """Whether the letter is a word of its own: punctuation, signs of ASCII, ideographs."""
    if letter.isascii():
        return letter.isprintable() and not letter.isalnum() and letter != " "
    if unicodedata.category(letter)[0] == "P":
        return True
    return any(first <= ord(letter) <= last for first, last in _IDEOGRAPHS)
