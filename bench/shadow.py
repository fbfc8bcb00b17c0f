"""What it costs to judge in the shadow, beside judging: CPU seconds of the same posts in both.

    python -m bench.shadow [--posts 400] [--rounds 3]

The shipped model judges, and a copy of it under another name is the shadow, on SQLite. `whole` is
all that the step does (reading, judging, writing), `judge` the classifier's part of it.
"""

import argparse
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")
os.environ["TRIAGE_HOME"] = tempfile.mkdtemp(prefix="triage-bench-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402

from models import read_examples, registry, starter_paths  # noqa: E402
from models.classifier import Classifier  # noqa: E402
from triage.intents import intents  # noqa: E402
from triage.posts import Post  # noqa: E402
from triage.tables import Channel, User  # noqa: E402
from triage.tuning.shadowing import judge_in_shadow  # noqa: E402
from triage.tuning.shadows import start_shadow  # noqa: E402
from triage.tuning.shelf import mirror_models  # noqa: E402
from triage.walk.intake import store  # noqa: E402
from triage.walk.judging import current_classifier, models_root  # noqa: E402
from triage.walk.sorting import sort_all  # noqa: E402

judging = 0.0
"""CPU seconds that classifiers have taken so far."""


def main() -> None:
    """One line a round."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--posts", type=int, default=400)
    asked.add_argument("--rounds", type=int, default=3)
    given = asked.parse_args()
    call_command("migrate", verbosity=0)
    current_classifier()
    user = User.objects.create(username="bench")
    texts = _texts()
    with _timed():
        _round(0, texts[:50], user)  # loads both models
        print("round  sort whole  judge   shadow whole  judge   ratio whole  judge")
        for number in range(1, given.rounds + 1):
            first = number * given.posts
            sort, shadow = _round(number, texts[first : first + given.posts], user)
            ratios = [beside / alone for beside, alone in zip(shadow, sort, strict=True)]
            cells = [*sort, *shadow, *ratios]
            print(f"{number:>5}  " + "  ".join(f"{cell:>8.2f}" for cell in cells), flush=True)


def _round(number: int, texts: list[str], user: User) -> tuple[list[float], list[float]]:
    """CPU seconds (whole, judge) of sorting some posts, and of judging them in the shadow."""
    assert texts, "there are too few posts for so many rounds"
    start_shadow(_copy(), by=user)
    channel, _ = Channel.objects.get_or_create(name="bench", source="file")
    store(channel, [Post(id=f"{number}-{n}", text=text) for n, text in enumerate(texts)])
    return _spent(sort_all), _spent(_shadow_all)


def _shadow_all() -> None:
    while judge_in_shadow():
        pass


def _spent(act: Callable[[], object]) -> list[float]:
    busy, before = time.process_time(), judging
    act()
    return [time.process_time() - busy, judging - before]


@contextmanager
def _timed() -> Iterator[None]:
    """Have every classifier's time added up."""
    plain = Classifier.judge

    def judge(self: Classifier, *given: object, **more: object) -> object:
        global judging
        busy = time.process_time()
        try:
            return plain(self, *given, **more)  # type: ignore[arg-type]
        finally:
            judging += time.process_time() - busy

    Classifier.judge = judge  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        Classifier.judge = plain  # type: ignore[method-assign]


def _copy() -> str:
    """The model in use under another name, stored."""
    root, used = models_root(), registry.current(models_root())
    assert used is not None
    name = f"{used[:11]}00000000"
    if not (root / name).exists():
        shutil.copytree(root / used, root / name)
        card = Path(root / name / "card.json")
        told = json.loads(card.read_text(encoding="utf-8")) | {"version": name}
        card.write_text(json.dumps(told), encoding="utf-8")
    mirror_models()
    return name


def _texts() -> list[str]:
    examples, _ = read_examples(starter_paths(), intents=intents())
    return [example.passage.text for example in examples]


if __name__ == "__main__":
    main()
