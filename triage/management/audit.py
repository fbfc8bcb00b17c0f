"""`triage audit`."""

from datetime import datetime, timedelta

import click
from django.utils import timezone

from triage.management.database import with_database
from triage.management.names import Name
from triage.management.output import emit, json_option
from triage.staff.audit import EVENTS, Asked, entry_json, look_up
from triage.tables import AuditEntry

DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--event", type=click.Choice(list(EVENTS)), default=None, help="Only this act.")
@click.option(
    "--by", "actor", type=Name(150, required=False), default="", help="Only what this person did."
)
@click.option("--since", type=DAY, help="From this day on.")
@click.option("--until", type=DAY, help="Up to this day, and the whole of it.")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True)
@json_option
@with_database
def audit(
    event: str | None,
    actor: str,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    as_json: bool,
) -> None:
    """Say who did what to this installation, the newest first."""
    asked = Asked(
        event=event or "",
        actor=actor,
        since=timezone.make_aware(since) if since else None,
        until=timezone.make_aware(until) + timedelta(days=1) if until else None,
    )
    for entry in look_up(AuditEntry.objects.all(), asked)[:limit]:
        when = timezone.localtime(entry.at).isoformat(timespec="seconds")
        words = f"{when}\t{entry.actor}\t{EVENTS.get(entry.event, entry.event)}\t{entry.target}"
        emit(entry_json(entry), as_json=as_json, text=words)
