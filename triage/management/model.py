"""`triage model`."""

import json
from typing import Any

import click

from models import registry
from triage.management.database import with_database
from triage.management.output import Refusal, emit, json_option, note
from triage.staff.audit import COMMAND
from triage.tables import Switch
from triage.tuning.shelf import mirror_models, switch_now
from triage.tuning.switches import note_switch
from triage.walk.judging import current_classifier, models_root


@click.group()
def model() -> None:
    """List, show and choose models."""


@model.command("list")
@json_option
def list_models(as_json: bool) -> None:
    """Show every stored model; * is in use."""
    current_classifier()
    used = registry.current(models_root())
    versions = registry.versions(models_root())
    for version in versions:
        card = _card(version)
        made, posts = card.get("created_at", "?"), card.get("metrics", {}).get("examples", "?")
        data = {"model": version, "in_use": version == used, "created_at": made, "examples": posts}
        text = f"{'*' if version == used else ' '} {version}  {made}  learnt from {posts} posts"
        emit(data, as_json=as_json, text=text)
    if not versions and not as_json:
        note("No model yet; run `triage train`.")


@model.command()
@click.argument("version", required=False)
@json_option
def show(version: str | None, as_json: bool) -> None:
    """Show the card of a model; of the one in use if none is named."""
    current_classifier()
    wanted = version or registry.current(models_root())
    if wanted is None:
        raise Refusal("no model is in use; run `triage train`")
    card = _card(wanted)
    if "why" in card:
        raise Refusal(card["why"])
    emit(card, as_json=as_json, text=json.dumps(card, indent=2, ensure_ascii=False))


@model.command()
@click.argument("version")
@with_database
def use(version: str) -> None:
    """Put a stored model in use."""
    if not version:
        raise Refusal("'' is no version name; `triage model list` shows them")
    _switch(version)


@model.command()
@with_database
def rollback() -> None:
    """Go back to the model that was in use before."""
    _switch("")


def _switch(version: str) -> None:
    switch = switch_now(Switch(version=version))
    mirror_models()
    if not switch.done:
        raise Refusal(switch.said)
    note_switch(switch, by=COMMAND)
    note(switch.said)


def _card(version: str) -> dict[str, Any]:
    try:
        return registry.read_card(models_root() / version)
    except registry.ModelRefused as refusal:
        return {"model": version, "why": str(refusal)}
