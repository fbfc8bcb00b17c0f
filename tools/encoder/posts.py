"""The posts the shipped models learn from, and the groups of sources that judge them.

The real posts are read where they lie (../shared/labelled) and never copied; collections marked
non-commercial train nothing that ships and are the first group of sources left out.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.examples import Example, read_examples, starter_paths
from models.text import Passage
from triage.vocabulary import INTENTS, routes

LABELLED = Path(__file__).resolve().parents[3] / "shared" / "labelled"
ROUTES = routes()
NAMES = sorted(INTENTS)
QUEUES = ["archive", "promo", "support"]
WEIGHTS = {1: 1.0, 2: 0.8, 3: 0.4}
"""How much a label counts, by how sure its reader was."""

STARTER_WEIGHT = 0.8
GROUPS: Sequence[frozenset[str]] = (
    frozenset({"airline_sentiment", "airlines_dialog_intent", "semeval19_suggestion"}),
    frozenset({"sanders", "germeval2017", "hackernews_titles", "id_cellular"}),
    frozenset({"fb_brand_posts", "apple_twitter", "linkedin_africa_tech"}),
    frozenset({"sxsw_brand_emotion", "cqa_ql_forum", "citibanamex_es", "tweeteval_sentiment"}),
    frozenset(
        {
            "complaints_acl19",
            "app_reviews_scalabrino",
            "youtube_spam",
            "free_telecom_fr",
            "instagram_cigar_brands",
        }
    ),
)
"""Sources dealt into five groups of alike size; the first is what may not ship."""


@dataclass(frozen=True)
class Real:
    """A labelled real post, whether it may train what ships, and whether it is of dev.jsonl."""

    example: Example
    ships: bool
    dev: bool


def real_posts() -> list[Real]:
    """The labelled posts, dev first."""
    return [
        Real(example, ships, part == "dev")
        for part in ("dev", "train")
        for example, ships in _of(part)
    ]


def starter_posts(more: Sequence[str] = ()) -> list[Example]:
    """Our own posts, at the weight they have beside real ones."""
    found, _ = read_examples([*starter_paths(), *map(Path, more)], intents=INTENTS)
    return [
        Example(each.passage, each.intent, STARTER_WEIGHT, each.source, each.also) for each in found
    ]


def shipping(left_out: int = 0) -> list[Example]:
    """Real posts that may ship, without the sources of a group."""
    away = GROUPS[left_out]
    return [p.example for p in real_posts() if p.ships and p.example.source not in away]


def _of(part: str) -> Iterator[tuple[Example, bool]]:
    for line in (LABELLED / f"{part}.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        passage = Passage(
            id=str(row["id"]),
            text=row["text"],
            parent_text=row["parent_text"],
            lang=row["lang"],
            kind=row["kind"] or "public",
            platform=row["platform"],
            brand=row["brand"],
        )
        weight = WEIGHTS[row["label_confidence"]]
        example = Example(passage, row["intent"], weight, row["source"], row["also"])
        yield example, row["licence"] != "non-commercial"
