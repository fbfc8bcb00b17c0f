"""Runs: the log of every pull of every channel, as long as it is kept."""

from typing import Any

from django.db.models import QuerySet

from triage.tables import Channel, Run


def runs_asked(runs: QuerySet[Run], *, channel: str = "", failed: bool = False) -> QuerySet[Run]:
    """The runs of one channel by its name, or of all, each with its channel; with `failed` only
    those that went wrong."""
    if channel:
        # Its number first: by a name in another table no database finds the latest of its runs.
        found = Channel.objects.filter(name=channel).values_list("pk", flat=True).first()
        runs = runs.filter(channel=found) if found else runs.none()
    if failed:
        runs = runs.filter(error_kind__gt="")
    return runs.select_related("channel")


def run_json(run: Run) -> dict[str, Any]:
    """A run as one JSON object; `error_kind` is null where it went well."""
    return {
        "id": run.pk,
        "channel": run.channel.name,
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "pages": run.pages,
        "seen": run.seen,
        "new": run.new,
        "changed": run.changed,
        "rejected": run.rejected,
        "error_kind": run.error_kind or None,
        "error": run.error or None,
    }
