"""`triage run --once`."""

from collections import Counter
from typing import Any

import click
from django.db.models import Count

from triage.desk.waiting import waiting_items
from triage.management.database import with_database
from triage.management.output import counted, emit, json_option, note, progress
from triage.tables import Item, Move, Outgoing, Run
from triage.tuning.resorting import resort_asked
from triage.vocabulary import Queue
from triage.walk.sorting import sort_all, waiting_count
from workers.deliveries import read_all
from workers.pulling import due_channels, pull_all
from workers.sending import send_all

State = Outgoing.State
ENDS = (State.SENT, State.WAITING, State.REFUSED, State.FAILED, State.UNKNOWN)


@click.command()
@click.option("--once", is_flag=True, required=True, help="Exit when everything due is done.")
@json_option
@with_database
def run(once: bool, as_json: bool) -> None:
    """Pull every due channel, sort, send what is due, and exit.

    A channel that fails is reported with its error; the others go on.
    """
    assert once
    before = _newest_move()
    runs = pull_all(progress(due_channels(), what="pulling"))
    read_all()
    sort_all()
    while resort_asked():  # batch after batch
        pass
    sent = send_all()
    for pulled in runs:
        data = _run_json(pulled)
        emit(data, as_json=as_json, text=_run_text(data))
        if data["error"] and not as_json:
            note(f"{data['channel']}: {data['error']['kind']}: {data['error']['message']}")
    for data in _sent_counts(sent):
        emit(data, as_json=as_json, text=_sent_text(data))
    for data in _queue_counts(after=before):
        emit(
            data,
            as_json=as_json,
            text=f"{data['queue']}: {data['placed']} placed, {data['open']} open",
        )
    if left := waiting_count():
        note(f"{counted(left, 'post')} left for another try")


def _run_json(pulled: Run) -> dict[str, Any]:
    error = {"kind": pulled.error_kind, "message": pulled.error} if pulled.error_kind else None
    return {
        "channel": pulled.channel.name,
        "pages": pulled.pages,
        "seen": pulled.seen,
        "new": pulled.new,
        "changed": pulled.changed,
        "rejected": pulled.rejected,
        "error": error,
    }


def _run_text(data: dict[str, Any]) -> str:
    kept = f", {data['rejected']} kept aside" if data["rejected"] else ""
    counts = f"{data['seen']} seen, {data['new']} new, {data['changed']} changed"
    return f"{data['channel']}: {counts}{kept}"


def _sent_counts(sent: Counter[tuple[str, str]]) -> list[dict[str, Any]]:
    """For each channel where something was due: how many acts ended in which state."""
    channels = sorted({channel for channel, _ in sent})
    return [
        {"outbox": channel} | {state.value: sent[channel, state] for state in ENDS}
        for channel in channels
    ]


def _sent_text(data: dict[str, Any]) -> str:
    counts = ", ".join(f"{data[state]} {state}" for state in ENDS if data[state])
    return f"{data['outbox']}: {counts or 'nothing sent'}"


def _newest_move() -> int:
    return Move.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _queue_counts(*, after: int) -> list[dict[str, Any]]:
    placed = dict(
        Move.objects.filter(pk__gt=after, post_version__isnull=False)
        .exclude(by=Move.By.PERSON)
        .values_list("target")
        .annotate(Count("pk"))
    )
    waiting = dict(waiting_items(Item.objects.all()).values_list("queue").annotate(Count("pk")))
    return [
        {"queue": queue.value, "placed": placed.get(queue, 0), "open": waiting.get(queue, 0)}
        for queue in Queue
    ]
