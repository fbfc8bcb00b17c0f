"""Growing: a model with more intents, or fewer, than it was trained with."""

from random import Random

import numpy as np
import pytest

from models import Classifier, Example, Passage, learn, read_examples, starter_paths, train
from models.growing import grown, without
from triage.vocabulary import INTENTS, routes

PRAISE = ("thank you Mia, so patient", "kudos to Jonas of your desk", "thank Greta for me please")
ROUTES = routes() | {"praise": {"public": "support", "community": "support"}}


@pytest.fixture(scope="module")
def base() -> Classifier:
    examples, _ = read_examples(starter_paths(), intents=INTENTS)
    english = [each for each in examples if each.passage.lang == "en"]
    return train(Random(1).sample(english, 200), routes=ROUTES).classifier


def lessons() -> list[Example]:
    return [Example(Passage(id=text, text=text), "praise") for text in PRAISE]


def test_a_new_intent_begins_as_a_small_part_of_what_its_posts_were_called(
    base: Classifier,
) -> None:
    bigger = grown(base, lessons())
    assert bigger.intents == sorted([*base.intents, "praise"])
    passages = [Passage(id="1", text="where is my parcel"), lessons()[0].passage]
    before, after = base.probabilities(passages), bigger.probabilities(passages)
    new = bigger.intents.index("praise")
    assert (after[:, new] < 0.1).all()
    rest = np.delete(after, new, axis=1)
    assert np.allclose(rest / rest.sum(axis=1, keepdims=True), before), "the others keep their odds"


def test_a_model_grows_by_what_it_learns_and_stays_deterministic(base: Classifier) -> None:
    learnt = learn(base, lessons(), routes=ROUTES).classifier
    again = learn(base, lessons(), routes=ROUTES).classifier
    judged = learnt.judge([each.passage for each in lessons()])
    assert "praise" in learnt.intents
    assert judged == again.judge([each.passage for each in lessons()])
    assert "praise" not in base.intents


def test_a_model_without_an_intent_says_the_next_likely_one(base: Classifier) -> None:
    passage = Passage(id="1", text="where is my parcel, please help")
    said = base.judge([passage])[0].intent
    smaller = without(base, {said})
    order = np.argsort(-base.probabilities([passage])[0])
    assert said not in smaller.intents
    assert len(smaller.intents) == len(base.intents) - 1
    chances = smaller.probabilities([passage])[0]
    left = [base.intents[place] for place in order if base.intents[place] != said]
    assert smaller.intents[int(chances.argmax())] == left[0]


def test_a_model_keeps_at_least_two_intents(base: Classifier) -> None:
    assert without(base, set(base.intents)) is base
    assert without(base, set()) is base
