"""Channels: watch a place, stop watching it, and bring it back without losing a post."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from triage.tables import Backfill, Channel
from triage.watch.budgets import forget_rest
from triage.watch.tokens import forget_tokens, store_token

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
    tokens: Mapping[str, str] | None = None,
    backfill_days: int = 0,
) -> Channel:
    """Watch a place from now on. Raises IntegrityError if a channel of that name is watched.

    `tokens` are values of its secrets that are to be stored, encrypted.

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
            channel = Channel.objects.get(name=name)
        else:
            channel = Channel.objects.create(name=name, source=source, **values)
        for key, value in (tokens or {}).items():
            store_token(channel, key, value)
        if backfill_days:
            start_backfill(channel, days=backfill_days, now=timezone.now())
        return channel


def set_state(channel: Channel, state: Channel.State) -> None:
    """Pause or resume a channel. Resuming pulls at once and forgets earlier failures."""
    changes: dict[str, object] = {"state": state}
    if state == State.ACTIVE:
        changes |= {"next_pull_at": timezone.now(), "failures": 0, "error": "", "error_kind": ""}
    Channel.objects.filter(pk=channel.pk).update(**changes)
    if state == State.ACTIVE:
        forget_rest(channel)
        stopped = Backfill.objects.filter(channel=channel, state=Backfill.State.STOPPED)
        stopped.update(
            state=Backfill.State.RUNNING, failures=0, error="", next_bite_at=timezone.now()
        )


def change_settings(channel: Channel, settings: Mapping[str, str]) -> None:
    """Put new settings in force, from a pull that is due now. The caller has looked at them."""
    with transaction.atomic():
        row = Channel.objects.select_for_update().get(pk=channel.pk)
        row.settings = {**row.settings, **settings}
        row.next_pull_at = timezone.now()
        row.save(update_fields=["settings", "next_pull_at"])


def start_backfill(channel: Channel, *, days: int, now: datetime) -> None:
    """Bring in the posts of the last days, from the newest on, in place of an earlier backfill."""
    Backfill.objects.update_or_create(
        channel=channel,
        defaults={
            "state": Backfill.State.RUNNING,
            "until": now - timedelta(days=days),
            "reached": None,
            "cursor": {},
            "next_bite_at": now,
            "failures": 0,
            "error": "",
            "seen": 0,
            "new": 0,
            "started_at": now,
            "finished_at": None,
            "lease_until": None,
        },
    )
    # A bite that is under way belongs to the backfill before this one.
    Backfill.objects.filter(channel=channel).update(lease_epoch=F("lease_epoch") + 1)


def ask_check(channel: Channel, *, now: datetime) -> None:
    """Have a worker check a channel; its answer comes into the row."""
    Channel.objects.filter(pk=channel.pk).update(check_asked_at=now)


def remove_channel(channel: Channel) -> None:
    """Stop watching a place for good; its posts, items and lessons stay, its keys do not."""
    with transaction.atomic():
        Channel.objects.filter(pk=channel.pk).update(state=State.REMOVED)
        forget_tokens(channel)
