"""Trainings: who may ask for one, when one asks for itself, and whose it is while it runs."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from tests.domain import making
from triage.staff.audit import COMMAND
from triage.tables import AuditEntry, Training, User
from triage.tuning.trainings import (
    CUT_OFF,
    TrainingLost,
    ask_if_taught,
    ask_training,
    begin_training,
    due_training,
    finish_training,
    free_trainings,
    new_lessons,
    take_training,
    tell_step,
)

pytestmark = pytest.mark.django_db
State, Cause = Training.State, Training.Cause


def asked(user: User | None = None) -> Training:
    row = ask_training(cause=Cause.BUTTON, user=user)
    assert row is not None
    return row


def running() -> Training:
    row = take_training(asked().pk)
    assert row is not None
    return row


def forsaken(row: Training) -> None:
    """Its worker has died."""
    past = timezone.now() - timedelta(seconds=1)
    Training.objects.filter(pk=row.pk).update(lease_until=past)


def noted() -> list[tuple[str, int]]:
    """Who asked for which training, as the audit log has it."""
    rows = AuditEntry.objects.filter(event="training_asked").order_by("id")
    return [(row.actor, int(row.target.removeprefix("training "))) for row in rows]


def test_who_asks_twice_gets_one_training(olga: User) -> None:
    first = asked(olga)
    assert ask_training(cause=Cause.BUTTON, user=olga) is None
    assert due_training() == first.pk
    assert first.user == olga
    assert noted() == [("olga", first.pk)]


def test_while_one_runs_the_next_one_waits() -> None:
    first = running()
    second = asked()
    assert due_training() is None
    assert take_training(second.pk) is None
    finish_training(first, state=State.REFUSED)
    assert due_training() == second.pk
    assert take_training(second.pk) is not None


def test_only_one_worker_gets_a_training() -> None:
    row = asked()
    assert take_training(row.pk) is not None
    assert take_training(row.pk) is None


def test_a_training_whose_worker_died_is_taken_over_and_the_first_writes_no_more() -> None:
    first = running()
    tell_step(first, "fitting")
    forsaken(first)
    assert due_training() == first.pk
    second = take_training(first.pk)
    assert second is not None
    with pytest.raises(TrainingLost):
        tell_step(first, "still fitting")
    with pytest.raises(TrainingLost):
        finish_training(first, state=State.PROMOTED)
    finish_training(second, state=State.REFUSED, said="no")
    second.refresh_from_db()
    assert (second.state, second.said, second.log) == (State.REFUSED, "no", [])


def test_after_a_restart_it_is_taken_up_at_once() -> None:
    row = running()
    assert due_training() is None
    free_trainings()
    assert due_training() == row.pk


def test_the_present_step_is_the_last_line_of_the_log() -> None:
    row = running()
    for step in ("reading", "fitting"):
        tell_step(row, step)
    row.refresh_from_db()
    assert row.log == ["reading", "fitting"]


def test_a_command_that_was_ended_is_called_failed_not_done_by_a_worker() -> None:
    row = begin_training()
    assert row is not None
    assert begin_training() is None, "one at a time"
    forsaken(row)
    assert due_training() is None
    row.refresh_from_db()
    assert (row.state, row.said) == (State.FAILED, CUT_OFF)
    assert begin_training() is not None
    assert [actor for actor, _ in noted()] == [COMMAND, COMMAND]


def test_enough_new_lessons_ask_by_themselves_and_once(settings: Settings) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, train_after=2)
    making.lesson(intent="sales")
    making.lesson(intent="")  # a queue alone teaches no intent
    assert ask_if_taught() is None
    making.lesson(intent="lead")
    row = ask_if_taught()
    assert row is not None
    assert row.cause == Cause.LESSONS
    assert not noted(), "the log is of what people do"
    assert ask_if_taught() is None
    taken = take_training(row.pk)
    assert taken is not None
    finish_training(taken, state=State.FAILED)
    assert new_lessons() == 0, "what failed is not tried again until more is taught"
    assert ask_if_taught() is None


def test_with_the_setting_at_zero_nothing_asks_by_itself(settings: Settings) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, train_after=0)
    making.lesson(intent="sales")
    assert ask_if_taught() is None
