"""A month of tuning: what the pages promise, against what then comes to be."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.month.conftest import Remembering
from tests.month.month import Month
from tests.month.story import TRAINED, Journal, live
from tests.month.world import SHIFT, Stream, day
from triage.tables import Channel, Training
from triage.tuning.policies import adopt_file

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

SIDES = ("old, then", "new, then")
POLICY = """# The policy of the first day.
[thresholds]
promo = 0.7
support = 0.7
archive = 0.9

[review]
sure = 0.2
unsure = 0.1
second = 0
"""


@pytest.fixture(scope="module")
def journal(
    labelled: list[dict[str, Any]],
    installation: Path,
    remembering: Remembering,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Journal]:
    file = installation / "month.toml"
    file.write_text(POLICY, encoding="utf-8")
    with (
        django_db_blocker.unblock(),
        transaction.atomic(),
        time_machine.travel(day(1), tick=False) as clock,
    ):
        adopt_file(file)
        channel = Channel.objects.create(name="Mentions", source="x")
        stream = Stream(labelled, seed=1)
        yield live(Month(stream, channel, clock, judge_anew=remembering.forget))
        transaction.set_rollback(True)


def test_the_preview_of_a_threshold_tells_what_comes_of_it(journal: Journal) -> None:
    foretold = journal.foretold["thresholds"]
    assert foretold.said.total() >= 20, "the threshold moves something"
    assert foretold.came == foretold.said
    assert foretold.items_moved == foretold.items_said > 0


def test_the_dry_run_of_a_rule_tells_what_comes_of_it(journal: Journal) -> None:
    foretold = journal.foretold["rule"]
    assert foretold.came.total() == foretold.said.total() > 0
    assert foretold.items_moved == foretold.items_said > 0


def test_the_drift_alarm_rises_after_the_shift_and_not_before(journal: Journal) -> None:
    alarmed = sorted(journal.alarms.get("drift", {}))
    assert alarmed, "nobody was told that the model says something else"
    assert min(alarmed) >= SHIFT
    assert alarmed == list(range(min(alarmed), TRAINED)), "it stands until another model judges"


def test_the_alarm_of_input_rises_after_the_shift_and_names_its_words(journal: Journal) -> None:
    alarmed = journal.alarms.get("input", {})
    assert alarmed, "nobody was told that people write otherwise"
    assert min(alarmed) >= SHIFT
    assert any("apple" in sentence or "ipad" in sentence for sentence in alarmed.values())


def test_a_better_challenger_is_promoted_with_its_numbers(journal: Journal) -> None:
    training = journal.trainings["better"]
    assert training.state == Training.State.PROMOTED, training.said
    assert training.said in journal.pages["better"]


def test_the_new_model_says_the_new_intent(journal: Journal) -> None:
    said = {name: {intent for _, _, intent, *_ in journal.said[name].values()} for name in SIDES}
    assert "shop" not in said["old, then"]
    assert "shop" in said["new, then"]


def test_a_worse_challenger_is_refused_with_its_numbers(journal: Journal) -> None:
    training = journal.trainings["worse"]
    assert training.state == Training.State.REFUSED, training.said
    assert training.champion == journal.trainings["better"].challenger
    assert training.said in journal.pages["worse"]


def test_going_back_restores_the_same_verdicts_bit_for_bit(journal: Journal) -> None:
    said = journal.said
    better = journal.trainings["better"]
    assert {model for model, *_ in said["old, then"].values()} == {better.champion}
    assert {model for model, *_ in said["new, then"].values()} == {better.challenger}
    assert said["old, again"] == said["old, then"]
    assert said["new, again"] == said["new, then"]
    assert f"{better.champion} is in use again." in journal.pages["back"]


def test_going_back_to_a_policy_restores_its_text(journal: Journal) -> None:
    last, restored = journal.policies
    assert last != POLICY
    assert restored == POLICY
