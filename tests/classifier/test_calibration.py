import numpy as np
import pytest

from models.calibration import (
    ALSO_DEFAULT,
    also_threshold,
    fit_temperature,
    queue_of,
    softmax,
)
from models.examples import Example
from models.text import Passage

INTENTS = ["noise", "question", "sales"]


def some(intent: str, also: str | None = None) -> Example:
    return Example(Passage(id="1", text="x"), intent, also=also)


def test_rows_of_softmax_are_probabilities():
    chances = softmax(np.array([[1000.0, 0.0], [0.0, 0.0]]))
    assert chances == pytest.approx(np.array([[1.0, 0.0], [0.5, 0.5]]))


def test_event_goes_by_the_kind_of_channel(routes):
    assert queue_of(routes, "event", "public") == "promo"
    assert queue_of(routes, "event", "community") == "support"


def test_a_kind_nobody_routed_counts_as_public(routes):
    assert queue_of(routes, "event", "private") == "promo"


def test_scores_that_are_too_sure_are_cooled():
    random = np.random.default_rng(0)
    true = random.normal(size=(4000, 3))
    chances = softmax(true)
    labels = [INTENTS[random.choice(3, p=row)] for row in chances]
    found = fit_temperature(2.5 * true, [some(label) for label in labels], INTENTS)
    assert found == pytest.approx(2.5, rel=0.1)


def test_the_threshold_of_a_second_intent_is_learnt(routes):
    wanted = [some("question", also="sales")] * 40
    unwanted = [some("question")] * 100
    chances = np.array([[0.0, 0.6, 0.4]] * 40 + [[0.1, 0.7, 0.2]] * 100)
    found = also_threshold(chances, wanted + unwanted, routes, INTENTS)
    assert 0.2 < found <= 0.4


def test_too_few_second_intents_leave_the_default(routes):
    chances = np.array([[0.0, 0.6, 0.4]] * 5)
    assert also_threshold(chances, [some("question")] * 5, routes, INTENTS) == ALSO_DEFAULT
