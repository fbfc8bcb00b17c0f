"""`triage train`."""

from pathlib import Path
from typing import Any

import click

from models import registry
from models.examples import BadLine, read_examples
from triage.intents import every_intent
from triage.management.database import with_database
from triage.management.output import Refusal, emit, json_option, note
from triage.tuning.retraining import State, carry_out
from triage.tuning.shelf import mirror_models
from triage.tuning.teaching import taught_examples
from triage.tuning.trainings import begin_training
from triage.walk.judging import models_root


@click.command()
@click.option(
    "--data",
    "files",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="Labelled posts (JSONL) to learn from besides the lessons; can be repeated.",
)
@click.option(
    "--no-starter",
    is_flag=True,
    help="Learn from lessons and --data alone, not on top of what is shipped.",
)
@click.option(
    "--use/--keep", "use", default=True, help="Put the new model in use (default) or not."
)
@click.option("--unproven", is_flag=True, help="Learn from all posts and compare with nothing.")
@json_option
@with_database
def train(
    files: tuple[Path, ...], no_starter: bool, use: bool, unproven: bool, as_json: bool
) -> None:
    """Teach the shipped classifier what people labelled: the lessons, and the posts of --data.

    A fifth of the posts is never learnt from: a model that is not better on them than the one in
    use, within noise, is refused, with the numbers.
    """
    examples, bad = read_examples(files, intents=every_intent())
    report_bad(bad)
    examples += taught_examples()
    if not examples and not files and no_starter:
        raise click.UsageError("--no-starter needs lessons, or at least one --data")
    if not examples and not files and (version := _put_shipped_in_use()):
        emit(
            {"model": version, "examples": 0, "held_out": 0, "rejected": 0, "in_use": True},
            as_json=as_json,
            text=f"There are no lessons yet and no --data, so the shipped {version} is in use.",
        )
        return
    row = begin_training()
    if row is None:
        raise Refusal("a training is running already; try again when it is done")
    taught = carry_out(
        row, examples, tell=note, starter=not no_starter, use=use, prove=not unproven
    )
    if taught.state in (State.REFUSED, State.FAILED):
        raise Refusal(taught.said)
    answer: dict[str, Any] = {
        "model": taught.challenger,
        "examples": taught.lessons,
        "held_out": taught.held_out,
        "rejected": len(bad),
        "in_use": use,
        "comparison": taught.numbers or None,
    }
    said = f"{taught.challenger} is {'in use' if use else 'stored, and not in use'}. {taught.said}"
    emit(answer, as_json=as_json, text=said)


def _put_shipped_in_use() -> str | None:
    """The shipped model's version, now in use; None where it cannot be used here."""
    try:
        version = registry.install(registry.shipped_path(), models_root())
    except registry.ModelRefused:
        return None
    registry.use(models_root(), version)
    mirror_models()
    return version


def report_bad(bad: list[BadLine]) -> None:
    """Name the lines that could not be used, on stderr; the first twenty of them."""
    for line in bad[:20]:
        note(f"{line.file}, line {line.line}: {line.reason}")
    if len(bad) > 20:
        note(f"… and {len(bad) - 20} more lines that could not be read")
