"""`triage policy`: what is in force, what another policy would change, and the way back."""

from pathlib import Path

import click
from django.utils import timezone

from triage.back.asking import nobody_approves
from triage.management.database import with_database
from triage.management.names import PERSON
from triage.management.output import Refusal, counted, emit, json_option, note
from triage.management.policytrying import FILE, read_file, threshold, try_out
from triage.management.tuners import tuner, tuner_option
from triage.management.who import account
from triage.tables import Policy, Resorting
from triage.tuning.policies import (
    difference,
    policy_in_force,
    policy_row,
    policy_version,
    policy_versions,
    put_in_force,
    roll_back,
    version_json,
)
from triage.tuning.policy import read_policy
from triage.tuning.standing import ask_resorting, latest_resorting, outlook, resorting_json

VERSION = click.IntRange(1, 2**31 - 1)


@click.group()
def policy() -> None:
    """See, try and change thresholds, rules, routes and promises."""


@policy.command()
@click.argument("version", type=VERSION, required=False)
@json_option
@with_database
def show(version: int | None, as_json: bool) -> None:
    """Print the policy in force, or one VERSION of it, as TOML."""
    row = policy_row() if version is None else _version(version)
    emit(version_json(row) | {"text": row.text}, as_json=as_json, text=row.text.rstrip("\n"))


@policy.command("list")
@json_option
@with_database
def list_versions(as_json: bool) -> None:
    """List the versions, the newest first."""
    policy_row()
    for row in policy_versions():
        mark = "*" if row.in_force else " "
        who = row.author.username if row.author else "-"
        text = f"{mark}{row.version:>5}  {row.at:%Y-%m-%d %H:%M}  {who:<12}  {row.reason}"
        emit(version_json(row), as_json=as_json, text=text)


@policy.command()
@click.argument("file", type=FILE)
@with_database
def check(file: Path) -> None:
    """Say whether FILE can be used."""
    found = read_file(file)
    note(f"It can be used: {counted(len(found[1].rules), 'rule')}.")


@policy.command()
@click.argument("old", type=VERSION)
@click.argument("new", type=VERSION)
@json_option
@with_database
def compare(old: int, new: int, as_json: bool) -> None:
    """Print the lines in which two versions differ."""
    lines = difference(_version(old), _version(new))
    data = {"old": old, "new": new, "lines": lines}
    emit(data, as_json=as_json, text="\n".join(lines) or f"Policies {old} and {new} say the same.")


@policy.command()
@click.argument("file", type=FILE)
@click.option("--reason", required=True, help="Why; whoever looks at the versions will ask.")
@tuner_option
@json_option
@with_database
def use(file: Path, reason: str, name: str | None, as_json: bool) -> None:
    """Put FILE in force as a new version. What waits stays where it is."""
    text, _ = read_file(file)
    _say(put_in_force(text, author=tuner(name), reason=reason), as_json=as_json)


@policy.command()
@click.argument("version", type=VERSION, required=False)
@click.option("--reason", default="", help="Why.")
@tuner_option
@json_option
@with_database
def rollback(version: int | None, reason: str, name: str | None, as_json: bool) -> None:
    """Put in force again what VERSION said, or else the last one that said something else."""
    _say(roll_back(version, author=tuner(name), reason=reason), as_json=as_json)


@policy.command()
@click.option("--user", "name", type=PERSON, required=True, help="Who asks: of ops, or an admin.")
@json_option
@with_database
def resort(name: str, as_json: bool) -> None:
    """Ask the worker to bring what waits to where the policy in force would put it."""
    asked = timezone.now()
    row = ask_resorting(user=account(name))
    ahead, running = outlook(policy_in_force()), row.asked_at < asked
    number, more = ahead.moving, ahead.adjusting
    data = {"policy": row.policy_version, "will_move": number, "will_adjust": more}
    data |= {"already_running": running}
    text = (
        f"Policy {row.policy_version}: {counted(number, 'item')} will move, "
        f"{counted(more, 'item')} will stay with another priority or tag."
    )
    emit(data, as_json=as_json, text=text)
    if running:
        note(f"It had been asked for already. {_how_far(row)}")


@policy.command()
@json_option
@with_database
def resorting(as_json: bool) -> None:
    """Say what the last re-sorting has moved, and whether it is done."""
    row = latest_resorting()
    data = {"resorting": resorting_json(row) if row else None}
    emit(data, as_json=as_json, text=_how_far(row) if row else "Nobody has asked for one yet.")


def _version(number: int) -> Policy:
    row = policy_version(number)
    if row is None:
        raise Refusal(f"there is no policy {number}; `triage policy list` shows them all")
    return row


def _say(row: Policy, *, as_json: bool) -> None:
    emit(version_json(row), as_json=as_json, text=f"Policy {row.version} is in force.")
    if warning := nobody_approves(read_policy(row.text)):
        note(warning)


def _how_far(row: Resorting) -> str:
    moved, who = counted(row.moved, "item"), row.user.username if row.user else "somebody"
    more = f", {row.adjusted} given another priority or tag" if row.adjusted else ""
    asked = f"asked for by {who} on {row.asked_at:%Y-%m-%d %H:%M}"
    if row.finished_at is None:
        return f"Re-sorting under policy {row.policy_version}, {asked}: {moved} moved{more} so far."
    at = f"{row.finished_at:%Y-%m-%d %H:%M}"
    return f"Re-sorted under policy {row.policy_version}, {asked}: {moved} moved{more} by {at}."


for command in (try_out, threshold):
    policy.add_command(command)
