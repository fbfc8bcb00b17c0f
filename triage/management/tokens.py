"""`triage tokens`."""

import click

from triage.management.database import with_database
from triage.management.output import Refusal, counted, emit, json_option
from triage.tokens import new_key, rotate_tokens


@click.group()
def tokens() -> None:
    """Keys of the tokens that are stored encrypted."""


@tokens.command()
def key() -> None:
    """Print a new key. Put it in front of the others in TOKEN_KEYS, then `triage tokens rotate`."""
    click.echo(new_key())


@tokens.command()
@json_option
@with_database
def rotate(as_json: bool) -> None:
    """Encrypt every stored token anew with the first key of TOKEN_KEYS."""
    rotated = rotate_tokens()
    text = f"{counted(rotated.done, 'token')} encrypted with the newest key"
    emit({"rotated": rotated.done, "locked": rotated.locked}, as_json=as_json, text=text)
    if rotated.locked:
        raise Refusal(
            f"{counted(rotated.locked, 'token')} cannot be opened with any key of TOKEN_KEYS; "
            "add the key that they were written with, and rotate again"
        )
