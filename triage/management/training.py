"""`triage training`: what was tried to make a better model, and what came of it."""

import click

from triage.management.database import with_database
from triage.management.output import Refusal, counted, emit, json_option, note, when
from triage.management.tuners import tuner, tuner_option
from triage.numbers import percent
from triage.tables import Training
from triage.tuning.outcomes import STATES, Side, State, asked_by, sides, training_json
from triage.tuning.trainings import ask_training, new_lessons


@click.group()
def training() -> None:
    """Trainings: what came of them, with the numbers of both models; ask for one."""


@training.command("list")
@click.option("--limit", type=click.IntRange(1, 2**31 - 1), default=20, show_default=True)
@json_option
@with_database
def list_trainings(limit: int, as_json: bool) -> None:
    """List the trainings, the newest first."""
    rows = Training.objects.select_related("user").order_by("-id")
    found = list(rows[:limit])
    for row in found:
        emit(training_json(row), as_json=as_json, text=_line(row))
    if not found:
        note("No trainings yet; `triage training ask` asks the worker for one.")
    note(_new(new_lessons()))


@training.command()
@click.argument("number", metavar="ID", type=click.IntRange(1, 2**62))
@json_option
@with_database
def show(number: int, as_json: bool) -> None:
    """Say what one training did and came to, beside the model that was in use."""
    row = Training.objects.select_related("user").filter(pk=number).first()
    if row is None:
        raise Refusal(f"there is no training {number}; `triage training list` shows them all")
    emit(training_json(row), as_json=as_json, text="\n".join(_told(row)))


@training.command()
@tuner_option
@json_option
@with_database
def ask(name: str | None, as_json: bool) -> None:
    """Have the worker train on the labels; it promotes the new model, or refuses it."""
    user, new = tuner(name), new_lessons()
    row = ask_training(cause=Training.Cause.BUTTON, user=user)
    if row is None:
        raise Refusal("a training is already waiting; `triage training list` shows it")
    text = f"Training {row.pk} is waiting for a worker; `triage training show {row.pk}` follows it."
    emit({**training_json(row), "new_lessons": new}, as_json=as_json, text=text)
    note(_new(new))


def _new(number: int) -> str:
    return f"{counted(number, 'new label')} since the last training."


def _line(row: Training) -> str:
    at, state = when(row.finished_at or row.asked_at), STATES[State(row.state)]
    return "\t".join([f"{row.pk:>5}", at, f"{state:<18}", asked_by(row), _what(row)])


def _what(row: Training) -> str:
    """What came of it, or the step at which it is."""
    return row.said or (str(row.log[-1]) if row.log else "")


def _told(row: Training) -> list[str]:
    asked = f"{asked_by(row)}, {when(row.asked_at)}"
    done = f", done {when(row.finished_at)}" if row.finished_at else ""
    lines = [
        f"Training {row.pk}: {STATES[State(row.state)]}",
        f"{asked[0].upper()}{asked[1:]}{done}.",
    ]
    if row.lessons:
        lines.append(f"Labelled posts: {row.lessons}")
    if row.champion:
        lines.append(f"In use then: {row.champion}")
    if row.challenger:
        lines.append(f"New model: {row.challenger}")
    lines += _beside(row)
    if row.said:
        lines += ["", row.said]
    return lines + _steps(row)


def _beside(row: Training) -> list[str]:
    """Both models on the posts that neither has learnt from."""
    if not (found := sides(row)):
        return []
    held_out = counted(row.numbers.get("held_out", 0), "post")
    head = f"{f'On {held_out} held out':<32}{'in use':>12}{'new':>12}"
    return ["", head, *map(_side, found)]


def _side(side: Side) -> str:
    before, after = (_number(value, side.share) for value in (side.champion, side.challenger))
    return f"{side.measure:<32}{before:>12}{after:>12}"


def _number(value: float | None, share: bool) -> str:
    if value is None:
        return "-"
    return percent(value, digits=1) if share else f"{value:.3f}"


def _steps(row: Training) -> list[str]:
    return ["", "Steps:", *(f"  {step}" for step in row.log)] if row.log else []
