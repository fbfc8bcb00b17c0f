"""`triage erase`."""

from dataclasses import asdict

import click

from triage.management.database import with_database
from triage.management.names import Name
from triage.management.output import Refusal, counted, emit, json_option
from triage.staff.audit import COMMAND
from triage.staff.erasing import Erased, EraseRefused, erase, find_persons, preview
from triage.tables import Person

NAME, PLATFORM = Name(200), Name(32)


@click.command("erase")
@click.argument("platform", type=PLATFORM)
@click.argument("name", type=NAME)
@click.option("--yes", is_flag=True, help="Erase; without it, only say what would go.")
@json_option
@with_database
def erase_person(platform: str, name: str, yes: bool, as_json: bool) -> None:
    """Erase somebody who wrote to us, by their name or id on a platform."""
    person = _person(platform, name)
    if not yes:
        _say(preview(person), erased=False, as_json=as_json)
        return
    try:
        went = erase(person, by=COMMAND)
    except EraseRefused as refused:
        raise Refusal(str(refused)) from None
    _say(went, erased=True, as_json=as_json)


def _person(platform: str, name: str) -> Person:
    found = find_persons(Person.objects.all(), name, platform=platform)
    if not found:
        raise Refusal(f"nobody on {platform} is called {name!r}, or has that id")
    exact = [person for person in found if person.external_id == name]
    if len(found) > 1 and len(exact) != 1:
        ids = ", ".join(person.external_id for person in found)
        raise Refusal(f"{len(found)} on {platform} are called {name!r}; give one of the ids: {ids}")
    return exact[0] if exact else found[0]


def _say(goes: Erased, *, erased: bool, as_json: bool) -> None:
    numbers = [f"{number} {what.replace('_', ' ')}" for what, number in asdict(goes).items()]
    head = "erased" if erased else f"{counted(goes.posts, 'post')} would go; --yes erases"
    emit({"erased": erased, **asdict(goes)}, as_json=as_json, text=f"{head}: {', '.join(numbers)}")
