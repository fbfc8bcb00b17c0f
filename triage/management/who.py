"""Who: the account in whose name a command acts."""

import click

from triage.management.names import PERSON
from triage.management.output import Refusal
from triage.tables import User

user_option = click.option(
    "--user", "name", type=PERSON, help="Who does it; needed where there are several people."
)


def account(name: str) -> User:
    """The active account of this name. Raises Refusal where there is none."""
    found = User.objects.filter(username=name, is_active=True).first()
    if found is None:
        raise Refusal(f"there is nobody called {name!r}; `triage user add` makes accounts")
    return found


def person_called(name: str) -> User:
    """The person of this name, also one who is deactivated. Raises Refusal."""
    found = User.objects.filter(username=name).first()
    if found is None:
        raise Refusal(f"there is nobody called {name!r}")
    return found


def someone(name: str | None, *, does: str) -> User:
    """The account of this name; without a name, the only one there is. `does` says what for."""
    if name is not None:
        return account(name)
    everybody = list(User.objects.filter(is_active=True)[:2])
    if len(everybody) != 1:
        raise Refusal(f"say who {does}: --user NAME")
    return everybody[0]
