"""The sentiment that every model says: what it hears, and what files that are not right cost."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models import registry
from models.classifier import Classifier
from models.examples import Example
from models.files import ModelRefused
from models.judgement import SENTIMENTS
from models.measures import macro_f1
from models.sentiment import Feeling, read_weights, shipped_sentiment_path, write_weights
from models.stored import with_sentiment
from models.text import Passage
from models.training import TrainedModel

GLAD = [
    "Thank you so much, your driver was wonderful and so kind to my mum",
    "I love this helmet, best thing I have bought in years!",
    "Danke euch, läuft wieder, super schneller Support!",
    "merci beaucoup à toute l'équipe, c'est parfait",
]
ANGRY = [
    "Third parcel that never came. Worst service ever, I am done with you",
    "charged me twice and nobody answers, this is a joke",
    "Seit drei Tagen kein Netz, unverschämt, nie wieder",
    "toujours aucune réponse, c'est une honte, je résilie",
]
PLAIN = [
    "Does the blue one come in size 42?",
    "Is there a manual for the older model, and where do I find it?",
    "Gibt es das auch in Größe 42?",
    "Est-ce que vous livrez aussi en Belgique ?",
]


def posts(texts: list[str]) -> list[Passage]:
    return [Passage(id=str(n), text=text) for n, text in enumerate(texts)]


def felt(model: Classifier, texts: list[str]) -> list[str]:
    return [judged.sentiment for judged in model.judge(posts(texts))]


@pytest.fixture(scope="module")
def shipped() -> Classifier:
    return registry.load_folder(registry.shipped_path())


def test_it_hears_praise_complaint_and_plain_talk(shipped: Classifier) -> None:
    assert felt(shipped, GLAD) == ["positive"] * 4
    assert felt(shipped, ANGRY) == ["negative"] * 4
    assert felt(shipped, PLAIN).count("neutral") >= 3


def test_the_fast_judge_alone_hears_it_too(shipped: Classifier) -> None:
    alone = shipped.fast_only()
    wanted = ["positive"] * 4 + ["negative"] * 4 + ["neutral"] * 4
    said = felt(alone, GLAD + ANGRY + PLAIN)
    assert sum(map(str.__eq__, said, wanted)) >= 9


def test_a_model_with_features_of_its_own_says_one_as_well(trained: TrainedModel) -> None:
    said = felt(with_sentiment(trained.classifier), GLAD + ANGRY + PLAIN)
    assert macro_f1(np.array(said), np.repeat(["positive", "negative", "neutral"], 4)) > 0.5


def test_it_changes_nothing_else_that_a_model_says(
    shipped: Classifier, examples: list[Example]
) -> None:
    silent = registry.load_folder(registry.shipped_path())
    silent.feeling = None
    passages = [example.passage for example in examples[::90]]
    said = shipped.judge(passages)
    assert [replace(judged, sentiment="") for judged in said] == silent.judge(passages)
    assert set(Counter(judged.sentiment for judged in said)) - {""} == set(SENTIMENTS)


def test_what_is_said_of_a_post_does_not_depend_on_its_neighbours(shipped: Classifier) -> None:
    texts = GLAD + ANGRY + PLAIN
    assert felt(shipped, texts) == [felt(shipped, [text])[0] for text in texts]


def test_nothing_is_said_of_a_text_that_no_model_can_judge(shipped: Classifier) -> None:
    judged = shipped.judge(posts(["https://example.com", "أين طلبي؟ لم يصل بعد"]))
    assert all(each.strange for each in judged)
    assert [each.sentiment for each in judged] == ["", ""]


def test_beside_another_encoder_the_words_alone_decide(shipped: Classifier) -> None:
    weights = replace(read_weights(), encoder="another")
    beside = shipped.with_feeling(Feeling(weights, shipped.space))
    assert felt(beside, GLAD + ANGRY + PLAIN) == felt(shipped.fast_only(), GLAD + ANGRY + PLAIN)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped heads, stored again."""
    write_weights(read_weights(), tmp_path, told={})
    return tmp_path


def test_what_was_stored_is_read_back(folder: Path) -> None:
    back, there = read_weights(folder), read_weights()
    assert (back.encoder, list(back.keys)) == (there.encoder, list(there.keys))
    assert np.array_equal(back.dense, there.dense)
    assert np.array_equal(back.fast, there.fast)


def cut_short(folder: Path) -> None:
    whole = (folder / "head.skops").read_bytes()
    (folder / "head.skops").write_bytes(whole[:-100])


def not_there(folder: Path) -> None:
    (folder / "head.skops").unlink()


def of_another_version(folder: Path) -> None:
    card = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps(card | {"format": 99}))


def no_json(folder: Path) -> None:
    (folder / "card.json").write_text("{")


HARMS = {
    cut_short: "another SHA-256",
    not_there: "is missing",
    of_another_version: "another version",
    no_json: "not a readable card",
}


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
def test_files_that_are_not_right_are_refused_in_a_sentence(folder: Path, harm) -> None:
    harm(folder)
    with pytest.raises(ModelRefused, match=HARMS[harm]):
        read_weights(folder)


def test_a_model_without_them_judges_on_and_says_why_no_sentiment_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    not_there(folder)
    monkeypatch.setattr("models.sentiment.shipped_sentiment_path", lambda: folder)
    model = registry.load_folder(registry.shipped_path())
    assert model.limited is not None
    assert "No sentiment is told" in model.limited
    [judged] = model.judge(posts(GLAD[:1]))
    assert (judged.sentiment, judged.queue) == ("", "support")


def test_the_heads_learnt_from_no_post_that_must_not_ship() -> None:
    card = json.loads((shipped_sentiment_path() / "card.json").read_text())
    assert set(card["posts"]) == set(SENTIMENTS)
    closed = {"airline_sentiment", "airlines_dialog_intent", "semeval19_suggestion"}
    assert not closed & set(card["sources"])
