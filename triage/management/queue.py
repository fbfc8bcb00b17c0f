"""`triage queue`."""

from dataclasses import asdict

import click
from django.utils import timezone

from triage.finding.showing import item_json, queue_items
from triage.management.database import with_database
from triage.management.output import emit, json_option, note, span
from triage.tables import Item
from triage.vocabulary import Queue
from triage.watch.depths import Depth, depths


@click.command()
@click.argument("queue", type=click.Choice([queue.value for queue in Queue]), required=False)
@click.option(
    "--limit", type=click.IntRange(1, 2**31 - 1), help="At most so many items; all by default."
)
@json_option
@with_database
def queue(queue: str | None, limit: int | None, as_json: bool) -> None:
    """Show what stands in a queue: the most urgent first, then the oldest. Without a queue, say how
    much waits in each and since when."""
    if queue is None:
        if limit is not None:
            raise click.UsageError("--limit wants a queue: triage queue support --limit 10")
        _say_depths(as_json=as_json)
        return
    shown = 0
    for item in queue_items(queue, limit).iterator(chunk_size=500):
        data = item_json(item)
        emit(data, as_json=as_json, text=_line(data))
        shown += 1
    if not shown and not as_json:
        note(f"Nothing stands in {queue}.")


def _say_depths(*, as_json: bool) -> None:
    for depth in depths(Item.objects.all(), now=timezone.now()):
        emit(asdict(depth), as_json=as_json, text=_numbers(depth))


def _numbers(depth: Depth) -> str:
    oldest = depth.oldest_seconds
    since = "" if oldest is None else f", the oldest for {span(oldest)}"
    return (
        f"{depth.queue:<8} {depth.waiting:>6} waiting{since}, {depth.at_risk} at risk, "
        f"{depth.snoozed} snoozed"
    )


def _line(data: dict[str, object]) -> str:
    text = " ".join(str(data["text"]).split())
    sure = data["confidence"]
    shown = f"{sure:4.0%}" if isinstance(sure, float) else "   ?"
    return f"{data['id']:>6}  {data['intent'] or '?':<12} {shown}  {text[:90]}"
