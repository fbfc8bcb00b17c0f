"""Ranking: how well a text answers a query, the same for every database.

The sum over the terms of BM25's saturated frequency (k1 = 1.2, b = 0.75, lengths against a usual
post of 40 words), where a word that only begins like the term counts half, and a bonus where all
terms stand close together. Rarity is left out: every text has every term.
"""

from collections.abc import Sequence
from itertools import pairwise

from triage.finding.queries import Query, Term

USUAL, K1, B = 40, 1.2, 0.75
PREFIX = 0.5
"""What a word is worth that begins like a term, against one that is the term."""


def score(author: str, words: str, query: Query) -> float:
    """How well a text with these folded words answers what is wanted; more is better."""
    said, who = words.split(), author.split()
    at = [_places(term, who if term.field else said) for term in query.wanted]
    shrink = K1 * (1 - B + B * len(said) / USUAL)
    total = sum(_worth(places, shrink) for places in at)
    return total + _closeness([list(places) for places in at if places])


def _worth(places: dict[int, float], shrink: float) -> float:
    often = sum(places.values())
    return often * (K1 + 1) / (often + shrink)


def _places(term: Term, words: Sequence[str]) -> dict[int, float]:
    """Where a term stands, and what it is worth there."""
    size = len(term.words)
    found: dict[int, float] = {}
    for start in range(len(words) - size + 1):
        *before, last = words[start : start + size]
        if tuple(before) != term.words[:-1]:
            continue
        if last == term.words[-1]:
            found[start] = 1.0
        elif term.open and last.startswith(term.words[-1]):
            found[start] = PREFIX
    return found


def _closeness(at: list[list[int]]) -> float:
    """Between 0 and 1 for each pair of terms that follow each other in the query."""
    total = 0.0
    for first, second in pairwise(at):
        nearest = min(abs(b - a) for a in first[:50] for b in second[:50])
        total += 1 / max(nearest, 1)
    return total
