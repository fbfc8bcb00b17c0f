"""Vocabulary: the taxonomy as data."""

import re
from pathlib import Path

import pytest

from triage.vocabulary import (
    INTENTS,
    OTHER_TEAM,
    ROLES,
    TEAM_OF_QUEUE,
    Kind,
    Queue,
    label,
    queue_of,
    routes,
)

PROMO = {"lead", "awareness", "visibility", "sales"}
SUPPORT = {"question", "feedback", "retention", "peer_help", "utilization"}


def test_there_are_ten_success_measures_and_noise() -> None:
    assert set(INTENTS) == PROMO | SUPPORT | {"event", "noise"}
    assert [name for name, intent in INTENTS.items() if intent.measure is None] == ["noise"]
    assert len({intent.measure for intent in INTENTS.values()}) == 11


@pytest.mark.parametrize("kind", Kind)
def test_each_intent_has_its_queue(kind: Kind) -> None:
    assert {name for name in INTENTS if queue_of(name, kind) == Queue.PROMO} - {"event"} == PROMO
    assert {name for name in INTENTS if queue_of(name, kind) == Queue.SUPPORT} - {
        "event"
    } == SUPPORT
    assert queue_of("noise", kind) == Queue.ARCHIVE


def test_only_an_event_goes_by_the_kind_of_its_channel() -> None:
    assert queue_of("event", "public") == Queue.PROMO
    assert queue_of("event", "community") == Queue.SUPPORT
    differing = [name for name, i in INTENTS.items() if i.public != i.community]
    assert differing == ["event"]


def test_a_word_outside_the_vocabulary_is_no_intent() -> None:
    with pytest.raises(KeyError):
        queue_of("rant", "public")


def test_every_queue_has_a_role_and_a_team() -> None:
    assert set(ROLES) == set(TEAM_OF_QUEUE) == set(Queue)
    assert {OTHER_TEAM[OTHER_TEAM[queue]] for queue in OTHER_TEAM} == set(OTHER_TEAM)


def test_the_table_a_model_is_trained_with_is_plain_strings() -> None:
    assert routes()["event"] == {"public": "promo", "community": "support"}
    assert {type(queue) for kinds in routes().values() for queue in kinds.values()} == {str}


def test_what_works_with_posts_asks_which_intents_are_in_force() -> None:
    shipped_words = {"intents", "labelling", "retraining", "growing", "uptake"}
    root = Path(__file__).resolve().parent.parent.parent
    files = [*(root / "triage").rglob("*.py"), *(root / "workers").rglob("*.py")]
    reading = {
        file.stem
        for file in files
        if re.search(
            r"^from triage.vocabulary import .*\b(INTENTS|queue_of|routes)\b",
            file.read_text(),
            re.M,
        )
    }
    assert reading <= shipped_words


def test_words_are_shown_as_people_read_them() -> None:
    assert label("peer_help") == "peer help"
