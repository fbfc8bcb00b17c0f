"""`triage channel secret`: give a channel a secret value, which is then stored encrypted."""

import sys

import click

from triage.management.database import with_database
from triage.management.names import CHANNEL
from triage.management.output import Refusal, note
from triage.staff import audit
from triage.tables import Channel
from triage.watch.channels import set_state
from triage.watch.tokens import (
    SecretUnreadable,
    find_secret,
    forget_tokens,
    sealed_tokens,
    store_token,
)
from workers.channels.base import Refused
from workers.channels.catalogue import describe
from workers.commands.checking import asked, named

LONGEST = 64 * 1024


@click.command()
@click.argument("name", type=CHANNEL)
@click.argument("key")
@click.option("--forget", is_flag=True, help="Delete the stored value; the environment's counts.")
@click.option("--unproven", is_flag=True, help="Store it though no call has shown that it works.")
@with_database
def secret(name: str, key: str, forget: bool, unproven: bool) -> None:
    """Store the value of KEY for a channel, encrypted. It counts before the environment's.

    The value is asked for at a terminal, else it is the first line of stdin. One that is in use is
    only replaced by one with which the platform answers.
    """
    row = named(name)
    known_key(row.source, key)
    if forget:
        gone = forget_tokens(row, [key])
        audit.note("channel_changed", by=audit.COMMAND, target=name, forgot=key)
        note(f"The stored {key} of {name} is deleted." if gone else f"{name} has no stored {key}.")
        return
    value = read_value(key)
    if _in_use(row, key) and not unproven:
        _prove(row, key, value)
    store_token(row, key, value)
    audit.note("channel_changed", by=audit.COMMAND, target=name, secret=key)
    note(f"{key} of {name} is stored, encrypted.")
    said, error = asked(row)
    note(f"{name}: {said}")
    if error is None and row.state == Channel.State.REFUSED:
        set_state(row, Channel.State.ACTIVE)
        note(f"{name} is pulled again.")


def known_key(kind: str, key: str) -> None:
    """Nothing, where a kind of channel has this secret. Raises UsageError."""
    known = describe(kind)["secrets"] if kind else {}
    if key not in known:
        raise click.UsageError(
            f"{kind} has no secret {key}; known are {', '.join(known) or 'none'}"
        )


def read_value(key: str) -> str:
    """A secret value from a hidden prompt, or a line of stdin. Raises Refusal where it is none."""
    if sys.stdin.isatty():
        value = str(click.prompt(key, hide_input=True, err=True, default="", show_default=False))
    else:
        value = sys.stdin.readline(LONGEST)
    value = value.strip()
    if not value:
        raise Refusal(f"no value came for {key}, and nothing is changed")
    if not value.isprintable():
        raise Refusal(
            f"the value of {key} holds characters that cannot be sent; nothing is changed"
        )
    return value


def _in_use(row: Channel, key: str) -> bool:
    try:
        return bool(find_secret(row, key, sealed_tokens(row)))
    except SecretUnreadable:
        return False


def _prove(row: Channel, key: str, value: str) -> None:
    said, error = asked(row, {key: value})
    if error is None:
        return
    if isinstance(error, Refused):
        raise Refusal(f"the old {key} stays, since the new one does not work: {said}")
    raise Refusal(
        f"the old {key} stays, since nobody could say whether the new one works: {said} "
        "(--unproven stores it all the same)"
    )
