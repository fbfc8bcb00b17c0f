"""Snippets: the part of a text in which something was found, with the words that matched."""

from dataclasses import dataclass

from triage.finding.queries import Query, Term
from triage.finding.words import Word, words
from triage.tables import SearchText

LENGTH = 220
BEFORE = 60
"""Characters shown before the first word that matched."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of foreign text as it stands; the page escapes it."""

    text: str
    marked: bool = False


def snippet(found: SearchText, query: Query) -> tuple[Part, ...]:
    """What a hit shows: the text around the first match, its matches marked."""
    text = found.post.text if found.post else found.note.text if found.note else ""
    terms = [term for term in query.wanted if not term.field]
    matches = [word for word in words(text) if _marks(terms, word)]
    start = _start(text, matches[0].start) if matches else 0
    return tuple(_parts(text, matches, start, min(len(text), start + LENGTH)))


def _marks(terms: list[Term], word: Word) -> bool:
    return any(term.marks(word.folded) for term in terms)


def _start(text: str, first: int) -> int:
    """Where to begin, so that the first match is seen and no word is cut in two."""
    if first <= BEFORE:
        return 0
    space = text.find(" ", first - BEFORE, first)
    return space + 1 if space >= 0 else first - BEFORE


def _parts(text: str, matches: list[Word], start: int, end: int) -> list[Part]:
    parts = [Part("… ")] if start else []
    at = start
    for word in matches:
        if word.start < at or word.end > end:
            continue
        parts += [Part(text[at : word.start])] if word.start > at else []
        parts.append(Part(text[word.start : word.end], marked=True))
        at = word.end
    return [*parts, Part(text[at:end] + ("…" if end < len(text) else ""))]
