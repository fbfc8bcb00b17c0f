"""Labelled posts to learn from, and how they are read from JSONL files."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.text import Passage

_OPTIONAL = ("parent_text", "lang", "platform", "brand")


@dataclass(frozen=True, slots=True)
class Example:
    """A passage with its label. `weight` says how much it counts, 1 being an ordinary example."""

    passage: Passage
    intent: str
    weight: float = 1.0
    source: str | None = None
    also: str | None = None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that could not be used, and why, in words for the person who wrote it."""

    file: str
    line: int
    reason: str


def starter_paths() -> list[Path]:
    """The shipped corpus, one file a domain, in a fixed order."""
    return sorted((Path(__file__).parent / "starter").glob("*.jsonl"))


def read_examples(
    paths: Iterable[Path | str], *, intents: Collection[str]
) -> tuple[list[Example], list[BadLine]]:
    """Every good line of the files as an example, and every bad line with its number and reason.

    `intents` are the labels that are allowed. A row without a `source` gets the file's name.
    Raises OSError for a file that cannot be opened.
    """
    examples: list[Example] = []
    bad: list[BadLine] = []
    for path in map(Path, paths):
        for number, line in _lines(path):
            try:
                examples.append(_example(line, f"{path.stem}:{number}", path.stem, intents))
            except ValueError as error:
                bad.append(BadLine(str(path), number, str(error)))
    return examples, bad


def counts(examples: Sequence[Example]) -> dict[str, dict[str, int]]:
    """How many examples there are by source, language and intent, most frequent first."""
    return {
        "source": _counted(example.source for example in examples),
        "lang": _counted(example.passage.lang for example in examples),
        "intent": _counted(example.intent for example in examples),
    }


def _counted(values: Iterable[str | None]) -> dict[str, int]:
    return dict(Counter(value or "unknown" for value in values).most_common())


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        yield from ((number, line) for number, line in enumerate(file, start=1) if line.strip())


def _example(line: bytes, name: str, source: str, intents: Collection[str]) -> Example:
    row = _row(line)
    text, intent, also = row.get("text"), row.get("intent"), row.get("also")
    if not isinstance(text, str) or not text.strip():
        raise ValueError("it has no text")
    if not isinstance(intent, str) or intent not in intents:
        raise ValueError(f"the intent {intent!r} is not one of {', '.join(sorted(intents))}")
    if also is not None and not (isinstance(also, str) and also in intents):
        raise ValueError(f"the second intent {also!r} is not one of {', '.join(sorted(intents))}")
    optional = {key: _text_or_none(row, key) for key in _OPTIONAL}
    passage = Passage(id=str(row.get("id") or name), text=text, kind=_kind(row), **optional)
    return Example(passage, intent, _weight(row), _text_or_none(row, "source") or source, also)


def _row(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    except (json.JSONDecodeError, RecursionError):
        raise ValueError("it is not JSON") from None
    if not isinstance(row, dict):
        raise ValueError("it is not a JSON object")
    return row


def _text_or_none(row: dict[str, Any], key: str) -> str | None:
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"its {key} is not text")
    return value or None


def _kind(row: dict[str, Any]) -> str:
    kind = row.get("kind") or "public"
    if kind not in ("public", "community"):
        raise ValueError(f"its kind {kind!r} is neither public nor community")
    return str(kind)


def _weight(row: dict[str, Any]) -> float:
    weight = row.get("weight", 1.0)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight <= 1000:
        raise ValueError(f"its weight {weight!r} is not a number above 0 and up to 1000")
    return float(weight)
