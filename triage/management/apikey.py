"""`triage apikey`."""

import click

from triage.management.database import with_database
from triage.management.names import PERSON, Name
from triage.management.output import Refusal, emit, json_option
from triage.management.who import person_called
from triage.staff.apikeys import KeyRefused, make_key, revoke_key
from triage.staff.audit import COMMAND, note
from triage.tables import ApiKey

NAME = Name(100)


@click.group()
def apikey() -> None:
    """Keys with which programs use the HTTP API as a person."""


@apikey.command()
@click.argument("person", type=PERSON)
@click.option("--name", required=True, type=NAME, help="What the key is for.")
@json_option
@with_database
def add(person: str, name: str, as_json: bool) -> None:
    """Make a key; it is shown once."""
    try:
        key = make_key(person_called(person), name=name)
    except KeyRefused as refused:
        raise Refusal(str(refused)) from None
    note("key_made", by=COMMAND, target=person, key=name)
    emit({"person": person, "name": name, "key": key}, as_json=as_json, text=key)


@apikey.command("list")
@json_option
@with_database
def list_keys(as_json: bool) -> None:
    """List the keys that work, without the keys themselves."""
    for key in ApiKey.objects.filter(revoked_at=None).select_related("user").order_by("id"):
        used = key.used_at.isoformat() if key.used_at else None
        emit(
            {
                "person": key.user.username,
                "name": key.name,
                "start": key.start,
                "created_at": key.created_at.isoformat(),
                "used_at": used,
            },
            as_json=as_json,
            text=f"{key.user.username}\t{key.name}\t{key.start}…\tlast used {used or 'never'}",
        )


@apikey.command()
@click.argument("person", type=PERSON)
@click.option("--name", required=True, type=NAME)
@json_option
@with_database
def revoke(person: str, name: str, as_json: bool) -> None:
    """Let a key open nothing any more."""
    try:
        revoke_key(person_called(person), name=name)
    except KeyRefused as refused:
        raise Refusal(str(refused)) from None
    note("key_revoked", by=COMMAND, target=person, key=name)
    emit(
        {"person": person, "name": name, "revoked": True},
        as_json=as_json,
        text=f"the key {name!r} of {person} opens nothing any more",
    )
