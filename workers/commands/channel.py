"""`triage channel`."""

from collections.abc import Iterable

import click
import structlog
from django.db import IntegrityError

from triage.channels import add_channel, remove_channel, set_state
from triage.deliveries import hook_address
from triage.management.database import with_database
from triage.management.names import BRAND, CHANNEL
from triage.management.output import Refusal, emit, json_option, note
from triage.tables import Channel
from triage.vocabulary import Kind
from workers.channels import KINDS
from workers.channels.base import SourceError
from workers.channels.catalogue import describe, wrong_setup
from workers.pulling import fault_of, kind_of, open_source

log = structlog.get_logger()


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
    as_json: bool,
) -> None:
    """Watch a place. KIND is one of those that `triage channel kinds` shows."""
    values, names = _pairs(settings, "--set"), _pairs(secrets, "--secret")
    try:
        wrong = wrong_setup(kind, values, names)
    except ImportError:
        raise Refusal(f"{kind} is not installed: {describe(kind)['install']}") from None
    if wrong:
        raise click.UsageError(wrong)
    about = describe(kind)
    if community is None:
        community = about["community"]
    try:
        row = add_channel(
            name=name,
            source=kind,
            kind=Kind.COMMUNITY if community else Kind.PUBLIC,
            brand=brand,
            settings=values,
            secret_names=names,
            interval=interval or about["interval"],
        )
    except IntegrityError:
        raise Refusal(
            f"there is already a channel called {name!r}, or a removed one whose posts are kept"
        ) from None
    emit(_json(row), as_json=as_json, text=f"{row.name} is watched from now on.")


@channel.command("list")
@json_option
@with_database
def list_channels(as_json: bool) -> None:
    """Show every channel and how it is."""
    rows = Channel.objects.exclude(state=Channel.State.REMOVED).order_by("name")
    for row in rows:
        last = f"{row.last_success_at:%Y-%m-%d %H:%M}" if row.last_success_at else "never"
        text = f"{row.name:<24} {row.source:<10} {row.state:<8} last success {last}  {row.error}"
        emit(_json(row), as_json=as_json, text=text.rstrip())
    if not rows and not as_json:
        note("No channel yet. `triage channel kinds` shows what can be watched.")


@channel.command()
@click.argument("name", type=CHANNEL, required=False)
@json_option
@with_database
def check(name: str | None, as_json: bool) -> None:
    """Call the API of one channel, or of all, and say what is missing."""
    failed = [row.name for row in _chosen(name) if not _check_one(row, as_json=as_json)]
    if failed:
        raise Refusal(f"these channels do not work: {', '.join(failed)}")


@channel.command()
@click.argument("name", type=CHANNEL)
@with_database
def pause(name: str) -> None:
    """Stop pulling a channel."""
    set_state(_named(name), Channel.State.PAUSED)
    note(f"{name} is paused.")


@channel.command()
@click.argument("name", type=CHANNEL)
@with_database
def resume(name: str) -> None:
    """Pull a channel again, from where it stopped."""
    row = _named(name)
    if row.source not in KINDS:
        raise Refusal(f"{name} only takes what is imported; there is nothing to pull")
    set_state(row, Channel.State.ACTIVE)
    note(f"{name} is pulled again.")


@channel.command()
@click.argument("name", type=CHANNEL)
@with_database
def remove(name: str) -> None:
    """Stop watching a channel for good. Its posts and items stay."""
    remove_channel(_named(name))
    note(f"{name} is removed; its posts stay.")


def _check_one(row: Channel, *, as_json: bool) -> bool:
    error: SourceError | None = None
    try:
        said = open_source(row).check()
    except SourceError as failure:
        said, error = str(failure), failure
    except Exception as bug:
        log.exception("check_failed", channel=row.name)
        error = fault_of(bug)
        said = str(error)
    answer = {"channel": row.name, "ok": error is None, "error": kind_of(error), "message": said}
    emit(answer, as_json=as_json, text=f"{row.name}: {said}")
    if error is None and row.state == Channel.State.REFUSED:
        set_state(row, Channel.State.ACTIVE)
        note(f"{row.name} works again and is pulled from now on.")
    return error is None


def _chosen(name: str | None) -> Iterable[Channel]:
    if name is not None:
        return [_named(name)]
    return Channel.objects.filter(source__in=KINDS).exclude(state=Channel.State.REMOVED)


def _named(name: str) -> Channel:
    row = Channel.objects.filter(name=name).exclude(state=Channel.State.REMOVED).first()
    if row is None:
        raise Refusal(f"there is no channel called {name!r}; `triage channel list` shows them")
    return row


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


def _json(row: Channel) -> dict[str, object]:
    return {
        "name": row.name,
        "kind": row.source,
        "community": row.kind == Kind.COMMUNITY,
        "brand": row.brand or None,
        "state": row.state,
        "settings": row.settings,
        "secrets": row.secret_names,
        "interval": row.interval,
        "hook": hook_address(row),
        "error": {"kind": row.error_kind, "message": row.error} if row.error else None,
        "failures": row.failures,
        "last_success_at": row.last_success_at.isoformat() if row.last_success_at else None,
        "last_post_at": row.last_post_at.isoformat() if row.last_post_at else None,
        "next_pull_at": row.next_pull_at.isoformat(),
    }
