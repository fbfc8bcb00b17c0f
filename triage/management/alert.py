"""`triage alert`: what is wrong with the channels, and who looks after it."""

import click

from triage.access import alerts_for, may_tune
from triage.management.database import with_database
from triage.management.output import Refusal, emit, json_option, note, when
from triage.management.who import someone, user_option
from triage.tables import Alert
from triage.watch.alerts import ADVICE, alert_json, all_alerts, mark_seen, open_alerts


@click.group()
def alert() -> None:
    """See what is wrong with the channels, and say who looks after it."""


@alert.command("list")
@click.option("--all", "everything", is_flag=True, help="Also what is over, half a year back.")
@json_option
@with_database
def list_alerts(everything: bool, as_json: bool) -> None:
    """List what is wrong now and what to do about it, the newest first."""
    shown = list(all_alerts() if everything else open_alerts())
    for row in shown:
        emit(alert_json(row), as_json=as_json, text=_text(row))
    if not shown and not as_json:
        note("Nothing is wrong with the channels.")


@alert.command()
@click.argument("id", type=click.IntRange(1))
@user_option
@json_option
@with_database
def seen(id: int, name: str | None, as_json: bool) -> None:
    """Say that somebody looks after an alert; it stays until it is over."""
    user = someone(name, does="looks after it")
    if not may_tune(user):
        raise Refusal(f"{user.username} may not look after alerts; that takes ops or an admin")
    row = alerts_for(user).filter(pk=id).first()
    if row is None:
        raise Refusal(f"there is no open alert {id}; `triage alert list` shows what is wrong")
    mark_seen(row, user)
    row = all_alerts().get(pk=id)
    if row.seen_by is not None and row.seen_by != user:
        raise Refusal(f"{row.seen_by.shown_name} looks after it already")
    emit(alert_json(row), as_json=as_json, text=_text(row))


def _text(row: Alert) -> str:
    head = f"{row.pk:>6}  {row.channel.name}  {row.kind}, since {when(row.first_seen)}"
    if row.cleared_at:
        head += f", over {when(row.cleared_at)}"
    if row.seen_by:
        head += f", {row.seen_by.shown_name} looks after it"
    lines = [head, row.sentence]
    if not row.cleared_at:
        lines.append(ADVICE[Alert.Kind(row.kind)])
    return "\n        ".join(lines)
