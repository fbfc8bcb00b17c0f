"""Posts to measure with: the starter corpus's texts, given to many people in many threads."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.examples import starter_paths

PEOPLE = 5_000
BASE = 1_000_000
"""The id of the first item that `bench.many` makes; the others follow, one a minute."""
EPOCH = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())


def posts(count: int, *, seed: int = 0) -> Iterator[dict[str, Any]]:
    """So many posts in the shape of docs/cli.md, each with an id of its own."""
    chance = random.Random(seed)
    texts = [json.loads(line) for path in starter_paths() for line in path.open(encoding="utf-8")]
    for number in range(count):
        text = chance.choice(texts)
        yield {
            "id": f"bench-{seed}-{number}",
            "text": text["text"],
            "author": f"person{chance.randrange(PEOPLE)}",
            "created_at": "2026-11-01T12:00:00Z",
            "lang": text["lang"],
            "conversation": f"talk{number // 3}",
            "parent_text": text["parent_text"],
            "platform": text["platform"],
            "brand": text["brand"],
            "kind": text["kind"],
        }


def write_posts(path: Path, count: int, *, seed: int = 0) -> None:
    """Write so many posts to a JSONL file."""
    with path.open("w", encoding="utf-8") as file:
        for post in posts(count, seed=seed):
            file.write(json.dumps(post, ensure_ascii=False) + "\n")
