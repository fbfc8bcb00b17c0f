"""`triage outbox`."""

import click

from triage.back.outbox import UNSETTLED, outgoing_json
from triage.management.database import with_database
from triage.management.output import emit, json_option, note
from triage.tables import Outgoing

SHOWN = 60


@click.command()
@click.option("--all", "everything", is_flag=True, help="Also what was sent or called back.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@json_option
@with_database
def outbox(everything: bool, limit: int, as_json: bool) -> None:
    """Show what waits to be approved or sent and what could not be, the newest first."""
    rows = Outgoing.objects.select_related("channel", "post", "user", "approved_by").order_by("-id")
    if not everything:
        rows = rows.filter(state__in=UNSETTLED)
    shown = list(rows[:limit])
    for row in shown:
        emit(outgoing_json(row), as_json=as_json, text=_text(row))
    if not shown and not as_json:
        note("Nothing waits to be sent.")


def _text(row: Outgoing) -> str:
    text = " ".join(row.text.split())
    shown = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    start = f"{row.pk:<6} {row.state:<9} {row.act:<7} item {row.item_id} in {row.channel.name}"
    return "  ".join(part for part in (start, shown, row.error) if part)
