"""`triage tokens`."""

import click

from triage.management.database import with_database
from triage.management.output import Refusal, counted, emit, json_option
from triage.staff.signins import seal_second_factors_anew
from triage.watch.tokens import new_key, rotate_tokens


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
    """Encrypt stored tokens, and the secrets of second factors, with the first of TOKEN_KEYS."""
    rotated, factors = rotate_tokens(), seal_second_factors_anew()
    done, locked = rotated.done + factors[0], rotated.locked + factors[1]
    text = f"{counted(done, 'token')} encrypted with the newest key"
    emit({"rotated": done, "locked": locked}, as_json=as_json, text=text)
    if locked:
        raise Refusal(
            f"{counted(locked, 'token')} cannot be opened with any key of TOKEN_KEYS; "
            "add the key that they were written with, and rotate again"
        )
