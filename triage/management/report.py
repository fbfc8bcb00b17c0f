"""`triage report`: the week by measure, and how soon its conversations were answered and done."""

from dataclasses import asdict
from datetime import date, datetime

import click
from django.utils import timezone

from triage.management.database import with_database
from triage.management.output import counted, emit, json_option
from triage.sheets import csv_lines
from triage.tables import Item
from triage.times.figures import Figures, flat, response_figures
from triage.times.reports import Line, read_week, today_in, week_report, week_word
from triage.times.tallies import Took
from triage.tuning.policies import policy_in_force
from triage.tuning.policy import Rulebook
from triage.vocabulary import label

week_option = click.option(
    "--week", default="", metavar="YYYY-Www", help="For example 2026-W47; else this one."
)


@click.group(invoke_without_command=True)
@week_option
@json_option
@click.pass_context
def report(context: click.Context, week: str, as_json: bool) -> None:
    """Say which measure a week of social talk moved, and for whom."""
    if context.invoked_subcommand is None:
        _by_measure(week, as_json=as_json)
    elif week or as_json:
        raise click.UsageError(f"write the options behind {context.invoked_subcommand!r}")


@report.command()
@week_option
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="The table, for a spreadsheet.")
@with_database
def times(week: str, as_json: bool, as_csv: bool) -> None:
    """Say how soon a week's conversations were answered and done.

    In seconds of business time: by queue, intent, priority, department and person.
    """
    if as_json and as_csv:
        raise click.UsageError("choose --json or --csv")
    policy, now, starts = _asked(week)
    items = Item.objects.all()
    found = response_figures(items, starts, policy=policy, now=now, people=True)
    if as_csv:
        for line in csv_lines(list(flat(found[0])), (flat(row) for row in found)):
            click.echo(line, nl=False)
        return
    for row in found:
        emit({"week": week_word(starts), **flat(row)}, as_json=as_json, text=_figures(row))


@with_database
def _by_measure(week: str, *, as_json: bool) -> None:
    policy, now, starts = _asked(week)
    found = week_report(Item.objects.all(), starts, policy=policy, now=now)
    for line in found.lines:
        data = {"week": week_word(starts), **asdict(line)}
        emit(data, as_json=as_json, text=_text(line))


def _asked(week: str) -> tuple[Rulebook, datetime, date]:
    policy, now = policy_in_force(), timezone.now()
    starts = read_week(week, today=today_in(policy.hours.zone, now))
    if starts is None:
        raise click.UsageError(f"--week {week!r} is no week up to now; write it as 2026-W47")
    return policy, now, starts


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


def _figures(row: Figures) -> str:
    name = f"{row.group} {row.name}".strip()
    sides = (_took("first reply", row.reply), _took("done", row.resolution))
    return "\t".join([f"{name:<24}", counted(row.conversations, "conversation"), *sides])


def _took(what: str, took: Took) -> str:
    if took.median is None or took.p90 is None:
        words = f"{what}: none yet"
    else:
        middle, tenth = _minutes(took.median), _minutes(took.p90)
        words = f"{what}: median {middle}, nine in ten within {tenth}"
    return f"{words}, {took.kept} of {took.promised} in time" if took.promised else words


def _minutes(seconds: float) -> str:
    return f"{round(seconds / 60)} min" if seconds >= 30 else "under a minute"
