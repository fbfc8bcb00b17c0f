"""`triage evaluate`."""

from pathlib import Path
from typing import Any

import click

from models.evaluation import evaluate as measure
from models.evaluation import leave_sources_out
from models.examples import read_examples
from models.training import TrainingRefused
from triage.judging import current_classifier
from triage.management.output import Refusal, emit, json_option, note
from triage.management.train import report_bad
from triage.vocabulary import INTENTS, routes


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--leave-sources-out",
    "left_out",
    is_flag=True,
    help="Judge every post by a model that learnt from the other sources of FILE only.",
)
@json_option
def evaluate(file: Path, left_out: bool, as_json: bool) -> None:
    """Measure the model in use on the labelled posts of FILE (JSONL)."""
    examples, bad = read_examples([file], intents=INTENTS)
    report_bad(bad)
    try:
        if left_out:
            result = leave_sources_out(examples, routes=routes(), progress=note)
        else:
            classifier = current_classifier()
            if classifier is None:
                raise Refusal("no model is in use; run `triage train`")
            result = measure(classifier, examples)
    except (TrainingRefused, ValueError) as error:
        raise Refusal(f"{file} cannot be measured: {error}") from None
    emit(result, as_json=as_json, text=_text(result))


def _text(result: dict[str, Any]) -> str:
    sure, intent, queue = result["sure"], result["intent"], result["queue"]
    lines = [
        f"posts                {result['posts']}",
        f"queue accuracy       {queue['accuracy']:.3f}  (95 % interval {_interval(queue)})",
        f"queue macro F1       {queue['macro_f1']:.3f}",
        f"intent accuracy      {intent['accuracy']:.3f}  (95 % interval {_interval(intent)})",
        f"intent macro F1      {intent['macro_f1']:.3f}",
        f"calibration error    {result['ece']:.3f}",
    ]
    if sure["queue_accuracy"] is not None:
        lines.append(
            f"sure (≥ {sure['threshold']:.2f})        {sure['queue_accuracy']:.3f} right, "
            f"{sure['coverage']:.0%} of the posts"
        )
    return "\n".join(lines)


def _interval(scores: dict[str, Any]) -> str:
    low, high = scores["accuracy_interval"]
    return f"{low:.3f} to {high:.3f}"
