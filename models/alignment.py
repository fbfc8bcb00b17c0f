"""Which of a passage's words each of the encoder's pieces belongs to.

The two judges cut a post differently: the words are found again, in order, in the text that the
encoder read, and a piece counts for the word it overlaps. What is not found gets no part.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models import framing
from models.encoder import Reading
from models.features import Tokens
from models.text import EMAIL, HANDLE, LINK

_MASKED = {HANDLE: framing.SOMEONE, LINK: framing.LINK, EMAIL: framing.EMAIL}
_FAR = 200
"""A word that stands further on than this many characters was not found."""


def onto_words(reading: Reading, parts: NDArray[np.float64], tokens: Tokens) -> NDArray[np.float64]:
    """The parts of the pieces, (pieces,), added up by the places of the tokens, (places,)."""
    own = _owners(reading.text, tokens.own, first=0)
    _, colon, parent = reading.context.partition(" :")
    around = _owners(parent, tokens.parent, first=len(tokens.own))
    before = len(reading.context) - len(parent)
    last = tokens.places - 1
    total = np.zeros(tokens.places)
    for part, (start, end), in_text in zip(
        parts.tolist(), reading.spans, reading.in_text, strict=True
    ):
        if end <= start:
            continue  # a mark of the encoder's own
        if in_text:
            place = _owner(own, start, end)
        elif start < before:
            place = last if colon else None
        else:
            place = _owner(around, start - before, end - before)
        if place is not None:
            total[place] += part
    return total


def _owners(text: str, words: Sequence[str], first: int) -> list[int | None]:
    """The place of the word that each character belongs to."""
    owners: list[int | None] = [None] * len(text)
    lowered, cursor = text.lower(), 0
    for place, word in enumerate(words, start=first):
        word = _MASKED.get(word, word)
        found = lowered.find(word, cursor, cursor + _FAR)
        if found < 0:
            continue
        cursor = found + len(word)
        owners[found:cursor] = [place] * (min(cursor, len(text)) - found)
    return owners


def _owner(owners: Sequence[int | None], start: int, end: int) -> int | None:
    return next((owner for owner in owners[start:end] if owner is not None), None)
