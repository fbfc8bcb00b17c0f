"""`triage policy`: what is in force, what another policy would change, and the way back."""

from pathlib import Path
from typing import Any

import click
from django.utils import timezone

from triage.back.asking import nobody_approves
from triage.management.database import with_database
from triage.management.names import PERSON
from triage.management.output import Refusal, counted, emit, json_option, note
from triage.tables import Policy, User
from triage.tuning.foretelling import foretell
from triage.tuning.policies import (
    policy_in_force,
    policy_row,
    policy_version,
    policy_versions,
    put_in_force,
    roll_back,
)
from triage.tuning.policy import PolicyError, Rulebook, read_policy
from triage.tuning.stalenames import stale_names
from triage.tuning.standing import ask_resorting, misplaced

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
AUTHOR = click.option("--user", "name", type=PERSON, help="Who does it, for the list of versions.")


@click.group()
def policy() -> None:
    """See, try and change thresholds, rules, routes and promises."""


@policy.command()
@click.argument("version", type=click.IntRange(1, 2**31 - 1), required=False)
@json_option
@with_database
def show(version: int | None, as_json: bool) -> None:
    """Print the policy in force, or one VERSION of it, as TOML."""
    row = policy_row() if version is None else policy_version(version)
    if row is None:
        raise Refusal(f"there is no policy {version}; `triage policy list` shows them all")
    emit(_json(row) | {"text": row.text}, as_json=as_json, text=row.text.rstrip("\n"))


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
        emit(_json(row), as_json=as_json, text=text)


@policy.command()
@click.argument("file", type=FILE)
@with_database
def check(file: Path) -> None:
    """Say whether FILE can be used."""
    found = _read(file)
    note(f"It can be used: {counted(len(found[1].rules), 'rule')}.")


@policy.command("try")
@click.argument("file", type=FILE)
@click.option("--days", type=click.IntRange(1, 3650), default=30, show_default=True)
@json_option
@with_database
def try_out(file: Path, days: int, as_json: bool) -> None:
    """Say what FILE would have changed in the last days. Nothing is changed."""
    _, draft = _read(file)
    data = foretell(draft, days=days, now=timezone.now())
    emit(data, as_json=as_json, text=_told(data))


@policy.command()
@click.argument("file", type=FILE)
@click.option("--reason", required=True, help="Why; whoever looks at the versions will ask.")
@AUTHOR
@json_option
@with_database
def use(file: Path, reason: str, name: str | None, as_json: bool) -> None:
    """Put FILE in force as a new version. What waits stays where it is."""
    text, _ = _read(file)
    _say(put_in_force(text, author=_author(name), reason=reason), as_json=as_json)


@policy.command()
@click.argument("version", type=click.IntRange(1, 2**31 - 1), required=False)
@click.option("--reason", default="", help="Why.")
@AUTHOR
@json_option
@with_database
def rollback(version: int | None, reason: str, name: str | None, as_json: bool) -> None:
    """Put in force again what VERSION said, or else the last one that said something else."""
    _say(roll_back(version, author=_author(name), reason=reason), as_json=as_json)


@policy.command()
@click.option("--user", "name", type=PERSON, required=True, help="Who asks: of ops, or an admin.")
@json_option
@with_database
def resort(name: str, as_json: bool) -> None:
    """Ask the worker to bring what waits to where the policy in force would put it."""
    author = _author(name)
    assert author is not None
    row = ask_resorting(user=author)
    number = len(misplaced(policy_in_force()))
    text = f"Policy {row.policy_version}: {counted(number, 'item')} will move."
    emit({"policy": row.policy_version, "will_move": number}, as_json=as_json, text=text)


def _read(file: Path) -> tuple[str, Rulebook]:
    try:
        text = file.read_text(encoding="utf-8")
        policy = read_policy(text)
    except UnicodeDecodeError:
        raise Refusal(f"{file} is not UTF-8") from None
    except PolicyError as error:
        raise Refusal(f"{file}: {error}") from None
    for sentence in stale_names(text):
        note(sentence)
    return text, policy


def _author(name: str | None) -> User | None:
    if name is None:
        return None
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise Refusal(f"there is nobody called {name!r}; `triage user add` makes accounts")
    return user


def _say(row: Policy, *, as_json: bool) -> None:
    emit(_json(row), as_json=as_json, text=f"Policy {row.version} is in force.")
    if warning := nobody_approves(read_policy(row.text)):
        note(warning)


def _json(row: Policy) -> dict[str, Any]:
    return {
        "version": row.version,
        "in_force": row.in_force,
        "author": row.author.username if row.author else None,
        "reason": row.reason,
        "at": row.at.isoformat(),
    }


def _told(data: dict[str, Any]) -> str:
    lines = [
        f"{counted(data['posts'], 'post')} of the last {data['days']} days: "
        f"{data['changed']} would be in another queue.",
        f"In review: {data['review_then']} in place of {data['review_now']}.",
    ]
    if data["expected_right"] is not None:
        low, high = data["interval"]
        footing = (
            f"measured on {counted(data['readings'], 'reading')} of posts drawn by chance"
            if data["measured"]
            else "so the model claims; too few posts drawn by chance have been read to measure it"
        )
        lines.append(
            f"Of the {data['sorted_alone']} sorted without a person, {data['expected_right']:.1%} "
            f"({low:.1%} to {high:.1%}) are expected to be right: {footing}."
        )
    lines += [f"  {flow['from']} to {flow['to']}: {flow['posts']}" for flow in data["flows"]]
    lines += [f"  rule {rule['name']}: {counted(rule['ran'], 'post')}" for rule in data["rules"]]
    lines.append(f"Of what waits, {counted(data['waiting_to_move'], 'item')} would be re-sorted.")
    return "\n".join(lines)
