"""The month: labelled posts as a stream, with a shift half-way, and the clock that goes with it.

For two weeks people write to an airline. Then a maker of computers joins, and opens a shop for a
week: another vocabulary, and an intent that nobody had thought of. What each post truly is, is
known, and is what readers and colleagues say of it.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from triage.posts import Post

FIRST_DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""A Monday."""
DAYS, SHIFT = 28, 15
"""The month has so many days, and from this one on (the first is 1) the stream is another."""

AIRLINE = {"airline_sentiment", "airlines_dialog_intent"}
COMPUTERS = {"apple_twitter", "sanders", "sxsw_brand_emotion"}
SHOP = re.compile(r"pop.?up|temporary|ipad ?2|apple store|\bstores?\b", re.IGNORECASE)
"""What tells, mechanically, that a post of the second half is about the shop."""
SHARES = {"airline": 16, "computers": 20, "shop": 12}
"""Posts of each kind on a day after the shift; before it, all are the airline's."""
PER_DAY = sum(SHARES.values())


def day(number: int, *, hour: float = 9) -> datetime:
    """The moment at this hour of a day of the month; the first day is 1."""
    return FIRST_DAY + timedelta(days=number - 1, hours=hour - FIRST_DAY.hour)


def labelled(shared: Path) -> list[dict[str, Any]]:
    """Every labelled English post of the sources that the month is made of."""
    lines: list[dict[str, Any]] = []
    for name in ("train.jsonl", "dev.jsonl"):
        with open(shared / "labelled" / name, encoding="utf-8") as file:
            lines += map(json.loads, file)
    return [row for row in lines if row["lang"] == "en" and row["source"] in AIRLINE | COMPUTERS]


def about_the_shop(row: dict[str, Any]) -> bool:
    """Whether a post is one of those that ask for the new intent."""
    return row["source"] in COMPUTERS and bool(SHOP.search(row["text"]))


@dataclass
class Stream:
    """The posts of each day, the same for the same seed, and what they truly are.

    `shop` is the intent of the posts about the shop: what people call them until there is a word.
    """

    rows: Sequence[dict[str, Any]]
    seed: int
    shop: str = "question"
    truth: dict[str, str] = field(default_factory=dict)
    _kinds: dict[str, list[dict[str, Any]]] = field(init=False)

    def __post_init__(self) -> None:
        mixed = Random(self.seed).sample(list(self.rows), len(self.rows))
        self._kinds = {
            "airline": [row for row in mixed if row["source"] in AIRLINE],
            "shop": [row for row in mixed if about_the_shop(row)],
            "computers": [
                row for row in mixed if row["source"] in COMPUTERS and not about_the_shop(row)
            ],
        }

    def of_day(self, number: int) -> list[Post]:
        """What people write on one day, in the order in which it comes."""
        shares = {"airline": PER_DAY} if number < SHIFT else SHARES
        posts = [
            self.post(row, at=day(number), kind=kind)
            for kind, share in shares.items()
            for row in self._taken(kind, share)
        ]
        Random(number).shuffle(posts)
        return posts

    def post(self, row: dict[str, Any], *, at: datetime, kind: str, again: str = "") -> Post:
        """A labelled post as somebody of their own writes it; `again` makes it another post."""
        id = f"{self.seed}-{row['id']}{again}"
        self.truth[id] = "shop" if kind == "shop" else row["intent"]
        given = {name: row[name] for name in ("text", "lang", "brand", "platform", "parent_text")}
        return Post(id=id, author=f"@{id}", author_id=id, created_at=at, kind="public", **given)

    def intent(self, id: str) -> str:
        """What a careful person says that a post is, by its id."""
        true = self.truth[id]
        return self.shop if true == "shop" else true

    def _taken(self, kind: str, number: int) -> list[dict[str, Any]]:
        taken, self._kinds[kind] = self._kinds[kind][:number], self._kinds[kind][number:]
        assert len(taken) == number, f"too few labelled posts of the kind {kind}"
        return taken
