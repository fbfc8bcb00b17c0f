"""`triage report`."""

from dataclasses import asdict

import click
from django.utils import timezone

from triage.management.database import with_database
from triage.management.output import counted, emit, json_option
from triage.tables import Item
from triage.times.reports import Line, read_week, today_in, week_report, week_word
from triage.tuning.policies import policy_in_force
from triage.vocabulary import label


@click.command()
@click.option("--week", default="", metavar="YYYY-Www", help="For example 2026-W47; else this one.")
@json_option
@with_database
def report(week: str, as_json: bool) -> None:
    """Say which measure a week of social talk moved, and for whom."""
    policy, now = policy_in_force(), timezone.now()
    starts = read_week(week, today=today_in(policy.hours.zone, now))
    if starts is None:
        raise click.UsageError(f"--week {week!r} is no week up to now; write it as 2026-W47")
    found = week_report(Item.objects.all(), starts, policy=policy, now=now)
    for line in found.lines:
        data = {"week": week_word(starts), **asdict(line)}
        emit(data, as_json=as_json, text=_text(line))


def _text(line: Line) -> str:
    waits = f"{round(line.reply_seconds / 60)} min to the first reply" if line.reply_seconds else ""
    parts = (
        f"{label(line.intent):<12}",
        f"{counted(line.opened, 'conversation')} ({line.opened - line.before:+d})",
        line.measure or "no measure",
        f"{line.role}, {line.department}" if line.department else line.role,
        waits,
    )
    return "\t".join(part for part in parts if part)
