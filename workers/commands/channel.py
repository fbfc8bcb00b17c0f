"""`triage channel`."""

from collections.abc import Iterable
from contextlib import suppress

import click
from django.db import IntegrityError
from django.utils import timezone

from triage.management.database import with_database
from triage.management.names import BRAND, CHANNEL
from triage.management.output import Refusal, emit, json_option, note
from triage.staff import audit
from triage.tables import Channel
from triage.vocabulary import Kind
from triage.watch.alerts import open_alerts
from triage.watch.channels import add_channel, remove_channel, set_state
from triage.watch.looking import look_at
from workers.channels import KINDS
from workers.channels.base import SourceError
from workers.channels.catalogue import describe, wrong_setup
from workers.commands.changing import backfill, set_settings
from workers.commands.checking import check_one, named
from workers.commands.secret import read_value, secret
from workers.commands.telling import in_lines, told
from workers.pulling import open_source


@click.group()
def channel() -> None:
    """Add, list, check and pause channels."""


@channel.command()
@json_option
def kinds(as_json: bool) -> None:
    """Show the channel kinds and what each needs."""
    for name in KINDS:
        kind = describe(name)
        lines = [f"{name}: {kind['title']}"]
        lines += [f"  --set {key}=…  {option['help']}" for key, option in kind["settings"].items()]
        lines += [
            f"  --secret {key}=ENVVAR  {option['help']}" for key, option in kind["secrets"].items()
        ]
        if not kind["installed"]:
            lines.append(f"  not installed: {kind['install']}")
        emit(kind, as_json=as_json, text="\n".join(lines))


@channel.command()
@click.argument("kind")
@click.option("--name", required=True, type=CHANNEL, help="What people call it.")
@click.option(
    "--community/--public",
    default=None,
    help="Whether it is the company's own place; only a Discourse forum is taken to be.",
)
@click.option("--brand", default="", type=BRAND, help="Whose inbox this is: a name or a handle.")
@click.option("--every", "interval", type=click.IntRange(1, 86_400), help="Seconds between pulls.")
@click.option("--set", "settings", metavar="KEY=VALUE", multiple=True)
@click.option("--secret", "secrets", metavar="KEY=ENVVAR", multiple=True)
@click.option("--ask", "asked", metavar="KEY", multiple=True, help="Ask for a secret; store it.")
@json_option
@with_database
def add(
    kind: str,
    name: str,
    community: bool | None,
    brand: str,
    interval: int | None,
    settings: tuple[str, ...],
    secrets: tuple[str, ...],
    asked: tuple[str, ...],
    as_json: bool,
) -> None:
    """Watch a place. KIND is one of those that `triage channel kinds` shows."""
    values, names = _pairs(settings, "--set"), _pairs(secrets, "--secret")
    try:
        wrong = wrong_setup(kind, values, names | dict.fromkeys(asked, "stored"))
    except ImportError:
        raise Refusal(f"{kind} is not installed: {describe(kind)['install']}") from None
    if wrong:
        raise click.UsageError(wrong)
    about = describe(kind)
    if community is None:
        community = about["community"]
    try:
        row = add_channel(
            tokens={key: read_value(key) for key in asked},
            name=name,
            source=kind,
            kind=Kind.COMMUNITY if community else Kind.PUBLIC,
            brand=brand,
            settings=values,
            secret_names=names,
            interval=interval or about["interval"],
            backfill_days=int(values.get("backfill") or 0),
        )
    except IntegrityError:
        raise Refusal(
            f"there is already a channel called {name!r}, or a removed one whose posts are kept"
        ) from None
    audit.note("channel_added", by=audit.COMMAND, target=name, kind=kind)
    with suppress(SourceError):  # then a pull, or a check, finds what it can do
        open_source(row)
    [look] = look_at([row], now=timezone.now())
    emit(told(look), as_json=as_json, text=f"{row.name} is watched from now on.")


channel.add_command(secret)
channel.add_command(set_settings)
channel.add_command(backfill)


@channel.command("list")
@json_option
@with_database
def list_channels(as_json: bool) -> None:
    """Show every channel and how it is."""
    now = timezone.now()
    rows = Channel.objects.exclude(state=Channel.State.REMOVED).order_by("name")
    shown = look_at(rows.select_related("account", "backfill"), alerts=open_alerts(), now=now)
    for look in shown:
        emit(told(look), as_json=as_json, text=in_lines(look, now=now))
    if not shown and not as_json:
        note("No channel yet. `triage channel kinds` shows what can be watched.")


@channel.command()
@click.argument("name", type=CHANNEL, required=False)
@json_option
@with_database
def check(name: str | None, as_json: bool) -> None:
    """Call the API of one channel, or of all, and say what is missing."""
    failed = [row.name for row in _chosen(name) if not check_one(row, as_json=as_json)]
    if failed:
        raise Refusal(f"these channels do not work: {', '.join(failed)}")


@channel.command()
@click.argument("name", type=CHANNEL)
@with_database
def pause(name: str) -> None:
    """Stop pulling a channel."""
    set_state(named(name), Channel.State.PAUSED)
    audit.note("channel_paused", by=audit.COMMAND, target=name)
    note(f"{name} is paused.")


@channel.command()
@click.argument("name", type=CHANNEL)
@with_database
def resume(name: str) -> None:
    """Pull a channel again, from where it stopped."""
    row = named(name)
    if row.source not in KINDS:
        raise Refusal(f"{name} only takes what is imported; there is nothing to pull")
    set_state(row, Channel.State.ACTIVE)
    audit.note("channel_resumed", by=audit.COMMAND, target=name)
    note(f"{name} is pulled again.")


@channel.command()
@click.argument("name", type=CHANNEL)
@with_database
def remove(name: str) -> None:
    """Stop watching a channel for good. Its posts and items stay."""
    remove_channel(named(name))
    audit.note("channel_removed", by=audit.COMMAND, target=name)
    note(f"{name} is removed; its posts stay.")


def _chosen(name: str | None) -> Iterable[Channel]:
    if name is not None:
        return [named(name)]
    return Channel.objects.filter(source__in=KINDS).exclude(state=Channel.State.REMOVED)


def _pairs(values: tuple[str, ...], option: str) -> dict[str, str]:
    pairs = {}
    for value in values:
        key, equals, rest = value.partition("=")
        if not equals or not key.strip():
            raise click.UsageError(f"{option} wants KEY=VALUE, this is {value!r}")
        if not rest.isprintable():
            raise click.UsageError(f"{option} {key.strip()} holds characters that cannot be shown")
        pairs[key.strip()] = rest
    return pairs
