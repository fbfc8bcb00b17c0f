from dataclasses import replace

import numpy as np
import pytest

from models.adapting import linear_model
from models.classifier import Classifier
from models.gate import MIN_HELD_OUT, compare, held_out


@pytest.fixture(scope="session")
def unseen(examples):
    return examples[1:1200:6]


def worse(classifier: Classifier) -> Classifier:
    linear = classifier.linear
    noisy = linear.coef_ + np.random.default_rng(0).normal(0, 2, linear.coef_.shape)
    weaker = linear_model(classifier.intents, noisy, linear.intercept_)
    return Classifier(classifier.space, weaker, classifier.settings, "worse")


def test_the_better_model_is_accepted_with_its_numbers(trained, unseen):
    good = trained.classifier
    result = compare(good, worse(good), unseen)
    assert result.accepted
    assert "held-out posts" in result.why
    assert result.figures["queue_accuracy"]["new"] > result.figures["queue_accuracy"]["old"]


def test_the_worse_one_is_refused_with_its_numbers(trained, unseen):
    good = trained.classifier
    result = compare(worse(good), good, unseen)
    assert not result.accepted
    assert result.why.startswith("Refused: on 200 held-out posts")


def test_one_that_is_the_same_is_refused(trained, unseen):
    assert not compare(trained.classifier, trained.classifier, unseen).accepted


def test_too_few_held_out_posts_prove_nothing(trained, unseen):
    good = trained.classifier
    result = compare(good, worse(good), unseen[: MIN_HELD_OUT - 1])
    assert not result.accepted
    assert "only 29" in result.why


def test_one_surprise_is_not_the_whole_story(trained, unseen):
    """The same judge with calmer confidence is judged by its words, not by its name."""
    calm = Classifier(
        trained.classifier.space,
        trained.classifier.linear,
        replace(trained.classifier.settings, temperature=4.0),
    )
    assert not compare(calm, trained.classifier, unseen).accepted


def test_the_held_out_fifth_depends_on_the_text_alone(examples):
    taught, kept = held_out(examples)
    assert len(taught) + len(kept) == len(examples)
    assert 0.15 < len(kept) / len(examples) < 0.25
    again, _ = held_out(examples[::-1])
    assert {each.passage.text for each in again} == {each.passage.text for each in taught}
