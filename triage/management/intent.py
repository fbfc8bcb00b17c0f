"""`triage intent`."""

from collections.abc import Callable
from typing import Any

import click
from django.utils import timezone

from triage.desk.acting import ActRefused
from triage.desk.relabelling import mislabelled, relabel
from triage.management.database import with_database
from triage.management.names import PERSON, Name
from triage.management.output import Refusal, counted, emit, json_option, note
from triage.management.who import account
from triage.tables import IntentRow
from triage.tuning.growing import (
    QUEUES,
    IntentRefused,
    Wanted,
    add_intent,
    edit_intent,
    intent_rows,
    merge_intents,
    restore_intent,
    retire_intent,
)
from triage.tuning.policies import policy_row
from triage.tuning.stalenames import stale_names
from triage.tuning.uptake import Uptake, intent_json, uptakes

QUEUE = click.Choice([queue.value for queue in QUEUES])
NAME = Name(32)
reason_option = click.option("--reason", required=True, help="Why; the audit log keeps it.")


@click.group()
def intent() -> None:
    """What posts can be about: list the intents, add, change, merge, retire or restore one."""


@intent.command("list")
@json_option
@with_database
def list_intents(as_json: bool) -> None:
    """List every intent, with how far the model is from learning it."""
    found = uptakes(now=timezone.now())
    for row in intent_rows():
        uptake = found.get(row.name)
        emit(intent_json(row, uptake), as_json=as_json, text=_line(row, uptake))


@intent.command()
@click.argument("name", type=NAME)
@click.option("--measure", required=True, help="What an answer to such a post moves.")
@click.option("--department", required=True, help="Who is accountable.")
@click.option("--queue", required=True, type=QUEUE, help="Who works it.")
@click.option("--community-queue", type=QUEUE, help="Who works it on community channels.")
@click.option("--guide", required=True, help="What it takes, for those who label.")
@click.option("--example", "examples", multiple=True, help="A made-up post; can be repeated.")
@reason_option
@json_option
@with_database
def add(
    name: str,
    measure: str,
    department: str,
    queue: str,
    community_queue: str | None,
    guide: str,
    examples: tuple[str, ...],
    reason: str,
    as_json: bool,
) -> None:
    """Add an intent: people can say it at once, the model after 20 labelled posts."""
    wanted = Wanted(measure, department, queue, community_queue or queue, guide, examples)
    _answer(lambda: add_intent(name, wanted, by=None, reason=reason), as_json=as_json)


@intent.command()
@click.argument("name", type=NAME)
@click.option("--measure")
@click.option("--department")
@click.option("--queue", "public", type=QUEUE, help="On public channels.")
@click.option("--community-queue", "community", type=QUEUE, help="On community channels.")
@click.option("--guide")
@click.option("--example", "examples", multiple=True, help="In place of all; can be repeated.")
@reason_option
@json_option
@with_database
def edit(name: str, reason: str, as_json: bool, **given: Any) -> None:
    """Change what an intent is; what is not given stays."""
    row = _find(name)
    fields = Wanted.__dataclass_fields__
    wanted = Wanted(**{field: given[field] or getattr(row, field) for field in fields})
    seen = row.revision
    _answer(lambda: edit_intent(name, wanted, by=None, reason=reason, seen=seen), as_json=as_json)


@intent.command()
@click.argument("name", type=NAME)
@click.option("--into", required=True, type=NAME)
@reason_option
@json_option
@with_database
def merge(name: str, into: str, reason: str, as_json: bool) -> None:
    """Read an intent as another from now on, in what models say and in what people taught."""
    _answer(lambda: merge_intents(name, into=into, by=None, reason=reason), as_json=as_json)
    if left := mislabelled().get(name, 0):
        note(f"{counted(left, 'open item')} still named so: `triage intent relabel {name}`")


@intent.command("relabel")
@click.argument("name", type=NAME)
@click.option("--user", "user_name", type=PERSON, help="Who does it: of ops, or an admin.")
@json_option
@with_database
def relabel_items(name: str, user_name: str | None, as_json: bool) -> None:
    """Give the open items of a merged intent the name of its successor; nothing else of them
    changes."""
    _find(name)
    by, done = account(user_name) if user_name else None, 0
    try:
        while (batch := relabel(name, by)).done:
            done += batch.done
    except ActRefused as refused:
        raise Refusal(str(refused)) from None
    data = {"name": name, "done": done, "left": batch.left}
    more = f"; {counted(batch.left, 'item')} left, since somebody works on it" if batch.left else ""
    emit(data, as_json=as_json, text=f"{counted(done, 'item')} relabelled{more}.")


@intent.command()
@click.argument("name", type=NAME)
@reason_option
@json_option
@with_database
def retire(name: str, reason: str, as_json: bool) -> None:
    """Have an intent said no more; what a model still calls so goes to review."""
    _answer(lambda: retire_intent(name, by=None, reason=reason), as_json=as_json)


@intent.command()
@click.argument("name", type=NAME)
@reason_option
@json_option
@with_database
def restore(name: str, reason: str, as_json: bool) -> None:
    """Bring back an intent that was retired or merged."""
    _answer(lambda: restore_intent(name, by=None, reason=reason), as_json=as_json)


def _find(name: str) -> IntentRow:
    row = next((each for each in intent_rows() if each.name == name), None)
    if row is None:
        raise Refusal(f"there is no intent {name!r}; `triage intent list` shows them all")
    return row


def _answer(change: Callable[[], IntentRow], *, as_json: bool) -> None:
    try:
        row = change()
    except IntentRefused as refused:
        raise Refusal(str(refused)) from None
    uptake = uptakes(now=timezone.now()).get(row.name)
    emit(intent_json(row, uptake), as_json=as_json, text=_line(row, uptake))
    for sentence in stale_names(policy_row().text):
        note(f"the policy in force: {sentence}")


def _line(row: IntentRow, uptake: Uptake | None) -> str:
    queues = row.public if row.public == row.community else f"{row.public}/{row.community}"
    return "\t".join([row.name, queues, row.department or "nobody", _state(row, uptake)])


def _state(row: IntentRow, uptake: Uptake | None) -> str:
    if row.merged_into:
        return f"merged into {row.merged_into.name}"
    if row.retired_at or uptake is None:
        return "retired"
    if uptake.missing:
        return f"{uptake.taught} of {uptake.needed} labelled posts until the model can learn it"
    model = "the model says it" if uptake.known else "the model learns it in its next training"
    return f"{counted(uptake.taught, 'labelled post')}, {model}"
