"""`triage queue`."""

import click

from triage.finding.showing import item_json, queue_items
from triage.management.database import with_database
from triage.management.output import emit, json_option, note
from triage.vocabulary import Queue


@click.command()
@click.argument("queue", type=click.Choice([queue.value for queue in Queue]))
@click.option(
    "--limit", type=click.IntRange(1, 2**31 - 1), help="At most so many items; all by default."
)
@json_option
@with_database
def queue(queue: str, limit: int | None, as_json: bool) -> None:
    """Show what stands in a queue: the most urgent first, then the oldest."""
    shown = 0
    for item in queue_items(queue, limit).iterator(chunk_size=500):
        data = item_json(item)
        emit(data, as_json=as_json, text=_line(data))
        shown += 1
    if not shown and not as_json:
        note(f"Nothing stands in {queue}.")


def _line(data: dict[str, object]) -> str:
    text = " ".join(str(data["text"]).split())
    sure = data["confidence"]
    shown = f"{sure:4.0%}" if isinstance(sure, float) else "   ?"
    return f"{data['id']:>6}  {data['intent'] or '?':<12} {shown}  {text[:90]}"
