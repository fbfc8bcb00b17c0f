"""`triage channel set` and `triage channel backfill`: change a channel that is watched."""

import click
from django.utils import timezone

from triage.management.database import with_database
from triage.management.names import CHANNEL
from triage.management.output import Refusal, note
from triage.staff import audit
from triage.tables import Channel
from triage.watch.channels import change_settings, start_backfill
from triage.watch.tokens import sealed_tokens
from workers.channels import source_class
from workers.channels.catalogue import wrong_setup
from workers.commands.checking import named

DAYS = click.IntRange(1, 365)


@click.command("set")
@click.argument("name", type=CHANNEL)
@click.argument("pairs", metavar="KEY=VALUE...", nargs=-1, required=True)
@with_database
def set_settings(name: str, pairs: tuple[str, ...]) -> None:
    """Change settings of a channel; an empty value goes back to the default.

    It is pulled at once: so a monthly cap that was raised counts from now on.
    """
    row = named(name)
    changes = dict(_pair(pair) for pair in pairs)
    given = {key: value for key, value in {**row.settings, **changes}.items() if value}
    secrets = {**row.secret_names, **dict.fromkeys(sealed_tokens(row), "stored")}
    wrong = _wrong(row, given, secrets)
    if wrong:
        raise click.UsageError(wrong)
    change_settings(row, changes)
    audit.note("channel_changed", by=audit.COMMAND, target=name, settings=sorted(changes))
    note(f"{name} is pulled with these settings from now on.")
    if changes.get("backfill"):
        _begin(row, int(changes["backfill"]))


@click.command()
@click.argument("name", type=CHANNEL)
@click.argument("days", type=DAYS)
@with_database
def backfill(name: str, days: int) -> None:
    """Bring in the posts of the last DAYS days, newest first, beside the live ones."""
    _begin(named(name), days)


def can_backfill(kind: str) -> bool:
    """Whether a channel kind can bring in earlier posts."""
    try:
        return source_class(kind).backfills
    except (KeyError, ImportError):
        return False


def _begin(row: Channel, days: int) -> None:
    if not can_backfill(row.source):
        raise Refusal(
            f"{row.source} cannot bring in earlier posts; docs/channels.md says which can"
        )
    start_backfill(row, days=days, now=timezone.now())
    note(f"The posts of {days} days are brought in to {row.name}; see `triage channel list`.")


def _wrong(row: Channel, settings: dict[str, str], secrets: dict[str, str]) -> str | None:
    try:
        return wrong_setup(row.source, settings, secrets)
    except ImportError as error:
        raise Refusal(f"the client of {row.source} is not installed: {error}") from None


def _pair(pair: str) -> tuple[str, str]:
    key, equals, value = pair.partition("=")
    if not equals or not key.strip() or not value.isprintable():
        raise click.UsageError(f"settings are KEY=VALUE, this is {pair!r}")
    return key.strip(), value
