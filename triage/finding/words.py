"""Words: how texts and queries are cut and folded for the search, the same for every database.

A word is a run of letters, digits and the marks that belong to them; accents, case and width do not
count. Scripts that put no spaces between words are cut into their signs, so that any part of a
text can be found as a run of signs.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import regex

LONGEST = 64
"""Characters of a word that count."""
MOST = 5_000
"""Words of one text that can be found."""
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_WORD = regex.compile(rf"[{_UNSPACED}]\p{{M}}*|[\p{{L}}\p{{N}}\p{{M}}--{_UNSPACED}]+", regex.V1)
# The marks over and under Latin, Greek and Cyrillic letters, Hebrew points and Arabic vowels. Those
# of other scripts make other words and stay.
_ACCENTS = regex.compile(
    r"[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670]+"
)
_REST = regex.compile(r"[^\p{L}\p{N}\p{M}]+")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text: where it stands, and how it is folded."""

    start: int
    end: int
    folded: str


def words(text: str) -> list[Word]:
    """The words of a text in their order, `MOST` at the most."""
    found: list[Word] = []
    for match in _WORD.finditer(text):
        word = fold(match.group())
        if word:
            found.append(Word(match.start(), match.end(), word))
        if len(found) == MOST:
            break
    return found


def folded(text: str) -> str:
    """The folded words of a text, with one space between them."""
    return " ".join(word.folded for word in words(text))


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """One word without accents, case and width: `Café` -> `cafe`, `½` -> `12`."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", word).casefold())
    return _REST.sub("", unicodedata.normalize("NFC", plain))[:LONGEST]
