"""What tests of learning begin with: a model that knows little, and posts that people labelled.

The model that "comes with the code" here has learnt from a few posts, so that a training is quick.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from pytest_django import Settings

from models import Example, read_examples, registry, starter_paths, train
from models.gate import held_out
from triage.posts import Post
from triage.tables import Channel, Lesson, PostRow, Training
from triage.tuning.retraining import train_asked
from triage.tuning.trainings import ask_training
from triage.vocabulary import INTENTS, queue_of, routes
from triage.walk import judging
from triage.walk.intake import store

Teach = Callable[..., None]
KNOWN = 200
"""How many posts of the corpus the little model has learnt from; it knows none behind them."""


@pytest.fixture(scope="session")
def corpus() -> list[Example]:
    """Posts of the starter corpus, in English."""
    examples, _ = read_examples(starter_paths(), intents=INTENTS)
    english = [each for each in examples if each.passage.lang == "en"]
    return Random(1).sample(english, 600)


@pytest.fixture(scope="session")
def little(tmp_path_factory: pytest.TempPathFactory, corpus: list[Example]) -> Path:
    """A folder with a model that has learnt from few posts, and none of those that are taught."""
    root = tmp_path_factory.mktemp("little")
    return root / registry.save(train(corpus[:KNOWN], routes=routes()), root)


@pytest.fixture
def root(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, little: Path, db: None
) -> Path:
    """The models directory of a new installation that ships the little model."""
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, models_dir=tmp_path / "models")
    monkeypatch.setattr(judging, "_loaded", None)
    monkeypatch.setattr(registry, "shipped_path", lambda: little)
    return tmp_path / "models"


@pytest.fixture
def teach(corpus: list[Example], web: Channel) -> Teach:
    """Store so many posts of the corpus as lessons, and the (text, intent) that are given.

    Taught `wrongly`, those posts that a training learns from have another intent than theirs, and
    those that it compares with have their own. The posts are the same each time.
    """

    def taught(
        more: Sequence[tuple[str, str]] = (), *, wrongly: bool = False, number: int = 300
    ) -> None:
        examples = corpus[KNOWN : KNOWN + number]
        learnt, _ = held_out(examples)
        wrong = {id(each) for each in learnt} if wrongly else set()
        labelled = [(each.passage.text, _intent(each, id(each) in wrong)) for each in examples]
        _label(web, [*labelled, *more])

    return taught


def trained() -> Training:
    """A training as it ended that somebody has asked for by the button."""
    row = ask_training(cause=Training.Cause.BUTTON)
    assert row is not None
    assert train_asked(row.pk)
    row.refresh_from_db()
    return row


def _intent(example: Example, wrong: bool) -> str:
    names = sorted(INTENTS)
    return names[(names.index(example.intent) + 4) % len(names)] if wrong else example.intent


def _label(channel: Channel, labelled: Sequence[tuple[str, str]]) -> None:
    store(channel, [Post(id=f"p{n}", text=text) for n, (text, _) in enumerate(labelled)])
    by_id = {row.external_id: row for row in PostRow.objects.filter(channel=channel)}
    Lesson.objects.bulk_create(
        Lesson(
            post=by_id[f"p{n}"],
            post_version=1,
            queue=queue_of(intent, "public") if intent in INTENTS else "support",
            intent=intent,
            origin=Lesson.Origin.REVIEW,
        )
        for n, (_, intent) in enumerate(labelled)
    )
