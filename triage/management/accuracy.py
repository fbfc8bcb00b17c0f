"""`triage accuracy`: how right the model is, and the posts behind the numbers."""

from typing import Any

import click
from django.utils import timezone

from triage.intents import every_intent
from triage.management.accuracylines import accuracy_rows, accuracy_text
from triage.management.database import with_database
from triage.management.output import Refusal, emit, json_option, note
from triage.tuning.accuracy import WEEKS, disagreements, read_posts
from triage.tuning.accuracy import accuracy as numbers
from triage.tuning.differing import lesson_json, reading_json
from triage.tuning.expecting import risk_in_force
from triage.tuning.policies import policy_in_force
from triage.vocabulary import label

weeks_option = click.option(
    "--weeks", default=WEEKS, type=click.IntRange(1, 520), show_default=True, help="How far back."
)
limit_option = click.option(
    "--limit", default=50, type=click.IntRange(1, 10_000), show_default=True
)


@click.group(invoke_without_command=True)
@weeks_option
@json_option
@click.pass_context
@with_database
def accuracy(context: click.Context, weeks: int, as_json: bool) -> None:
    """Say how right the model is, from what was drawn by chance and read."""
    if context.invoked_subcommand:
        given = {"weeks": weeks, "as_json": as_json}  # `triage accuracy --weeks 4 posts …`
        context.default_map = dict.fromkeys(accuracy.commands, given)
        return
    policy, now = policy_in_force(), timezone.now()
    found = numbers(policy, now=now, weeks=weeks)
    risks = risk_in_force(policy, now=now, weeks=weeks)
    for row in accuracy_rows(found, risks):
        text = accuracy_text(row)
        if as_json or text:
            emit(row, as_json=as_json, text=text)


@accuracy.command()
@click.option("--said", required=True, help="What the model called them.")
@click.option("--read", required=True, help="What people read them as.")
@limit_option
@weeks_option
@json_option
def posts(said: str, read: str, limit: int, weeks: int, as_json: bool) -> None:
    """Show the posts of one cell of the confusion, the newest reading first."""
    _check(said)
    _check(read)
    found = read_posts(said=said, read=read, now=timezone.now(), weeks=weeks)
    _show([reading_json(row) for row in found[:limit]], as_json=as_json)


@accuracy.command("disagreements")
@click.option("--intent", default="", help="Only what the model called so.")
@limit_option
@weeks_option
@json_option
def show_disagreements(intent: str, limit: int, weeks: int, as_json: bool) -> None:
    """Show where people said something else than the model, its surest mistakes first."""
    if intent:
        _check(intent)
    found = disagreements(now=timezone.now(), weeks=weeks, intent=intent)
    _show([lesson_json(row) for row in found[:limit]], as_json=as_json)


def _check(intent: str) -> None:
    if intent not in every_intent():
        raise Refusal(f"there is no intent {intent!r}; `triage intent list` shows them all")


def _show(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    for row in rows:
        emit(row, as_json=as_json, text=_line(row))
    if not rows:
        note("There are none.")


def _line(row: dict[str, Any]) -> str:
    who = row["by"] or "somebody"
    head = (
        f"{row['at'][:16].replace('T', ' ')}  {row['channel']}  said {label(row['said'])} "
        f"({row['confidence']:.2f}), read as {label(row['read'])} by {who}"
    )
    item = f"  item {row['item']}" if row["item"] else ""
    return f"{head}{item}\n  {' '.join(row['text'].split())}"
