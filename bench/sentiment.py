"""How well the sentiment of posts is told, beside a majority and a lexicon.

    python -m bench.sentiment

Judges the real posts of tools/sentiment/judged.json, from which nothing here has learnt a
sentiment. The encoder has read the texts of most of them for another task; those of the
collections marked non-commercial it has never seen. VADER (English) is compared where
`vaderSentiment` is installed. The cost is of one core, over what judging costs without it.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np

from models import registry
from models.classifier import Classifier
from models.judgement import SENTIMENTS
from models.measures import Labels, accuracy, interval, macro_f1
from models.text import Passage
from tools.sentiment.labels import Felt, judged

Judge = Callable[[Sequence[Passage]], list[str]]
VADER_NEUTRAL = 0.05
"""Compound scores nearer to zero than this are neutral, as VADER's authors advise."""

ROUNDS = 3


def main() -> None:
    """Judge and print."""
    posts = judged()
    right = np.array([post.sentiment for post in posts])
    model = registry.load_folder(registry.shipped_path())
    print(f"{len(posts)} posts: {dict(zip(*np.unique(right, return_counts=True), strict=True))}\n")
    print(f"{'judge':<34}{'macro F1':>26}{'accuracy':>10}{'unseen F1':>11}  recall {SENTIMENTS}")
    for name, judge in judges(model):
        said = np.array(judge([post.passage for post in posts]))
        print(_line(name, said, right, posts), flush=True)
        if name == "ours, as shipped":
            print(*_by_language(said, right, posts), sep="\n")
    print(f"\ncost: {_cost(model, [post.passage for post in posts]):+.1%} of the time of judging")


def judges(model: Classifier) -> Iterator[tuple[str, Judge]]:
    """What is compared, by name."""
    yield "majority (neutral)", lambda posts: ["neutral"] * len(posts)
    if find_spec("vaderSentiment"):
        yield "VADER lexicon", _vader()
    yield "ours, fast judge alone", lambda posts: _felt(model.fast_only(), posts)
    yield "ours, as shipped", lambda posts: _felt(model, posts)


def _felt(model: Classifier, posts: Sequence[Passage]) -> list[str]:
    """A post that is strange to the model has no sentiment; here it counts as neutral."""
    return [judgement.sentiment or "neutral" for judgement in model.judge(posts)]


def _vader() -> Judge:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer: Any = SentimentIntensityAnalyzer()

    def judge(posts: Sequence[Passage]) -> list[str]:
        scores = [analyzer.polarity_scores(post.text)["compound"] for post in posts]
        places = np.digitize(scores, [-VADER_NEUTRAL, VADER_NEUTRAL])
        return [SENTIMENTS[place] for place in places]

    return judge


def _line(name: str, said: Labels, right: Labels, posts: Sequence[Felt]) -> str:
    low, high = interval(macro_f1, said, right, seed=0)
    unseen = np.array([not post.ships for post in posts])
    recalls = [f"{np.mean(said[right == each] == each):.2f}" for each in SENTIMENTS]
    return (
        f"{name:<34}{macro_f1(said, right):>10.3f} ({low:.3f} to {high:.3f})"
        f"{accuracy(said, right):>10.3f}{macro_f1(said[unseen], right[unseen]):>11.3f}  "
        f"{' '.join(recalls)}"
    )


def _by_language(said: Labels, right: Labels, posts: Sequence[Felt]) -> Iterator[str]:
    langs = np.array([post.passage.lang for post in posts])
    for lang in sorted(set(langs.tolist())):
        these = langs == lang
        yield (
            f"  {lang}: {these.sum()} posts, macro F1 {macro_f1(said[these], right[these]):.3f}, "
            f"accuracy {accuracy(said[these], right[these]):.3f}"
        )


def _cost(model: Classifier, posts: Sequence[Passage]) -> float:
    """How much longer judging takes with the sentiment than without, the best of some rounds."""
    plain = registry.load_folder(registry.shipped_path())
    plain.feeling = None
    took = {True: [0.0] * ROUNDS, False: [0.0] * ROUNDS}
    for turn in range(ROUNDS):
        for felt, judge in ((False, plain), (True, model)):
            before = time.process_time()
            judge.judge(posts)
            took[felt][turn] = time.process_time() - before
    return min(took[True]) / min(took[False]) - 1


if __name__ == "__main__":
    main()
