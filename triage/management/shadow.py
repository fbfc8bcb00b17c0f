"""`triage shadow`: the model that judges beside the one in use, and who of the two is right."""

import click

from triage.management.database import with_database
from triage.management.output import Refusal, counted, emit, json_option, note, when
from triage.management.tuners import tuner, tuner_option
from triage.numbers import percent
from triage.staff.audit import COMMAND
from triage.tables import Shadow, StoredModel
from triage.tuning.policies import policy_in_force
from triage.tuning.shadows import (
    Beside,
    beside,
    end_shadow,
    shadow_json,
    start_shadow,
    who_was_right,
)
from triage.tuning.shelf import mirror_models

BEGIN = "`triage shadow start VERSION` begins with one."


@click.group()
def shadow() -> None:
    """Have another model judge what comes in, with no effect on sorting, and compare the two."""


@shadow.command()
@json_option
@with_database
def show(as_json: bool) -> None:
    """Say how the latest shadow model compares with the one in use."""
    row = Shadow.objects.order_by("-id").first()
    if row is None:
        note(f"No shadow model has run yet. {BEGIN}")
        return
    _say(row, as_json=as_json)
    if not row.running:
        note(f"No shadow model is running. {BEGIN}")


@shadow.command()
@click.argument("version")
@tuner_option
@json_option
@with_database
def start(version: str, name: str | None, as_json: bool) -> None:
    """Run a stored model as the shadow model from now on, in the place of an earlier one."""
    by = tuner(name) or COMMAND
    mirror_models()
    if why := _unfit(version):
        raise Refusal(why)
    row = start_shadow(version, by=by)
    if row is None:
        raise Refusal("somebody else has just changed that; look with `triage shadow show`")
    _say(row, as_json=as_json)


@shadow.command()
@tuner_option
@json_option
@with_database
def end(name: str | None, as_json: bool) -> None:
    """Stop the shadow model; what it said stays for comparison."""
    if not end_shadow(by=tuner(name) or COMMAND):
        raise Refusal("no shadow model is running, so there is nothing to end")
    _say(Shadow.objects.latest("id"), as_json=as_json)


def _unfit(version: str) -> str:
    """Why a model cannot run as the shadow; empty where it can."""
    row = StoredModel.objects.filter(version=version).first()
    if row is None:
        return f"there is no model {version!r}; `triage model list` shows them all"
    if not row.stored:
        return f"the files of {version} are gone"
    if row.in_use:
        return f"{version} is the model in use; choose another one as its shadow"
    if Shadow.objects.filter(running=True, version=version).exists():
        return f"{version} runs as the shadow model already"
    return ""


def _say(row: Shadow, *, as_json: bool) -> None:
    found = beside(row, policy=policy_in_force())
    text = "\n".join([_state(row), *_told(found)])
    emit(shadow_json(row, found), as_json=as_json, text=text)


def _state(row: Shadow) -> str:
    began = when(row.started_at)
    if row.ended_at is None:
        return f"{row.version} runs as the shadow model since {began}."
    between = f"from {began} to {when(row.ended_at)}"
    return f"{row.version} ran as the shadow model {between}. {row.said}".rstrip()


def _told(found: Beside) -> list[str]:
    if not found.judged:
        return ["It has judged no posts; it looks at those that come in while it runs."]
    queue, intent = (percent(n / found.judged) for n in (found.same_queue, found.same_intent))
    return [
        f"It has judged {counted(found.judged, 'post')}: same queue for {queue}, same intent for "
        f"{intent}. {counted(found.moves, 'post')} would be in another queue.",
        who_was_right(found),
    ]
