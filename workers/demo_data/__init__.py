"""A day at Whimbrel, an invented maker of e-bikes: its lines, and who speaks them.

One file a platform, one post a line, written by hand. `at` is seconds after the day begins;
`edits` and `deletes` name the post that a line changes; `own` marks the brand's own posts and
`fixed` an author who is the same in every telling; `intent` and `also` are what a careful reader
expects (docs/taxonomy.md), for tests and measurements only.
"""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

Line = Mapping[str, Any]


@lru_cache(maxsize=1)
def story() -> tuple[Line, ...]:
    """Every line of the story, in its order."""
    lines: list[Line] = []
    for file in resources.files(__name__).iterdir():
        if file.name.endswith(".jsonl"):
            rows = file.read_text(encoding="utf-8").strip().split("\n")
            lines += map(json.loads, rows)
    return tuple(sorted(lines, key=lambda line: (line["at"], line["id"])))


@lru_cache(maxsize=4)
def cast(cycle: int) -> Mapping[tuple[str, str], Line]:
    """Who speaks whose lines in a cycle: (platform, author_id) -> a line of the one who does.

    In each cycle the people of one platform and language pass their lines on by one, so that
    nobody says the same thing twice running. Lines marked `fixed` (spam, press) stay.
    """
    people: dict[tuple[str, str], dict[str, Line]] = defaultdict(dict)
    for line in story():
        if line["author_id"] and line["lang"] and not line.get("own") and not line.get("fixed"):
            known = any(line["author_id"] in group for group in people.values())
            if not known:
                people[line["platform"], line["lang"]][line["author_id"]] = line
    return {
        (platform, who): list(group.values())[(place + cycle - 1) % len(group)]
        for (platform, _lang), group in people.items()
        for place, who in enumerate(group)
    }


@lru_cache(maxsize=64)
def _names(platform: str, cycle: int) -> tuple[re.Pattern[str], Mapping[str, str]]:
    """The names of a platform's people as they occur in texts, and who they are this cycle."""
    originals = cast(1)
    names = {
        originals[key]["author"]: speaker["author"]
        for key, speaker in cast(cycle).items()
        if key[0] == platform
    }
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, longest_first))})(?!\w)"), names


def renamed(text: str | None, platform: str, cycle: int) -> str | None:
    """A text in which people call each other by the names they have in this cycle."""
    if not text or cycle == 1:
        return text
    pattern, names = _names(platform, cycle)
    return pattern.sub(lambda found: names[found.group()], text)
