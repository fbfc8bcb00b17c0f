"""How well a model learns an intent that it does not know, from so many lessons.

    python -m bench.growing [--intents event sales …] [--lessons 20 40] [--posts 600]

Each intent is taken out of the shipped model and taught again, beside 150 lessons of the others, as
a training does. All is measured on posts that are learnt from by nobody here (labelled posts beside
the repository). The encoder had read posts of the intent when it was made.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np

from models import Classifier, Example, learn, read_examples, registry
from models.cache import EmbeddingCache
from models.growing import without
from triage.vocabulary import INTENTS, routes

LABELLED = Path(__file__).resolve().parent.parent.parent / "shared" / "labelled"
OTHERS = 150


def main() -> None:
    """Print a line for each model."""
    options = _options()
    shipped = registry.load_folder(registry.shipped_path())
    taught, held = (_posts(LABELLED / f"{name}.jsonl") for name in ("train", "dev"))
    held = held[: options.posts]
    cache = EmbeddingCache(Path(tempfile.mkdtemp(prefix="triage-bench-")) / "embeddings.sqlite3")
    print("| intent | model | found | rightly said | others right |\n|---|---|---|---|---|")
    for intent in options.intents:
        small = without(shipped, {intent})
        own = [each for each in taught if each.intent == intent]
        others = [each for each in taught if each.intent != intent][:OTHERS]
        print(_line(intent, "as shipped", shipped, held))
        print(_line(intent, "without it", small, held))
        for number in options.lessons:
            lessons = [*own[:number], *others]
            grown = learn(small, lessons, routes=routes(), cache=cache).classifier
            print(_line(intent, f"{number} lessons", grown, held), flush=True)


def _line(intent: str, words: str, model: Classifier, held: Sequence[Example]) -> str:
    judged = model.judge([each.passage for each in held])
    said = np.array([each.intent for each in judged])
    right = np.array([each.intent for each in held])
    own = right == intent
    found, named = (own & (said == intent)).sum(), (said == intent).sum()
    others = (said == right)[~own].mean()
    return f"| `{intent}` | {words} | {found} of {own.sum()} | {found} of {named} | {others:.1%} |"


def _posts(path: Path) -> list[Example]:
    found, _ = read_examples([path], intents=INTENTS)
    Random(0).shuffle(found)  # so that no source comes first
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--intents", nargs="+", default=["event", "sales", "feedback"])
    parser.add_argument("--lessons", nargs="+", type=int, default=[20, 40])
    parser.add_argument("--posts", type=int, default=600)
    return parser.parse_args()


if __name__ == "__main__":
    main()
