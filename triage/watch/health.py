"""Health: whether posts still move, told by rows and not by processes that answer a ping."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import DatabaseError
from django.utils import timezone

from triage.tables import Alert, Backfill, Channel, DeadLetter, Delivery, PostRow, Pulse
from triage.tables.deadletters import WAITING

LATE = timedelta(seconds=60)
UNBITTEN = timedelta(minutes=15)
"""A backfill that nobody has gone on with for so long has no worker."""


def beat(name: str, detail: str = "") -> None:
    """Record that a part of the system has just made progress."""
    Pulse.objects.update_or_create(name=name, defaults={"at": timezone.now(), "detail": detail})


@dataclass(frozen=True, slots=True)
class Health:
    """What is wrong, in sentences; nothing is wrong when both are empty."""

    stopped: tuple[str, ...]
    warnings: tuple[str, ...]


def health() -> Health:
    """Look at the rows. A database that does not answer is the first thing that can be wrong."""
    try:
        return Health(tuple(_stopped()), tuple(_warnings()))
    except DatabaseError as error:
        return Health((f"The database does not answer ({type(error).__name__}).",), ())


def health_json(found: Health) -> dict[str, Any]:
    """`ok` as long as posts move; `reasons` why they do not, `warnings` what else is wrong."""
    return {
        "ok": not found.stopped,
        "reasons": list(found.stopped),
        "warnings": list(found.warnings),
    }


def seconds_since(name: str) -> float | None:
    """Seconds since a part of the system last made progress; None if it never did."""
    pulse = Pulse.objects.filter(name=name).first()
    return (timezone.now() - pulse.at).total_seconds() if pulse else None


def oldest_waiting_seconds() -> float:
    """Age of the post that has waited longest to be sorted, in seconds; 0 when none waits.

    What a backfill brought may wait: it gives way to live posts.
    """
    new = PostRow.objects.filter(state=PostRow.State.NEW, attempts=0, backfilled=False)
    oldest = new.order_by("id").first()
    return (timezone.now() - oldest.received_at).total_seconds() if oldest else 0.0


def oldest_unread_seconds() -> float:
    """Age of the webhook delivery that has waited longest to be read, in seconds; 0 when none.

    Those of a paused channel, and those that are tried again later, wait for something else.
    """
    waiting = Delivery.objects.filter(state=Delivery.State.NEW, retry_at=None)
    oldest = waiting.exclude(channel__state=Channel.State.PAUSED).order_by("id").first()
    return (timezone.now() - oldest.received_at).total_seconds() if oldest else 0.0


def _stopped() -> list[str]:
    quiet = seconds_since("schedule")
    if quiet is None:
        return ["No worker has shown itself yet. Start `triage up`, or a worker and a beat."]
    if quiet > LATE.total_seconds():
        return [f"Workers or schedule stand still: the last sign of life is {quiet:.0f} s old."]
    waiting = oldest_waiting_seconds()
    if waiting > 2 * LATE.total_seconds():
        return [f"Sorting stands still: a post has waited for {waiting:.0f} s."]
    unread = oldest_unread_seconds()
    if unread > 2 * LATE.total_seconds():
        return [f"Reading of webhooks stands still: a delivery has waited for {unread:.0f} s."]
    return []


def _warnings() -> list[str]:
    found = [
        f"Channel {channel.name} is refused by its platform: {channel.error}"
        for channel in Channel.objects.filter(state=Channel.State.REFUSED)
    ]
    found += [
        f"Channel {channel.name} has failed {channel.failures} times in a row: {channel.error}"
        for channel in Channel.objects.filter(state=Channel.State.ACTIVE, failures__gte=3)
    ]
    told = (Alert.Kind.REFUSED, Alert.Kind.FAILING)  # from the rows themselves, above
    others = Alert.objects.filter(cleared_at=None).exclude(kind__in=told)
    found += [
        f"Channel {alert.channel.name}: {alert.sentence}"
        for alert in others.exclude(channel__state=Channel.State.REMOVED).select_related("channel")
    ]
    unbitten = Backfill.objects.filter(
        state=Backfill.State.RUNNING,
        next_bite_at__lt=timezone.now() - UNBITTEN,
        channel__state=Channel.State.ACTIVE,
    )
    found += [
        f"The backfill of {row.channel.name} stands still: start a worker for the queue backfill."
        for row in unbitten.select_related("channel")
    ]
    letters = DeadLetter.objects.filter(WAITING).count()
    if letters:
        found.append(f"{letters} records could not be read or sorted: see the dead letters.")
    return found
