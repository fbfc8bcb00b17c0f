"""The two judges together: the fast one settles what is clear, the encoder reads the rest."""

from dataclasses import replace

import numpy as np
import pytest

from models import registry
from models.classifier import Classifier
from models.encoder import load_encoder
from models.ruling import Settings
from models.stored import with_sentiment
from models.text import Passage
from models.training import TrainedModel, with_encoder


@pytest.fixture(scope="session")
def encoder():
    return load_encoder()


@pytest.fixture(scope="session")
def both(trained, encoder) -> Classifier:
    return with_encoder(trained.classifier, encoder)


@pytest.fixture
def passages(some_examples) -> list[Passage]:
    return [example.passage for example in some_examples[:80]]


def settling(classifier: Classifier, least: float) -> Classifier:
    settings: Settings = replace(classifier.settings, settles=least)
    return Classifier(classifier.space, classifier.linear, settings, deep=classifier.deep)


def test_the_answer_does_not_depend_on_the_batch(both, passages, odd_passages):
    mixed = passages[:20] + odd_passages
    together = both.judge(mixed)
    assert together == [both.judge([passage])[0] for passage in mixed]
    assert together == both.judge(mixed[::-1])[::-1]


def test_probabilities_are_those_of_the_judgements(both, passages, routes):
    chances = both.probabilities(passages)
    assert chances.sum(axis=1) == pytest.approx(np.ones(len(passages)))
    for passage, judgement, row in zip(passages, both.judge(passages), chances, strict=True):
        total = sum(
            chance
            for intent, chance in zip(both.intents, row, strict=True)
            if routes[intent][passage.kind] == judgement.queue
        )
        assert judgement.confidence == pytest.approx(total, abs=2e-6)


def test_what_the_fast_judge_settles_is_its_own_word(both, passages):
    some = settling(both, 0.6)
    settled = some.settled(passages)
    assert 0 < settled.sum() < len(passages)
    alone, together = some.fast_only().judge(passages), some.judge(passages)
    for judged, fast, clear in zip(together, alone, settled, strict=True):
        if clear:
            assert judged == fast


def test_the_encoder_is_asked_about_nothing_strange(both, odd_passages):
    for passage, judged in zip(odd_passages, both.judge(odd_passages), strict=True):
        if judged.strange:
            assert both.settled([passage]).all()


def test_taking_the_reasons_away_lowers_the_confidence(both, passages):
    """Faithful: for nearly every post that the encoder judges, and by far more than at random."""
    fell = []
    for passage in [each for each in passages if each.parent_text is None]:
        judged = both.judge([passage])[0]
        text = passage.text.lower()
        words = [reason for reason in judged.because if reason in text]
        if not words:
            continue
        for reason in words:
            text = text.replace(reason, " ")
        queue = both.ruling.of_kind(passage.kind) == both.queues.index(judged.queue)
        before, after = both.probabilities([passage, replace(passage, text=text)])
        fell.append(after[queue].sum() < before[queue].sum())
    assert len(fell) > 20
    assert np.mean(fell) > 0.8


def test_it_survives_being_saved(both, passages, tmp_path):
    version = registry.save(TrainedModel(both, {}, {}), tmp_path)
    loaded = registry.load(tmp_path, version)
    assert loaded.limited is None
    assert loaded.judge(passages) == with_sentiment(both.named(version)).judge(passages)


@pytest.mark.parametrize("harm", ["missing", "truncated"])
def test_without_its_encoder_the_fast_judge_works_alone_and_says_so(
    both, passages, tmp_path, monkeypatch, harm
):
    version = registry.save(TrainedModel(both, {}, {}), tmp_path)
    broken = tmp_path / "encoder"
    if harm == "truncated":
        broken.mkdir()
        (broken / "card.json").write_text('{"format": 1')
    monkeypatch.setattr("models.encoder.shipped_encoder_path", lambda: broken)
    loaded = registry.load(tmp_path, version)
    assert loaded.limited is not None
    assert "encoder is not in use" in loaded.limited
    alone = with_sentiment(both.fast_only().named(version))
    assert loaded.judge(passages) == alone.judge(passages)
