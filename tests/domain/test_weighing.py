"""Weighing: what the gate adds to "better on the whole"."""

import numpy as np
import pytest

from models.evaluation import Outcome
from models.examples import Example
from models.text import Passage
from triage.tuning.weighing import given_up


def outcome(right: list[str], said: list[str]) -> Outcome:
    examples = [Example(Passage(id=str(n), text="x"), intent) for n, intent in enumerate(right)]
    queues = np.array(["promo"] * len(right))
    return Outcome(
        examples=examples,
        said_queue=queues,
        queue=queues,
        said_intent=np.array(said),
        intent=np.array(right),
        confidence=np.full(len(right), 0.9),
        strange=np.zeros(len(right), dtype=np.bool_),
    )


RIGHT = ["lead"] * 10 + ["sales"] * 10


def test_an_intent_that_is_found_no_more_is_named() -> None:
    champion = outcome(RIGHT, ["lead"] * 8 + ["sales"] * 12)
    assert given_up(champion, outcome(RIGHT, ["sales"] * 20)) == ["lead"]
    assert given_up(champion, champion) == []


@pytest.mark.parametrize("found", [4, 7])
def test_what_chance_may_have_lost_is_not(found: int) -> None:
    champion = outcome(RIGHT, ["lead"] * 8 + ["sales"] * 12)
    fewer = outcome(RIGHT, ["lead"] * found + ["sales"] * (20 - found))
    assert given_up(champion, fewer) == []


def test_too_few_posts_of_an_intent_tell_nothing() -> None:
    right = ["lead"] * 4 + ["sales"] * 10
    champion = outcome(right, right)
    assert given_up(champion, outcome(right, ["sales"] * 14)) == []


def test_to_stop_saying_one_thing_of_everything_gives_nothing_up() -> None:
    champion = outcome(RIGHT, ["lead"] * 20)
    wiser = outcome(RIGHT, ["lead"] * 4 + ["sales"] * 16)
    assert given_up(champion, wiser) == []
