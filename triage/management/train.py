"""`triage train`."""

from pathlib import Path

import click

from models import registry
from models.examples import BadLine, read_examples, starter_paths
from models.training import TrainingRefused
from models.training import train as fit
from triage.judging import models_root
from triage.management.output import Refusal, emit, json_option, note
from triage.vocabulary import INTENTS, routes


@click.command()
@click.option(
    "--data",
    "files",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="Labelled posts (JSONL) to learn from besides the starter corpus; can be repeated.",
)
@click.option("--no-starter", is_flag=True, help="Learn from --data alone.")
@click.option(
    "--use/--keep", "use", default=True, help="Put the new model in use (default) or not."
)
@json_option
def train(files: tuple[Path, ...], no_starter: bool, use: bool, as_json: bool) -> None:
    """Train a classifier from the starter corpus and your own labelled posts."""
    paths = [*([] if no_starter else starter_paths()), *files]
    if not paths:
        raise click.UsageError("--no-starter needs at least one --data")
    examples, bad = read_examples(paths, intents=INTENTS)
    report_bad(bad)
    try:
        model = fit(examples, routes=routes(), progress=note)
    except TrainingRefused as error:
        raise Refusal(f"nothing was trained: {error}") from None
    version = registry.save(model, models_root())
    if use:
        registry.use(models_root(), version)
    emit(
        {"model": version, "examples": len(examples), "rejected": len(bad), "in_use": use},
        as_json=as_json,
        text=f"{version} learnt from {len(examples)} posts" + (" and is in use" if use else ""),
    )


def report_bad(bad: list[BadLine]) -> None:
    """Name the lines that could not be used, on stderr; the first twenty of them."""
    for line in bad[:20]:
        note(f"{line.file}, line {line.line}: {line.reason}")
    if len(bad) > 20:
        note(f"… and {len(bad) - 20} more lines that could not be read")
