"""`triage classify`."""

import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

import click

from models import Judgement
from triage.management.output import Refusal, counted, emit, json_option, note
from triage.posts import Post, safe_post
from triage.tuning.policies import shipped_policy
from triage.tuning.policy import Rulebook
from triage.tuning.taxonomy import look_if_there
from triage.vocabulary import Queue
from triage.walk.judging import current_classifier, passage_of
from triage.walk.reading import BadLine, read_posts
from triage.walk.routing import is_unsure

BATCH = 200


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True), default="-")
@json_option
def classify(file: str, as_json: bool) -> None:
    """Judge posts from FILE (JSONL or CSV; - or nothing reads JSONL from stdin); store nothing."""
    classifier = current_classifier()
    if classifier is None:
        raise Refusal("no model is in use; run `triage train`")
    look_if_there()
    policy = shipped_policy()
    wrong = 0
    posts = _readable(file)
    while batch := list(islice(posts, BATCH)):
        good = [safe_post(post) for post in batch if isinstance(post, Post)]
        for bad in (entry for entry in batch if isinstance(entry, BadLine)):
            note(f"line {bad.line}: {bad.reason}")
            wrong += 1
        judgements = classifier.judge([passage_of(post) for post in good])
        for post, judged in zip(good, judgements, strict=True):
            data = judgement_json(judged, kind=post.kind or "public", policy=policy)
            emit(data, as_json=as_json, text=_line(data, post.text))
    if wrong:
        raise Refusal(f"{counted(wrong, 'line')} could not be read; the others were judged")


def judgement_json(judged: Judgement, *, kind: str, policy: Rulebook) -> dict[str, Any]:
    """A judgement in the shape that docs/cli.md promises."""
    leaning = policy.queue(judged.intent, kind)
    unknown = leaning == Queue.REVIEW  # nothing here has the intent, so the model's word stands
    return {
        "id": judged.id,
        "queue": judged.queue if unknown else leaning.value,
        "intent": judged.intent,
        "confidence": round(judged.confidence, 4),
        "intent_confidence": round(judged.intent_confidence, 4),
        "unsure": is_unsure(judged, leaning, policy),
        "also": judged.also,
        "because": [judged.strange, *judged.because] if judged.strange else list(judged.because),
        "model": judged.model,
    }


def _readable(file: str) -> Iterator[Post | BadLine]:
    if file == "-" and sys.stdin is None:
        raise Refusal("there is nothing to read: stdin is closed")
    source = sys.stdin.buffer if file == "-" else file
    for entry in read_posts(source):
        yield entry if isinstance(entry, BadLine) else entry[1]


def _line(data: dict[str, Any], text: str) -> str:
    sure = f"{data['confidence']:4.0%}{' ?' if data['unsure'] else '  '}"
    return f"{data['queue']:<8} {data['intent']:<12} {sure}  {' '.join(text.split())[:90]}"
