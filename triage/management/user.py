"""`triage user`."""

import os
import secrets

import click
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from triage.management.database import with_database
from triage.management.names import PERSON
from triage.management.output import Refusal, emit, json_option
from triage.tables import User
from triage.vocabulary import Team


@click.group()
def user() -> None:
    """People who sign in."""


@user.command()
@click.argument("name", type=PERSON)
@click.option(
    "--team",
    "teams",
    type=click.Choice([team.value for team in Team]),
    multiple=True,
    required=True,
    help="Give it more than once for more than one team.",
)
@click.option(
    "--password-env",
    metavar="ENVVAR",
    help="The environment variable that holds the password; without it one is made and printed.",
)
@json_option
@with_database
def add(name: str, teams: tuple[str, ...], password_env: str | None, as_json: bool) -> None:
    """Add a person."""
    if User.objects.filter(username=name).exists():
        raise Refusal(f"there is already somebody called {name!r}")
    password = _password(password_env)
    person = User(username=name, teams=sorted(set(teams)))
    try:
        validate_password(password, person)
        person.set_password(password)
        person.full_clean()
    except ValidationError as error:
        raise Refusal(" ".join(error.messages)) from None
    person.save()
    shown = None if password_env else password
    emit(
        {"name": name, "teams": person.teams, "password": shown},
        as_json=as_json,
        text=f"{name} can sign in" + (f" with the password {shown}" if shown else ""),
    )


def _password(variable: str | None) -> str:
    if variable is None:
        return secrets.token_urlsafe(12)
    password = os.environ.get(variable, "")
    if not password:
        raise Refusal(f"the environment variable {variable} is not set")
    return password
