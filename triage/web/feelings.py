"""Feelings: what the model hears in the author's posts of an item, and how that went."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from triage.tables import PostRow
from triage.web.showing import plural

TURNS = 4
"""Turns of a conversation that are told in words; of more the first and the last ones."""

SHAPES = {"positive": "▴", "neutral": "–", "negative": "▾"}


@dataclass(frozen=True, slots=True)
class Mark:
    """The sentiment of one post: its word, and a shape, so that no colour has to be told apart."""

    word: str
    shape: str


@dataclass(frozen=True, slots=True)
class Feelings:
    """Marks by post, the one of the latest post, and in words how it came to that."""

    marks: Mapping[int, Mark] = field(default_factory=dict)
    latest: Mark | None = None
    went: str = ""


def feelings(posts: Iterable[PostRow]) -> Feelings:
    """What the model says of the posts of an item that are still there, asked for with `felt`.

    The posts come in the order of time.
    """
    there = ((post.pk, getattr(post, "felt", "")) for post in posts if post.deleted_at is None)
    said = [(pk, word) for pk, word in there if word in SHAPES]
    marks = {pk: Mark(word, SHAPES[word]) for pk, word in said}
    words = [word for _, word in said]
    return Feelings(marks, marks[said[-1][0]] if said else None, went(words))


def went(words: Sequence[str]) -> str:
    """How the sentiment went over the posts of a conversation; empty for a single post."""
    if len(words) < 2:
        return ""
    turns = [word for word, _ in groupby(words)]
    if len(turns) == 1:
        return f"{turns[0]} in all {plural(len(words), 'post')}"
    if len(turns) > TURNS:
        turns = [turns[0], "…", *turns[1 - TURNS :]]
    return f"{' → '.join(turns)} over {plural(len(words), 'post')}"
