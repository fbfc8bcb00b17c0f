"""Feelings: what is heard in the author's posts of an item, by whom, and how that went."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from triage.tables import PostRow
from triage.web.showing import plural

TURNS = 4
"""Turns of a conversation that are told in words; of more the first and the last ones."""

SHAPES = {"positive": "▴", "neutral": "–", "negative": "▾"}
KEYS = {"positive": "+", "neutral": "0", "negative": "-"}


@dataclass(frozen=True, slots=True)
class Mark:
    """The sentiment of one post: its word, and a shape, so that no colour has to be told apart;
    `by` is the person who said it, and empty where the model did."""

    word: str
    shape: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A button that says one sentiment of an item; `chosen` where it is what stands there."""

    word: str
    shape: str
    key: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Feelings:
    """Marks by post, the one of the latest post, and in words how it came to that."""

    marks: Mapping[int, Mark] = field(default_factory=dict)
    latest: Mark | None = None
    went: str = ""


def feelings(posts: Iterable[PostRow]) -> Feelings:
    """What is said of the posts of an item that are still there, asked for with `felt` and
    `felt_by`. The posts come in the order of time."""
    there = [vars(post) for post in posts if post.deleted_at is None]
    said = [row for row in there if row.get("felt") in SHAPES]
    marks = {row["id"]: _mark(row["felt"], row.get("felt_by")) for row in said}
    latest = marks[said[-1]["id"]] if said else None
    return Feelings(marks, latest, went([row["felt"] for row in said]))


def _mark(word: str, by: str | None) -> Mark:
    return Mark(word, SHAPES[word], by or "")


def choices(sentiment: str) -> tuple[Choice, ...]:
    """The buttons that say a sentiment, where this one stands."""
    return tuple(Choice(word, SHAPES[word], key, word == sentiment) for word, key in KEYS.items())


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
