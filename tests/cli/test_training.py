"""`triage training`: what was tried, what it came to in numbers and words, and asking for one."""

from typing import Any

import pytest

from tests.api.conftest import program
from tests.cli.conftest import Command
from tests.domain import making
from triage.staff.audit import COMMAND
from triage.tables import AuditEntry, Training, User
from triage.tuning.outcomes import MEASURES, STATES, State, asked_by

pytestmark = pytest.mark.django_db

OLD = "2026-03-01-aaaaaaaa"
SIDE = {
    "queue_accuracy": 0.714,
    "intent_accuracy": 0.5,
    "macro_f1": 0.45,
    "calibration_error": 0.042,
    "sure": 0.4,
    "right_when_sure": None,
}
WHY = "Refused: on 48 held-out posts the new model is not better."


@pytest.fixture
def olga(db: None) -> User:
    """Of ops."""
    return User.objects.create(username="olga", first_name="Olga", teams=["ops"])


def refused(**fields: Any) -> Training:
    values: dict[str, Any] = {
        "state": Training.State.REFUSED,
        "cause": Training.Cause.LESSONS,
        "lessons": 240,
        "champion": OLD,
        "said": WHY,
        "numbers": {"held_out": 48, "champion": SIDE, "challenger": {**SIDE, "macro_f1": 0.4}},
        "log": ["fitting on all lessons", "comparing"],
        "finished_at": "2026-03-02T10:00:00Z",
    }
    return Training.objects.create(**(values | fields))


def noted() -> list[tuple[str, str]]:
    """Who asked for which training, as the audit log has it."""
    return list(AuditEntry.objects.filter(event="training_asked").values_list("actor", "target"))


def test_a_refusal_is_told_with_both_sides_its_reason_and_its_steps(triage: Command) -> None:
    row = refused()
    said = triage("training", "show", str(row.pk)).out
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert lines[0] == f"Training {row.pk}: {STATES[State.REFUSED]}"
    assert lines[1].lower().startswith(f"{asked_by(row)}, ")
    assert f"In use then: {OLD}" in lines
    assert "On 48 posts held out in use new" in lines
    beside = ["71.4% 71.4%", "50.0% 50.0%", "0.450 0.400", "0.042 0.042", "40.0% 40.0%", "- -"]
    for (words, _, _), numbers in zip(MEASURES, beside, strict=True):
        assert f"{words} {numbers}" in lines
    assert WHY in lines
    assert lines[-3:] == ["Steps:", "fitting on all lessons", "comparing"]


def test_a_training_that_compared_nothing_has_no_numbers(triage: Command) -> None:
    row = refused(state=Training.State.FAILED, numbers={}, said="Nothing was trained.", champion="")
    said = triage("training", "show", str(row.pk)).out
    assert f"Training {row.pk}: failed" in said
    assert "held out" not in said
    assert "In use then" not in said


def test_they_are_listed_with_the_newest_first(triage: Command) -> None:
    first = refused()
    second = refused(state=Training.State.PROMOTED, said="Accepted: better.")
    making.lesson(intent="lead")
    listed = triage("training", "list", "--json")
    assert [row["id"] for row in listed.data] == [second.pk, first.pk]
    assert listed.err == "1 new label since the last training.\n"
    [line] = triage("training", "list", "--limit", "1").out.splitlines()
    assert line.split("\t")[0].strip() == str(second.pk)
    assert "promoted" in line
    assert line.endswith("Accepted: better.")


def test_the_object_is_that_of_the_api(triage: Command, olga: User) -> None:
    row = refused(user=olga, cause=Training.Cause.BUTTON)
    [shown] = triage("training", "show", str(row.pk), "--json").data
    [told] = program(olga).get("/api/v1/trainings").json()["trainings"]
    assert shown.keys() == told.keys()
    times = ("asked_at", "started_at", "finished_at")
    assert {key: shown[key] for key in shown if key not in times} == {
        key: told[key] for key in told if key not in times
    }


def test_a_worker_is_asked_once_and_it_says_what_is_new(triage: Command, olga: User) -> None:
    making.lesson(intent="lead")
    making.lesson(intent="")  # only the queue was said: no label of an intent
    [asked] = triage("training", "ask", "--user", "olga", "--json").data
    assert (asked["state"], asked["by"], asked["new_lessons"]) == ("waiting", "olga", 1)
    row = Training.objects.get()
    assert (row.user, row.cause) == (olga, "button")
    again = triage("training", "ask", code=1).sentence
    assert again == "a training is already waiting; `triage training list` shows it"
    assert Training.objects.count() == 1
    assert noted() == [("olga", f"training {row.pk}")]
    assert asked_by(row) in triage("training", "list").out


def test_without_a_name_a_command_has_asked(triage: Command) -> None:
    said = triage("training", "ask")
    row = Training.objects.get()
    assert f"Training {row.pk} is waiting for a worker" in said.out
    assert noted() == [(COMMAND, f"training {row.pk}")]
    assert said.err == "0 new labels since the last training.\n"
    assert asked_by(row) in triage("training", "list").out


def test_without_any_it_says_what_to_do(triage: Command) -> None:
    said = triage("training", "list")
    assert said.out == ""
    assert said.err.startswith("No trainings yet; `triage training ask` asks the worker")


def test_what_is_wrong_is_said_and_nothing_is_asked(triage: Command) -> None:
    User.objects.create(username="bob", teams=["community"])
    assert triage("training", "show", "7", code=1).sentence.startswith("there is no training 7")
    assert "ID" in triage("training", "show", "first", code=2).err
    assert "--limit" in triage("training", "list", "--limit", "0", code=2).err
    assert "nobody called 'zoe'" in triage("training", "ask", "--user", "zoe", code=1).sentence
    assert "neither of ops" in triage("training", "ask", "--user", "bob", code=1).sentence
    assert not Training.objects.exists()
    assert not noted()
