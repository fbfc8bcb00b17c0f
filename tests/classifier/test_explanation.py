import numpy as np
import pytest

from models.explanation import contributions, phrases
from models.features import FeatureSpace, Tokens
from models.text import Passage


def passage(text: str, parent: str | None = None) -> Tokens:
    return Tokens.of(Passage(id="1", text=text, parent_text=parent))


def test_the_parts_of_a_row_add_up_to_its_score():
    rows = [passage("my parcel is late late", "big sale"), passage("my parcel"), passage("")]
    space = FeatureSpace.learn(rows)
    random = np.random.default_rng(0)
    weights = random.normal(size=(3, len(space.keys))).astype(np.float32)
    direction = random.normal(size=(3, 3))
    batch = space.read(rows)
    parts = contributions(batch, weights, direction)
    scores = ((batch.matrix @ weights.T) * direction).sum(axis=1)
    sums = [parts[batch.starts[row] : batch.starts[row + 1]].sum() for row in range(3)]
    assert sums == pytest.approx(scores.tolist(), abs=1e-6)


def test_neighbours_are_joined_and_the_strongest_come_first():
    parts = np.array([0.1, 1.0, 0.9, -0.5, 0.5, 0.0])
    assert phrases(passage("so not working at all"), parts) == ("not working", "all")


def test_a_word_of_the_parent_says_where_it_stands():
    parts = np.array([0.1, 1.0, 0.0])
    assert phrases(passage("yes", "giveaway"), parts) == ("in reply to: giveaway",)


def test_placeholders_are_said_in_words():
    assert (
        phrases(passage("https://a.example 12"), np.array([1.0, 0.2, 0.0]))[0] == "a link a number"
    )


def test_where_nothing_spoke_for_it_there_is_no_reason():
    assert phrases(passage("yes"), np.array([-1.0, 0.0])) == ()
