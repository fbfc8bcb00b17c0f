"""Channels: watch a place, stop watching it, and bring it back without losing a post."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from triage.tables import Channel

State = Channel.State


def add_channel(
    *,
    name: str,
    source: str,
    kind: str,
    brand: str = "",
    settings: Mapping[str, str],
    secret_names: Mapping[str, str],
    interval: int,
) -> Channel:
    """Watch a place from now on. Raises IntegrityError if a channel of that name is watched.

    A removed channel of the same name and source comes back with its posts and its cursor.
    """
    values = {
        "kind": kind,
        "brand": brand,
        "settings": dict(settings),
        "secret_names": dict(secret_names),
        "interval": interval,
        "state": State.ACTIVE,
        "next_pull_at": timezone.now(),
        "failures": 0,
        "error": "",
        "error_kind": "",
    }
    with transaction.atomic():
        removed = Channel.objects.filter(name=name, source=source, state=State.REMOVED)
        if removed.update(**values):
            return Channel.objects.get(name=name)
        return Channel.objects.create(name=name, source=source, **values)


def set_state(channel: Channel, state: Channel.State) -> None:
    """Pause or resume a channel. Resuming pulls at once and forgets earlier failures."""
    changes: dict[str, object] = {"state": state}
    if state == State.ACTIVE:
        changes |= {"next_pull_at": timezone.now(), "failures": 0, "error": "", "error_kind": ""}
    Channel.objects.filter(pk=channel.pk).update(**changes)


def remove_channel(channel: Channel) -> None:
    """Stop watching a place for good; its posts, items and lessons stay."""
    Channel.objects.filter(pk=channel.pk).update(state=State.REMOVED)
