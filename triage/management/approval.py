"""`triage approval`: replies that wait for a colleague's approval."""

from typing import Any

import click

from triage.access import pending_for
from triage.back.approvals import AROUND, approvals_json, asked_replies
from triage.back.approving import CHANGED, approve, send_back
from triage.back.outbox import outgoing_json
from triage.desk.acting import ActRefused
from triage.management.database import with_database
from triage.management.names import PERSON
from triage.management.output import Refusal, emit, json_option, note, when
from triage.management.who import account
from triage.tables import Outgoing

ID = click.IntRange(1)
VERSION = click.IntRange(1, 2**31 - 1)
BY = click.option(
    "--user", "name", type=PERSON, required=True, help="Who does it: somebody who may approve."
)


@click.group()
def approval() -> None:
    """See, approve and return replies that wait for a colleague."""


@approval.command("list")
@click.option("--user", "name", type=PERSON, help="Only what this person may approve.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@json_option
@with_database
def list_pending(name: str | None, limit: int, as_json: bool) -> None:
    """List what waits with the post that each answers, the oldest first."""
    waiting = Outgoing.objects.filter(state=Outgoing.State.PENDING)
    rows = waiting if name is None else pending_for(account(name))
    shown = list(rows.select_related(*AROUND).order_by("created_at", "id")[:limit])
    for row, data in zip(shown, approvals_json(shown), strict=True):
        emit(data, as_json=as_json, text=_text(row, data))
    if not shown and not as_json:
        note("No reply is waiting for approval.")


@approval.command("approve")
@click.argument("id", type=ID)
@BY
@click.option("--text", help="Send this in place of what was written.")
@click.option("--seen", type=VERSION, help="The item's version that you have read; see list.")
@json_option
@with_database
def approve_answer(id: int, name: str, text: str | None, seen: int | None, as_json: bool) -> None:
    """Let a reply leave; the worker, or `triage run --once`, sends it.

    Where its item has changed since it was written, read what `triage approval list` shows and say
    so with --seen.
    """
    user, row = account(name), _asked(id)
    try:
        row = approve(row, user, seen=seen or row.asked_version, text=text, hold=0)
    except ActRefused as refused:
        more = " `triage approval list` shows it, and what --seen takes."
        raise Refusal(f"{refused}{more if str(refused) == CHANGED else ''}") from None
    said = f"Reply {row.pk} to item {row.item_id} is approved and waits to be sent."
    emit(outgoing_json(row), as_json=as_json, text=said)


@approval.command("return")
@click.argument("id", type=ID)
@BY
@click.option("--reason", required=True, help="What is to be changed; its author reads it.")
@json_option
@with_database
def return_answer(id: int, name: str, reason: str, as_json: bool) -> None:
    """Give a reply back to its author, with a comment."""
    try:
        row = send_back(_asked(id), account(name), reason=reason)
    except ActRefused as refused:
        raise Refusal(str(refused)) from None
    said = f"Reply {row.pk} to item {row.item_id} went back to {_author(row)} with your comment."
    emit(outgoing_json(row), as_json=as_json, text=said)


def _asked(id: int) -> Outgoing:
    """A reply that had to be approved, also if somebody was first, who is then named."""
    row = asked_replies().filter(pk=id).first()
    if row is None:
        raise Refusal(f"there is no reply {id} to approve; `triage approval list` shows them")
    return row


def _text(row: Outgoing, data: dict[str, Any]) -> str:
    names = ", ".join(data["approvers"]) or "nobody yet"
    head = f"{row.pk:>6}  {when(row.created_at)}  item {row.item_id} in {row.channel.name}"
    lines = [
        f"{head}, {row.item.queue}; {names} may approve it",
        f"{data['author'] or 'somebody'}: {data['answers']}",
    ]
    if data["newer"] is not None:
        lines.append(f"and since: {data['newer']}")
    lines.append(f"{_author(row)}: {row.text}")
    if data["changed"]:
        lines.append(f"The item has changed since: --seen {data['seen']} says that you know.")
    return "\n        ".join(" ".join(line.split()) if n else line for n, line in enumerate(lines))


def _author(row: Outgoing) -> str:
    return row.user.shown_name if row.user else "its author"
