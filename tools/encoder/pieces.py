"""Which of the base model's 250,037 pieces the encoder keeps, so that it is small enough to ship.

Kept are the marks, the letters and signs of Latin script, whatever stands in at least two of the
posts it may learn from, English words in the order of BERT's vocabulary, and the most frequent
pieces of Latin script. A word without a piece of its own is cut into smaller ones.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import chain, zip_longest
from pathlib import Path

from models.examples import Example
from models.framing import frame
from models.unigram import Unigram
from tools.encoder.base import Base

KEPT = 20_600
_MARKS = 4
_LAST_LATIN = "\u024f"
_SPACE = "\u2581"
_LEAST_POSTS = 2


def kept(base: Base, examples: Sequence[Example], english: Path) -> list[int]:
    """The numbers of the pieces, in rising order; `english` is BERT's `vocab.txt`."""
    seen = _seen(base, examples)
    chosen = {number for number, piece in enumerate(base.pieces) if _is_letter(piece)}
    chosen |= {number for number, posts in seen.items() if posts >= _LEAST_POSTS}
    chosen |= set(range(_MARKS))
    numbers = {piece: number for number, piece in enumerate(base.pieces)}
    words = [line for line in english.read_text("utf-8").splitlines() if line.isalpha()]
    known = [numbers[_SPACE + word] for word in words if _SPACE + word in numbers]
    latin = [number for number, piece in enumerate(base.pieces) if _is_latin(piece)]
    for number in chain.from_iterable(zip_longest(_new(known, chosen), _new(latin, chosen))):
        if len(chosen) >= KEPT:
            break
        if number is not None:
            chosen.add(number)
    return sorted(chosen)


def lines(base: Base, numbers: Sequence[int]) -> list[str]:
    """The vocabulary file of these pieces, a line each."""
    return [f"{base.pieces[number]}\t{base.scores[number]:.4f}" for number in numbers]


def _seen(base: Base, examples: Sequence[Example]) -> Counter[int]:
    words = Unigram(lines(base, range(len(base.pieces))))
    seen: Counter[int] = Counter()
    for example in examples:
        context, text = frame(example.passage)
        seen.update({number for number, _, _ in words.pieces(f"{context} {text}")})
    return seen


def _new(numbers: Sequence[int], chosen: set[int]) -> list[int]:
    return [number for number in numbers if number not in chosen]


def _is_latin(piece: str) -> bool:
    return all(letter <= _LAST_LATIN or letter == _SPACE for letter in piece)


def _is_letter(piece: str) -> bool:
    return len(piece.removeprefix(_SPACE)) <= 1 and _is_latin(piece)
