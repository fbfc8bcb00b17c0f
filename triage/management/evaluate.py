"""`triage evaluate`."""

from pathlib import Path
from typing import Any

import click

from models import registry
from models.classifier import Classifier
from models.curves import learning_curves
from models.encoder import load_encoder
from models.evaluation import evaluate as measure
from models.evaluation import leave_sources_out
from models.examples import read_examples
from models.plots import NoPlots, draw
from models.training import TrainingRefused
from triage.intents import every_intent, routes
from triage.management.output import Refusal, emit, json_option, note
from triage.management.train import report_bad
from triage.numbers import percent
from triage.walk.judging import current_classifier


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--leave-sources-out",
    "left_out",
    is_flag=True,
    help="Judge every post by a model that learnt from the other sources of FILE only.",
)
@click.option(
    "--encoder",
    "encoders",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    multiple=True,
    help="With --leave-sources-out: a folder with an encoder that saw only some sources.",
)
@click.option(
    "--learning-curve",
    "curve",
    is_flag=True,
    help="Also measure what 50, 200 and 1,000 own lessons of each source are worth.",
)
@click.option(
    "--plots",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the figures as SVG to this directory.",
)
@json_option
def evaluate(
    file: Path,
    left_out: bool,
    encoders: tuple[Path, ...],
    curve: bool,
    plots: Path | None,
    as_json: bool,
) -> None:
    """Measure the model in use on the labelled posts of FILE (JSONL)."""
    examples, bad = read_examples([file], intents=every_intent())
    report_bad(bad)
    try:
        if left_out:
            read = [load_encoder(folder) for folder in encoders]
            result = leave_sources_out(examples, routes=routes(), encoders=read, progress=note)
        else:
            result = measure(_in_use(), examples, routes=routes())
        if curve:
            result["learning_curve"] = learning_curves(_in_use(), examples)
        if plots:
            for path in draw(result, plots):
                note(f"wrote {path}")
    except (TrainingRefused, registry.ModelRefused, NoPlots, ValueError) as error:
        raise Refusal(f"{file} cannot be measured: {error}") from None
    emit(result, as_json=as_json, text=_text(result))


def _in_use() -> Classifier:
    classifier = current_classifier()
    if classifier is None:
        raise Refusal("no model is in use; run `triage train`")
    if classifier.limited:
        note(classifier.limited)
    return classifier


def _text(result: dict[str, Any]) -> str:
    sure, intent, queue = result["sure"], result["intent"], result["queue"]
    lines = [
        f"posts                {result['posts']}",
        f"queue accuracy       {queue['accuracy']:.3f}  (95% interval {_interval(queue)})",
        f"queue macro F1       {queue['macro_f1']:.3f}",
        f"intent accuracy      {intent['accuracy']:.3f}  (95% interval {_interval(intent)})",
        f"intent macro F1      {intent['macro_f1']:.3f}",
        f"calibration error    {result['ece']:.3f}",
    ]
    if sure["queue_accuracy"] is not None:
        lines.append(
            f"sure (≥ {sure['threshold']:.2f})        {sure['queue_accuracy']:.3f} right, "
            f"{percent(sure['coverage'])} of the posts"
        )
    return "\n".join(lines)


def _interval(scores: dict[str, Any]) -> str:
    low, high = scores["accuracy_95"]
    return f"{low:.3f} to {high:.3f}"
