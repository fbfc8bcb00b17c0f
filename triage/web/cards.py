"""A model's card in words: what it learnt from, how it judges, and how good it was found to be."""

from dataclasses import dataclass
from typing import Any

from triage.numbers import percent
from triage.vocabulary import label
from triage.web.showing import plural, thousands

FEW = 12
"""Lines of a part that are shown; the rest is in the card itself."""


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and its lines, each a name and what is said of it."""

    title: str
    lines: tuple[tuple[str, str], ...]


def card_parts(card: dict[str, Any]) -> list[Part]:
    """The parts of a card that say something; older cards lack some."""
    parts = [
        Part("About", tuple(_about(card))),
        Part("Measured on unseen sources", tuple(_measured(card))),
        *[
            Part(f"Trained on, by {name}", tuple(_counts(card, key)))
            for key, name in (("intent", "intent"), ("lang", "language"), ("source", "source"))
        ],
    ]
    return [part for part in parts if part.lines]


def _about(card: dict[str, Any]) -> list[tuple[str, str]]:
    metrics = card.get("metrics", {})
    found = {
        "Trained on top of": metrics.get("base"),
        "Trained on": _posts(metrics.get("examples")),
        "Features": "words and an encoder" if card.get("encoder") else "words only",
        "Languages": ", ".join(card.get("languages", [])),
        "Temperature": card.get("temperature"),
        "Size": f"{card.get('bytes', 0) / 2**20:.1f} MiB",
    }
    return [(name, str(value)) for name, value in found.items() if value]


def _measured(card: dict[str, Any]) -> list[tuple[str, str]]:
    found = card.get("metrics", {}).get("sources_left_out", {})
    shares = {"Queue accuracy": "queue_accuracy", "Intent accuracy": "intent_accuracy"}
    lines = [(words, percent(found[key])) for words, key in shares.items() if key in found]
    if "ece" in found:
        lines.append(("Calibration error", f"{found['ece']:.3f}"))
    return [("Posts", thousands(found["posts"])), *lines] if "posts" in found else lines


def _counts(card: dict[str, Any], key: str) -> list[tuple[str, str]]:
    counts = card.get("counts", {}).get(key, {})
    lines = [(_named(key, name), thousands(number)) for name, number in counts.items()]
    more = len(lines) - FEW
    return lines[:FEW] + ([("and", plural(more, "more"))] if more > 0 else [])


def _named(key: str, name: str) -> str:
    return label(name) if key == "intent" else name


def _posts(number: Any) -> str:
    return plural(number, "post") if isinstance(number, int) else ""
