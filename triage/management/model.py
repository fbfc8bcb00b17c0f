"""`triage model`."""

import json
from typing import Any

import click

from models import registry
from triage.management.database import with_database
from triage.management.output import Refusal, emit, json_option, note
from triage.management.tuners import tuner, tuner_option
from triage.staff.audit import COMMAND
from triage.tables import StoredModel, Switch, Training, User
from triage.tuning.outcomes import STATES, State
from triage.tuning.shelf import mirror_models, stored_card, switch_now
from triage.tuning.switches import note_switch
from triage.walk.judging import current_classifier, models_root

HERE = "`triage model list` shows them all"


@click.group()
def model() -> None:
    """List, show and choose models."""


@model.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those whose files are gone.")
@json_option
def list_models(everything: bool, as_json: bool) -> None:
    """Show every stored model, the newest first; * is in use."""
    current_classifier()
    used, stored = registry.current(models_root()), registry.versions(models_root())
    found = [
        _json(version, stored_card(version), in_use=version == used, stored=True)
        for version in stored
    ]
    for data in found + (_gone(stored) if everything else []):
        emit(data, as_json=as_json, text=_line(data))
    if not found and not as_json:
        note("No model yet; run `triage train`.")


@model.command()
@click.argument("version", required=False)
@json_option
@with_database
def show(version: str | None, as_json: bool) -> None:
    """Show the card of a model; of the one in use if none is named."""
    current_classifier()
    mirror_models()
    wanted = {"version": version} if version else {"in_use": True}
    row = StoredModel.objects.filter(**wanted).first()
    if row is None and version:
        raise Refusal(f"there is no model {version!r}; {HERE}")
    if row is None:
        raise Refusal("no model is in use; run `triage train`")
    if "why" in row.card:
        raise Refusal(row.card["why"])
    emit(
        row.card | {"in_use": row.in_use, "stored": row.stored},
        as_json=as_json,
        text=json.dumps(row.card, indent=2, ensure_ascii=False),
    )
    note(_state(row))


@model.command()
@click.argument("version")
@tuner_option
@with_database
def use(version: str, name: str | None) -> None:
    """Put a stored model in use."""
    if not version:
        raise Refusal(f"'' is no version name; {HERE}")
    _switch(version, user=tuner(name))


@model.command()
@tuner_option
@with_database
def rollback(name: str | None) -> None:
    """Go back to the model that was in use before."""
    _switch("", user=tuner(name))


@with_database
def _gone(stored: list[str]) -> list[dict[str, Any]]:
    """The models that once were stored."""
    rows = StoredModel.objects.exclude(version__in=stored).order_by("-id")
    return [_json(row.version, row.card, in_use=False, stored=False) for row in rows]


def _switch(version: str, *, user: User | None) -> None:
    switch = switch_now(Switch(version=version, user=user))
    mirror_models()
    if not switch.done:
        raise Refusal(switch.said)
    note_switch(switch, by=user or COMMAND)
    note(switch.said)


def _json(version: str, card: dict[str, Any], *, in_use: bool, stored: bool) -> dict[str, Any]:
    return {
        "model": version,
        "in_use": in_use,
        "stored": stored,
        "created_at": card.get("created_at", "?"),
        "examples": card.get("metrics", {}).get("examples", "?"),
        "card": card,
    }


def _line(data: dict[str, Any]) -> str:
    parts = [
        f"{'*' if data['in_use'] else ' '} {data['model']}",
        data["created_at"],
        f"learnt from {data['examples']} posts",
    ]
    return "  ".join(parts if data["stored"] else [*parts, "its files are gone"])


def _state(row: StoredModel) -> str:
    """Whether it is in use, and how it was let in."""
    here = "is in use" if row.in_use else "is stored, and not in use"
    if not row.stored:
        here = "is told by its card alone: its files are gone"
    made_by = Training.objects.filter(challenger=row.version).order_by("-id").first()
    if made_by is None:
        return f"{row.version} {here}."
    state = STATES[State(made_by.state)]
    return f"{row.version} {here}. Training {made_by.pk}: {state}. {made_by.said}"
