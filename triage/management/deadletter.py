"""`triage deadletter`: what could not be read or sorted, and the way back."""

import json
from collections.abc import Sequence

import click
from django.db.models import QuerySet

from triage.access import may_tune
from triage.management.database import with_database
from triage.management.names import CHANNEL, PERSON
from triage.management.output import Refusal, counted, emit, json_option, note, when
from triage.management.which import channel_called
from triage.management.who import account
from triage.staff.audit import COMMAND
from triage.tables import DeadLetter
from triage.walk.deadletters import Act, By, letter_json, put_aside, replay, see_to, waiting

ID = click.IntRange(1)
SHOWN = 80
BY = click.option("--user", "name", type=PERSON, help="Who does it, for the audit log.")


@click.group()
def deadletter() -> None:
    """See, replay and put aside what could not be read or sorted."""


@deadletter.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@click.option("--channel", type=CHANNEL, help="Only those of this channel.")
@json_option
@with_database
def list_letters(limit: int, channel: str | None, as_json: bool) -> None:
    """List what waits for a person, the newest first."""
    rows = _waiting().order_by("-id")
    if channel is not None:
        rows = rows.filter(channel=channel_called(channel))
    shown = list(rows[:limit])
    for row in shown:
        emit(letter_json(row), as_json=as_json, text=_line(row))
    if not shown and not as_json:
        note("No dead letter waits: everything could be read and sorted.")


@deadletter.command()
@click.argument("id", type=ID)
@json_option
@with_database
def show(id: int, as_json: bool) -> None:
    """Show one with its record as it came, also if it was seen to."""
    row = DeadLetter.objects.select_related("channel", "post").filter(pk=id).first()
    if row is None:
        raise Refusal(f"there is no dead letter {id}; `triage deadletter list` shows what waits")
    emit(letter_json(row), as_json=as_json, text=_in_full(row))


@deadletter.command("replay")
@click.argument("ids", metavar="ID…", type=ID, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every post that waits here.")
@BY
@json_option
@with_database
def replay_letters(ids: tuple[int, ...], everything: bool, name: str | None, as_json: bool) -> None:
    """Send posts back to sorting; one that fails again comes back here."""
    if everything == bool(ids):
        raise click.UsageError("say which: one ID or more, or --all")
    by = _by(name)
    left = 0
    if everything:
        rows = _waiting().order_by("id")
        ids = tuple(rows.exclude(post=None).values_list("id", flat=True))
        left = rows.filter(post=None).count()
    _see_to(ids, replay, by, "sent back to sorting", as_json=as_json)
    if left:
        note(f"{counted(left, 'record')} never became a post: look at them, then put them aside.")
    if not ids and not left:
        note("No dead letter waits: everything could be read and sorted.")


@deadletter.command("put-aside")
@click.argument("ids", metavar="ID…", type=ID, nargs=-1, required=True)
@BY
@json_option
@with_database
def put_letters_aside(ids: tuple[int, ...], name: str | None, as_json: bool) -> None:
    """Call records seen to that never became posts; they stay in the database."""
    _see_to(ids, put_aside, _by(name), "put aside", as_json=as_json)


def _waiting() -> QuerySet[DeadLetter]:
    return waiting(DeadLetter.objects.select_related("channel", "post"))


def _by(name: str | None) -> By:
    if name is None:
        return COMMAND
    user = account(name)
    if not may_tune(user):
        raise Refusal(f"{name} may not see to dead letters; that takes ops or an admin")
    return user


def _see_to(ids: Sequence[int], act: Act, by: By, done: str, *, as_json: bool) -> None:
    """Do it to each and tell what became of it. Raises Refusal where one was refused."""
    refusals = []
    for pk, refused in see_to(ids, act, by):
        said = f"not done. {refused}" if refused else f"{done}."
        emit(
            {"id": pk, "done": not refused, "refused": refused or None},
            as_json=as_json,
            text=f"{pk:>6}  {said}",
        )
        refusals += [refused] if refused else []
    if refusals:
        were = "was" if len(refusals) == 1 else "were"
        letters = counted(len(set(ids)), "dead letter")
        raise Refusal(f"{len(refusals)} of {letters} {were} refused")


def _line(row: DeadLetter) -> str:
    text = " ".join(row.post.text.split()) if row.post else "never became a post"
    shown = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    reason = " ".join(row.reason.split())
    return f"{row.pk:>6}  {when(row.at)}  {row.channel.name}  {reason}  {shown}"


def _in_full(row: DeadLetter) -> str:
    lines = [f"Dead letter {row.pk} of {row.channel.name}, {when(row.at)}", row.reason]
    if row.replayed_at:
        lines.append(f"Seen to {when(row.replayed_at)}")
    if row.post:
        lines += [f"Post {row.post.external_id}, {row.post.state}:", row.post.text]
    lines += ["As it came:", json.dumps(row.raw, ensure_ascii=False, indent=2)]
    return "\n".join(lines)
