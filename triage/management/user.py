"""`triage user`."""

import os

import click

from triage.management.database import with_database
from triage.management.names import PERSON
from triage.management.output import Refusal, emit, json_option
from triage.management.who import person_called
from triage.staff.audit import COMMAND
from triage.staff.people import (
    PeopleRefused,
    add_person,
    deactivate,
    give_new_password,
    reactivate,
    reset_second_factor,
    set_approver,
    set_teams,
)
from triage.staff.signins import with_second_factor
from triage.tables import User
from triage.vocabulary import Team

TEAMS = click.option(
    "--team",
    "teams",
    type=click.Choice([team.value for team in Team]),
    multiple=True,
    required=True,
    help="Give it more than once for more than one team.",
)


@click.group()
def user() -> None:
    """People who sign in."""


@user.command()
@click.argument("name", type=PERSON)
@TEAMS
@click.option("--email", default="", help="By which the company's sign-in knows them.")
@click.option(
    "--password-env",
    metavar="ENVVAR",
    help="The environment variable that holds the password; without it one is made and printed.",
)
@json_option
@with_database
def add(
    name: str, teams: tuple[str, ...], email: str, password_env: str | None, as_json: bool
) -> None:
    """Add a person."""
    given = _given_password(password_env)
    try:
        person, password = add_person(
            name=name, teams=teams, by=COMMAND, password=given, email=email
        )
    except PeopleRefused as refused:
        raise Refusal(str(refused)) from None
    shown = None if password_env else password
    emit(
        {"name": name, "teams": person.teams, "password": shown},
        as_json=as_json,
        text=f"{name} can sign in" + (f" with the password {shown}" if shown else ""),
    )


@user.command("list")
@json_option
@with_database
def list_people(as_json: bool) -> None:
    """List the people who sign in, and those who did."""
    with_codes = with_second_factor()
    for person in User.objects.order_by("-is_active", "username"):
        data = {
            "name": person.username,
            "teams": person.teams,
            "active": person.is_active,
            "may_approve": person.may_approve,
            "second_factor": person.pk in with_codes,
            "last_sign_in": person.last_login.isoformat() if person.last_login else None,
        }
        state = "\tapproves answers" if person.may_approve else ""
        state += "" if person.is_active else "\tdeactivated"
        text = f"{person.username}\t{', '.join(person.teams)}\tlast sign-in {data['last_sign_in']}"
        emit(data, as_json=as_json, text=text + state)


@user.command()
@click.argument("name", type=PERSON)
@TEAMS
@json_option
@with_database
def teams(name: str, teams: tuple[str, ...], as_json: bool) -> None:
    """Put a person in these teams, and no others."""
    person = person_called(name)
    try:
        set_teams(person, teams, by=COMMAND)
    except PeopleRefused as refused:
        raise Refusal(str(refused)) from None
    text = f"{name} is in {', '.join(person.teams)}"
    emit({"name": name, "teams": person.teams}, as_json=as_json, text=text)


@user.command()
@click.argument("name", type=PERSON)
@click.option("--not", "remove", is_flag=True, help="They approve no more.")
@json_option
@with_database
def approver(name: str, remove: bool, as_json: bool) -> None:
    """Let a person approve answers of colleagues in the queues where they work."""
    person = person_called(name)
    try:
        set_approver(person, not remove, by=COMMAND)
    except PeopleRefused as refused:
        raise Refusal(str(refused)) from None
    text = f"{name} approves {'no answers any more' if remove else 'answers where they work'}"
    emit({"name": name, "may_approve": person.may_approve}, as_json=as_json, text=text)


@user.command("deactivate")
@click.argument("name", type=PERSON)
@json_option
@with_database
def deactivate_person(name: str, as_json: bool) -> None:
    """Let a person sign in no more; what they had in hand goes back to its queue."""
    try:
        left = deactivate(person_called(name), by=COMMAND)
    except PeopleRefused as refused:
        raise Refusal(str(refused)) from None
    text = f"{name} cannot sign in any more; {left.returned} items went back"
    emit({"name": name, "active": False, "returned": left.returned}, as_json=as_json, text=text)


@user.command("reactivate")
@click.argument("name", type=PERSON)
@json_option
@with_database
def reactivate_person(name: str, as_json: bool) -> None:
    """Let a person sign in again."""
    try:
        reactivate(person_called(name), by=COMMAND)
    except PeopleRefused as refused:
        raise Refusal(str(refused)) from None
    emit({"name": name, "active": True}, as_json=as_json, text=f"{name} can sign in again")


@user.command()
@click.argument("name", type=PERSON)
@json_option
@with_database
def password(name: str, as_json: bool) -> None:
    """Make a new password and print it; every session of the person ends."""
    made = give_new_password(person_called(name), by=COMMAND)
    text = f"{name} can sign in with the password {made}"
    emit({"name": name, "password": made}, as_json=as_json, text=text)


@user.command("reset-codes")
@click.argument("name", type=PERSON)
@json_option
@with_database
def reset_codes(name: str, as_json: bool) -> None:
    """Let a person who lost their second factor sign in without it."""
    try:
        reset_second_factor(person_called(name), by=COMMAND)
    except PeopleRefused as refused:
        raise Refusal(str(refused)) from None
    text = f"{name} signs in with the password alone"
    emit({"name": name, "second_factor": False}, as_json=as_json, text=text)


def _given_password(variable: str | None) -> str:
    if variable is None:
        return ""
    given = os.environ.get(variable, "")
    if not given:
        raise Refusal(f"the environment variable {variable} is not set")
    return given
