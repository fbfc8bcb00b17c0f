"""Tuners: in whose name a command changes what judges."""

import click

from triage.access import may_tune
from triage.management.names import PERSON
from triage.management.output import Refusal
from triage.management.who import account
from triage.tables import User

tuner_option = click.option(
    "--user", "name", type=PERSON, help="Who does it, of ops or an admin; else the command line."
)


def tuner(name: str | None) -> User | None:
    """The account of this name, None without one. Raises Refusal where it may not tune."""
    if name is None:
        return None
    user = account(name)
    if not may_tune(user):
        raise Refusal(f"{name} is neither of ops nor an admin, so this is not theirs to do")
    return user
