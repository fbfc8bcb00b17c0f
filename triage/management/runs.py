"""`triage runs`."""

import click

from triage.management.database import with_database
from triage.management.names import CHANNEL
from triage.management.output import emit, json_option, note, when
from triage.management.which import channel_called
from triage.tables import Run
from triage.watch.runs import run_json, runs_asked


@click.command()
@click.option("--channel", type=CHANNEL, help="Only those of this channel.")
@click.option("--failed", is_flag=True, help="Only those that went wrong.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
@with_database
def runs(channel: str | None, failed: bool, limit: int, as_json: bool) -> None:
    """Show the pulls of the last 30 days, the newest first."""
    name = channel_called(channel).name if channel is not None else ""
    rows = runs_asked(Run.objects.all(), channel=name, failed=failed)
    shown = list(rows.order_by("-pk")[:limit])
    for row in shown:
        emit(run_json(row), as_json=as_json, text=_line(row))
    if not shown and not as_json:
        note("No pull failed." if failed else "Nothing was pulled yet.")


def _line(row: Run) -> str:
    head = f"{row.pk:>8}  {when(row.started_at)}  {row.channel.name}"
    if row.finished_at is None:
        took = "under way, or cut off"
    else:
        took = f"{(row.finished_at - row.started_at).total_seconds():.1f} s"
    counts = f"{row.seen} seen, {row.new} new"
    more = [
        f"{n} {what}" for n, what in ((row.changed, "changed"), (row.rejected, "unreadable")) if n
    ]
    error = " ".join(f"{row.error_kind}: {row.error}".split()) if row.error_kind else ""
    return "  ".join(filter(None, (head, took, ", ".join([counts, *more]), error)))
