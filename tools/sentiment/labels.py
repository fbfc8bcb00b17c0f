"""Posts with the sentiment that a careful reader gave them, by the rule in docs/taxonomy.md.

Our own posts lie in models/starter, their labels beside them. Of the real posts only ids and
labels are kept here; their texts are read where they lie and never copied.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from models.examples import read_examples, starter_paths
from models.text import Passage
from tools.encoder.posts import Real, real_posts
from triage.vocabulary import INTENTS

STARTER = Path(__file__).resolve().parents[2] / "models" / "starter" / "sentiment" / "labels.json"
LEARNT, JUDGED = (Path(__file__).parent / name for name in ("learnt.json", "judged.json"))


@dataclass(frozen=True, slots=True)
class Felt:
    """A post and the sentiment in it; `ships` says that what ships may learn from its source,
    `ours` that it was written for this project."""

    passage: Passage
    sentiment: str
    source: str
    ships: bool = True
    ours: bool = False


def read_labels(path: Path) -> dict[str, str]:
    """A file of labels, ids by sentiment -> the sentiment of each id."""
    by_sentiment: Mapping[str, list[str]] = json.loads(path.read_text("utf-8"))
    return {key: sentiment for sentiment, keys in by_sentiment.items() for key in keys}


def starter_felt() -> list[Felt]:
    """Our own posts that were labelled, in the order of their files."""
    labels = read_labels(STARTER)
    posts, _ = read_examples(starter_paths(), intents=INTENTS)
    return [
        Felt(post.passage, labels[post.passage.id], post.source or "", ours=True)
        for post in posts
        if post.passage.id in labels
    ]


def learnt() -> list[Felt]:
    """Real posts that the heads learn from; none of them is of a non-commercial collection."""
    found = list(_real(LEARNT, dev=False))
    assert all(post.ships for post in found)
    return found


def judged() -> list[Felt]:
    """Real posts of dev.jsonl that judge the heads and teach them nothing."""
    return list(_real(JUDGED, dev=True))


def _real(path: Path, *, dev: bool) -> Iterator[Felt]:
    labels = read_labels(path)
    for post in real_posts():
        if post.dev == dev and (passage := post.example.passage).id in labels:
            yield Felt(passage, labels[passage.id], post.example.source or "", post.ships)


def unlabelled() -> list[Passage]:
    """Posts that may teach what ships and that nobody has labelled for sentiment."""
    known = read_labels(LEARNT) | read_labels(STARTER) | read_labels(JUDGED)
    ours, _ = read_examples(starter_paths(), intents=INTENTS)
    real = [post for post in real_posts() if _may_teach(post)]
    posts = [*ours, *(post.example for post in real)]
    return [post.passage for post in posts if post.passage.id not in known]


def _may_teach(post: Real) -> bool:
    return post.ships and not post.dev
