"""`triage train`."""

from pathlib import Path
from typing import Any

import click

from models import registry
from models.cache import EmbeddingCache
from models.examples import BadLine, Example, read_examples, starter_paths
from models.gate import compare, held_out
from models.learning import learn
from models.training import TrainedModel, TrainingRefused
from models.training import train as fit
from triage.judging import current_classifier, models_root
from triage.management.database import with_database
from triage.management.output import Refusal, emit, json_option, note
from triage.teaching import taught_examples
from triage.vocabulary import INTENTS, routes


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
    examples, bad = read_examples(files, intents=INTENTS)
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
    old = None if unproven else current_classifier()
    taught, kept = (examples, []) if old is None else held_out(examples)
    try:
        model = _learnt(taught, no_starter)
    except (TrainingRefused, registry.ModelRefused) as error:
        raise Refusal(f"nothing was trained: {error}") from None
    verdict = compare(model.classifier, old, kept) if old is not None else None
    if verdict is not None and not verdict.accepted:
        raise Refusal(verdict.why)
    version = registry.save(model, models_root())
    if use:
        registry.use(models_root(), version)
    answer: dict[str, Any] = {
        "model": version,
        "examples": len(examples),
        "held_out": len(kept),
        "rejected": len(bad),
        "in_use": use,
        "comparison": verdict.figures if verdict else None,
    }
    said = f"{version} learnt from {len(taught)} posts" + (" and is in use" if use else "")
    emit(answer, as_json=as_json, text="\n".join([said, *([verdict.why] if verdict else [])]))


def _put_shipped_in_use() -> str | None:
    """The shipped model's version, now in use; None where it cannot be used here."""
    try:
        version = registry.install(registry.shipped_path(), models_root())
    except registry.ModelRefused:
        return None
    registry.use(models_root(), version)
    return version


def _learnt(examples: list[Example], no_starter: bool) -> TrainedModel:
    if no_starter:
        return fit(examples, routes=routes(), progress=note)
    try:
        base = registry.load_folder(registry.shipped_path())
    except registry.ModelRefused as refusal:
        note(f"the shipped model cannot be used, so the starter corpus is learnt anew: {refusal}")
        starter, _ = read_examples(starter_paths(), intents=INTENTS)
        return fit([*starter, *examples], routes=routes(), progress=note)
    if base.limited:
        note(base.limited)
    cache = EmbeddingCache(models_root() / "embeddings.sqlite3")
    return learn(base, examples, routes=routes(), cache=cache, progress=note)


def report_bad(bad: list[BadLine]) -> None:
    """Name the lines that could not be used, on stderr; the first twenty of them."""
    for line in bad[:20]:
        note(f"{line.file}, line {line.line}: {line.reason}")
    if len(bad) > 20:
        note(f"… and {len(bad) - 20} more lines that could not be read")
