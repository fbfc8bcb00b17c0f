"""What tests of shadows begin with: two models, and posts that both of them judge."""

from dataclasses import replace
from pathlib import Path

import pytest
from pytest_django import Settings

from models import read_examples, registry, starter_paths, train
from tests.domain import making
from triage.intents import queue_of
from triage.tables import Channel, Reading, ShadowVerdict, User, Verdict
from triage.tuning import shadowing
from triage.tuning.shelf import mirror_models
from triage.vocabulary import INTENTS, routes
from triage.walk import judging

TEXTS = ["where is my parcel?", "is there a price for forty bikes?", "love the new frame!"]


@pytest.fixture(scope="session")
def two_models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A registry with the model in use and another one."""
    examples, _ = read_examples(starter_paths(), intents=INTENTS)
    root = tmp_path_factory.mktemp("two") / "models"
    first, second = (
        registry.save(train(examples[start::40], routes=routes()), root) for start in (0, 1)
    )
    registry.use(root, first)
    return root, first, second


@pytest.fixture
def other(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, two_models: tuple[Path, str, str]
) -> str:
    """The version of the model that is not in use."""
    root, _, second = two_models
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, models_dir=root)
    monkeypatch.setattr(judging, "_loaded", None)
    monkeypatch.setattr(shadowing, "_loaded", None)
    mirror_models()
    return second


def bring(channel: Channel) -> None:
    making.bring(channel, *[making.post(text=text, conversation=text) for text in TEXTS])


def say(reader: User, told: list[tuple[str, str, str]]) -> None:
    """Have champion, shadow and a reader call each of the posts so; each is sure of its queue."""
    rows = ShadowVerdict.objects.select_related("verdict__post").order_by("pk")
    for row, said in zip(rows, told, strict=True):
        queues = [queue_of(intent, row.verdict.post.kind) for intent in said]
        champion, beside_, read = zip(said, queues, strict=True)
        Verdict.objects.filter(pk=row.verdict_id).update(intent=champion[0], queue=champion[1])
        ShadowVerdict.objects.filter(pk=row.pk).update(
            intent=beside_[0], queue=beside_[1], target=beside_[1], champion_target=champion[1]
        )
        Reading.objects.create(
            post=row.verdict.post, post_version=1, verdict=row.verdict, user=reader,
            lane="sample", intent=read[0], queue=read[1],
        )  # fmt: skip
