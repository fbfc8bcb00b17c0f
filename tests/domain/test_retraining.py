"""Retraining: a better model is promoted, a worse one refused, and going back changes nothing."""

from pathlib import Path

import pytest

from models import Judgement, Passage, registry
from tests.domain.learning import Teach, trained
from triage.tables import AuditEntry, StoredModel, Training, User
from triage.tuning.retraining import train_asked
from triage.tuning.shelf import carry_out_switches, mirror_models
from triage.tuning.switches import ask_rollback, ask_switch
from triage.tuning.trainings import ask_training
from triage.walk import judging
from workers import tasks
from workers.app import app

State = Training.State


def verdicts() -> list[Judgement]:
    classifier = judging.current_classifier()
    assert classifier is not None
    texts = ["where is my parcel?", "love the new frame!", "is there a bulk price?", "click here"]
    return classifier.judge([Passage(id=text, text=text) for text in texts])


def test_a_better_model_is_promoted_with_the_numbers_of_both(root: Path, teach: Teach) -> None:
    before = verdicts()
    champion = registry.current(root)
    teach()
    row = trained()
    assert row.state == State.PROMOTED, row.said
    assert row.champion == champion
    assert row.challenger == registry.current(root) != champion
    sides = [row.numbers[side]["queue_accuracy"] for side in ("champion", "challenger")]
    assert sides[1] > sides[0]
    assert row.numbers["held_out"] >= 30
    assert row.said.startswith(f"Accepted: on {row.numbers['held_out']} held-out posts")
    assert row.log[-1] == "storing it"
    assert StoredModel.objects.get(in_use=True).version == row.challenger
    assert verdicts() != before


def test_going_back_restores_the_verdicts_bit_for_bit(root: Path, teach: Teach, olga: User) -> None:
    before, champion = verdicts(), registry.current(root)
    teach()
    promoted = trained().challenger
    after = verdicts()
    assert {each.model for each in after} == {promoted}
    ask_rollback(user=olga)
    assert carry_out_switches() == 1
    assert registry.current(root) == champion
    assert StoredModel.objects.get(in_use=True).version == champion
    assert verdicts() == before, "the same words, and the same floats to the last bit"
    assert ask_switch(promoted, user=olga) is not None
    assert carry_out_switches() == 1
    assert verdicts() == after
    log = AuditEntry.objects.order_by("id").values_list("event", "actor", "target")
    switched = log.filter(event__startswith="model_")
    assert list(switched) == [("model_back", "olga", ""), ("model_used", "olga", promoted)]


def test_a_worse_model_is_refused_with_the_numbers_and_nothing_changes(
    root: Path, teach: Teach
) -> None:
    teach()
    assert trained().state == State.PROMOTED
    before, stored = verdicts(), registry.versions(root)
    teach(wrongly=True)  # the newest label of a post counts
    row = trained()
    assert row.state == State.REFUSED
    assert row.champion == stored[0] == registry.current(root)
    assert row.challenger == ""
    assert row.said.startswith("Refused: on ")
    assert row.numbers["log_loss"]["new"] > row.numbers["log_loss"]["old"]
    assert {"champion", "challenger"} <= row.numbers.keys()
    assert registry.versions(root) == stored
    assert verdicts() == before


def test_the_tasks_carry_what_was_asked_to_its_answer(
    root: Path, olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.conf, "task_always_eager", True)
    row = ask_training(cause=Training.Cause.BUTTON, user=olga)
    assert row is not None
    tasks.learn_due()
    row.refresh_from_db()
    assert (row.state, row.user) == (State.FAILED, olga)
    switch = ask_rollback(user=olga)
    tasks.switch_models()
    switch.refresh_from_db()
    assert switch.finished_at is not None


def test_too_few_lessons_prove_nothing(root: Path, teach: Teach) -> None:
    teach(number=40)
    row = trained()
    assert row.state == State.REFUSED
    assert "30 are needed to compare" in row.said


def test_without_lessons_a_training_says_so(root: Path) -> None:
    row = trained()
    assert row.state == State.FAILED
    assert row.said == "Nothing was trained: There are no lessons to learn from."


def test_a_training_that_breaks_says_so_and_the_next_one_runs(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ask_training(cause=Training.Cause.BUTTON)
    assert row is not None
    with monkeypatch.context() as broken:
        broken.setattr(registry, "load_folder", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            train_asked(row.pk)
    row.refresh_from_db()
    assert row.state == State.FAILED
    assert "ZeroDivisionError" in row.said
    assert trained().said.startswith("Nothing was trained: There are no lessons")


def test_two_workers_carry_out_one_training_once(root: Path, teach: Teach) -> None:
    row = ask_training(cause=Training.Cause.BUTTON)
    assert row is not None
    assert train_asked(row.pk)
    assert not train_asked(row.pk)


def test_there_may_be_nothing_to_go_back_to(root: Path, olga: User) -> None:
    switch = ask_rollback(user=olga)
    assert ask_rollback(user=olga) == switch, "pressed twice it is one step"
    carry_out_switches()
    switch.refresh_from_db()
    assert not switch.done
    assert switch.said.startswith("No earlier model was in use")


def test_a_model_whose_files_are_gone_is_not_offered(root: Path, olga: User) -> None:
    verdicts()
    mirror_models()
    [stored] = StoredModel.objects.all()
    assert (stored.in_use, stored.stored) == (True, True)
    assert stored.card["version"] == stored.version
    (root / stored.version).rename(root / "elsewhere")
    mirror_models()
    stored.refresh_from_db()
    assert (stored.in_use, stored.stored) == (False, False)
    assert ask_switch(stored.version, user=olga) is None
