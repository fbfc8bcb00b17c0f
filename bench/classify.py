"""Speed and accuracy of the judges, in one table: ours, its parts, and what it is compared with.

    python -m bench.classify [--bare FOLDER]

Everything judges the sources of dev.jsonl that nothing here learns from: the collections marked
non-commercial, which the shipped model has never seen. The peers learn from the same posts as the
shipped model. Speeds are of one core (CPU time, one thread), on all of dev.jsonl, batches of 256.
fastText is compared where `fasttext-numpy2-wheel` is installed, the bare sentence encoder where
`--bare` names a folder with one (tools/encoder/README.md).
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np  # noqa: E402  the number of threads must be set first
from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.pipeline import make_pipeline, make_union  # noqa: E402

from models import registry  # noqa: E402
from models.calibration import queue_of  # noqa: E402
from models.classifier import Classifier  # noqa: E402
from models.encoder import Encoder, load_encoder  # noqa: E402
from models.examples import Example  # noqa: E402
from models.framing import PREFIX, frame  # noqa: E402
from models.text import Passage  # noqa: E402
from tools.encoder.posts import (  # noqa: E402
    NAMES,
    QUEUES,
    ROUTES,
    real_posts,
    shipping,
    starter_posts,
)

BATCH = 256
Chances = Callable[[Sequence[Passage]], np.ndarray]
"""Probabilities of NAMES, (passages, intents)."""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    posts_a_second: float
    queue: float
    intent: float
    surest_half: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--bare", type=Path, help="a folder with the encoder before fine-tuning")
    options = parser.parse_args()
    real = real_posts()
    dev = [post.example.passage for post in real if post.dev]
    judged = [post.example for post in real if post.dev and not post.ships]
    ours = registry.load_folder(registry.shipped_path())
    print(f"{len(judged)} posts of sources not learnt from; speed on {len(dev)} posts, one core")
    print(f"the fast judge settles {ours.settled(dev).mean():.1%} of them\n")
    print(f"{'judge':<46}{'posts/s':>9}{'ms':>8}{'queue':>8}{'intent':>8}{'surest 50 %':>13}")
    for name, judge in judges(ours, options.bare):
        row = measured(judge, dev, judged)
        print(
            f"{name:<46}{row.posts_a_second:>9,.0f}{1000 / row.posts_a_second:>8.2f}"
            f"{row.queue:>8.3f}{row.intent:>8.3f}{row.surest_half:>13.3f}",
            flush=True,
        )


def judges(ours: Classifier, bare: Path | None) -> Iterator[tuple[str, Chances]]:
    """Every judge by name, made when its turn comes."""
    fast, slow = ours.fast_only(), _settling(ours, 2.0)
    yield "our fast judge alone", fast.probabilities
    yield "  with its reasons", _judging(fast)
    yield "our encoder on every post", slow.probabilities
    yield "  with its reasons", _judging(slow)
    yield "both, as shipped", ours.probabilities
    yield "  with their reasons", _judging(ours)
    examples = [*shipping(), *starter_posts()]
    yield "TF-IDF (word 1-2, char 2-5) + logistic regr.", _tfidf(examples)
    quick = _fasttext(examples)
    if quick is not None:
        yield "fastText (word 2-grams, char 2-5)", quick
    if bare is not None:
        yield "bare sentence encoder + logistic regression", _bare(load_encoder(bare), examples)


def measured(judge: Chances, dev: Sequence[Passage], judged: Sequence[Example]) -> Row:
    """Speed on all of dev, accuracy on the posts judged."""
    judge(dev[:BATCH])
    begun = time.process_time()
    for start in range(0, len(dev), BATCH):
        judge(dev[start : start + BATCH])
    spent = time.process_time() - begun
    chances = judge([example.passage for example in judged])
    queues = np.array([_queues(row, each) for row, each in zip(chances, judged, strict=True)])
    wanted = [QUEUES.index(queue_of(ROUTES, e.intent, e.passage.kind)) for e in judged]
    right = queues.argmax(axis=1) == np.array(wanted)
    surest = np.argsort(-queues.max(axis=1), kind="stable")[: len(judged) // 2]
    intents = np.array(NAMES)[chances.argmax(axis=1)] == [each.intent for each in judged]
    return Row(
        len(dev) / spent, float(right.mean()), float(intents.mean()), float(right[surest].mean())
    )


def _queues(chances: np.ndarray, example: Example) -> np.ndarray:
    queues = np.zeros(len(QUEUES))
    for name, chance in zip(NAMES, chances, strict=True):
        queues[QUEUES.index(queue_of(ROUTES, name, example.passage.kind))] += chance
    return queues


def _settling(ours: Classifier, least: float) -> Classifier:
    settings = replace(ours.settings, settles=least)
    return Classifier(ours.space, ours.linear, settings, ours.version, deep=ours.deep)


def _judging(ours: Classifier) -> Chances:
    def judge(passages: Sequence[Passage]) -> np.ndarray:
        ours.judge(passages)
        return ours.probabilities(passages) if len(passages) > BATCH else np.zeros((0, 0))

    return judge


def _tfidf(examples: Sequence[Example]) -> Chances:
    pipeline = make_pipeline(
        make_union(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2),
        ),
        LogisticRegression(C=5.0, max_iter=300),
    )
    pipeline.fit(_plain([each.passage for each in examples]), [each.intent for each in examples])
    return lambda passages: pipeline.predict_proba(_plain(passages))


def _fasttext(examples: Sequence[Example]) -> Chances | None:
    try:
        import fasttext
    except ModuleNotFoundError:
        return None
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        lines = zip(examples, _plain([each.passage for each in examples]), strict=True)
        file.writelines(f"__label__{each.intent} {text}\n" for each, text in lines)
        file.flush()
        model = fasttext.train_supervised(
            file.name, wordNgrams=2, minn=2, maxn=5, epoch=25, lr=0.5, dim=50, thread=1, verbose=0
        )

    def judge(passages: Sequence[Passage]) -> np.ndarray:
        labels, chances = model.predict(_plain(passages), k=len(NAMES))
        found = np.zeros((len(passages), len(NAMES)))
        for row, (names, each) in enumerate(zip(labels, chances, strict=True)):
            found[row, [NAMES.index(name.removeprefix("__label__")) for name in names]] = each
        return found

    return judge


def _bare(encoder: Encoder, examples: Sequence[Example]) -> Chances:
    passages = [example.passage for example in examples]
    linear = LogisticRegression(C=10.0, max_iter=500)
    linear.fit(encoder.embed(passages), [example.intent for example in examples])
    return lambda passages: linear.predict_proba(encoder.embed(passages))


def _plain(passages: Sequence[Passage]) -> list[str]:
    """The text as the peers get it: what it answers and the post, masked as the encoder's is."""
    framed = [frame(replace(each, platform=None, brand=None)) for each in passages]
    return [f"{context.removeprefix(PREFIX).strip()} {text}" for context, text in framed]


if __name__ == "__main__":
    main()
