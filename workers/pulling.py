"""Pulling: one channel, from its cursor on, page by page, under a lease.

The channel's row is its schedule, its lock and its circuit breaker. A worker that stalls beyond
its lease cannot write any more: the fencing number has grown (see `intake.store`).
"""

import random
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import DatabaseError, connection
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from triage.bulk import DATABASE_AWAY
from triage.tables import Backfill, Channel, Run
from triage.walk.intake import LeaseLost, store
from triage.watch.tokens import SecretUnreadable, find_secrets
from workers.abilities import note_ability
from workers.channels import source_class
from workers.channels.base import (
    Config,
    Page,
    Refused,
    Source,
    SourceError,
    Throttled,
    Unreachable,
)
from workers.channels.metering import Meter
from workers.holding import HELD, held
from workers.renewing import renew
from workers.spending import Capped, Resting, pace_of, refuse_if_spent, spending

log = structlog.get_logger()

State = Channel.State
TICK = timedelta(milliseconds=1)
"""SQLite's clock knows no less: a channel that was added in this millisecond is due by it."""
MAX_PAGES = 50
PULLS_AT_ONCE = 3
"""In one process; where there are more threads than that, they stay free for sorting."""
TRIED = 20
"""How many due channels one bell is worth: others may be pulling the first ones by now."""
FIRST_BACKOFF = 30.0
LONGEST_BACKOFF = 1800.0
LONGEST_WAIT = 86_400.0

_room = threading.BoundedSemaphore(PULLS_AT_ONCE)


def due_channels() -> list[int]:
    """The channels whose time has come and that nobody is pulling, the longest due first."""
    return list(_due().order_by("next_pull_at").values_list("pk", flat=True))


def pull_longest_due() -> Run | None:
    """Pull the channel that has been due for longest and is free -> its run; None if none is."""
    return next((run for pk in due_channels()[:TRIED] if (run := pull_channel(pk))), None)


def pull_channel(channel_id: int) -> Run | None:
    """Pull a channel if it is due and free, and this process has room -> its run; else None."""
    if not _room.acquire(blocking=False):
        return None  # it stays due, and the schedule rings for it again
    try:
        return _pull(channel_id)
    finally:
        _room.release()


def _pull(channel_id: int) -> Run | None:
    channel = _lease(channel_id)
    if channel is None:
        return None
    try:
        with held(channel):
            return _pull_leased(channel)
    except DATABASE_AWAY:
        _hand_back(channel)
        raise


def _pull_leased(channel: Channel) -> Run:
    run = Run.objects.create(channel=channel, cursor=channel.cursor)
    error: SourceError | None = None
    unfinished, pace = False, 0.0
    source: Source | None = None
    try:
        source = open_source(channel)
        with spending(channel, source) as meter:
            unfinished = _pull_pages(source, channel, run, meter)
        pace = pace_of(channel, meter)
    except SourceError as failure:
        error = None if _renewed(channel, source, failure) else failure
    except LeaseLost as lost:
        log.warning("lease_lost", channel=channel.name)
        _close_run(run, error_kind="lease_lost", error=str(lost))
        return run
    except DATABASE_AWAY:
        raise  # which is no fault of the channel
    except Exception as bug:
        log.exception("pull_failed", channel=channel.name)
        error = fault_of(bug)
    _close_run(run, error_kind=kind_of(error), error=str(error or ""))
    _reschedule(channel, run, error, least=pace if unfinished else max(pace, channel.interval))
    return run


def _renewed(channel: Channel, source: Source | None, error: SourceError) -> bool:
    """Whether a refusal was of a key that had ended, and there is a new one that works."""
    if source is None or not isinstance(error, Refused):
        return False
    return renew(channel, source, lambda given: open_source(channel, given=given))


def open_source(channel: Channel, *, given: Mapping[str, str] | None = None) -> Source:
    """The source of a channel row. Raises Refused where its kind or a secret is missing.

    `given` are values that stand in for its secrets, to try them.
    """
    try:
        found = source_class(channel.source)
    except KeyError:
        raise Refused(f"There is no channel kind {channel.source!r}.") from None
    except ImportError as error:
        raise Refused(f"The client of {channel.source} is not installed: {error}") from None
    config = Config(
        name=channel.name,
        brand=channel.brand or None,
        kind=channel.kind,
        settings=channel.settings,
        secrets=_secrets(channel, given or {}),
    )
    try:
        source = found(config)
    except SourceError:
        raise
    except Exception as error:
        log.exception("settings_failed", channel=channel.name)
        name = type(error).__name__  # and not its text, which may hold a secret
        raise Refused(f"The settings cannot be used ({name}); see the log.") from None
    note_ability(channel, source)
    return source


def _secrets(channel: Channel, given: Mapping[str, str]) -> dict[str, str]:
    try:
        values = find_secrets(channel) | dict(given)
    except SecretUnreadable as error:
        raise Refused(str(error)) from None
    for key, value in values.items():
        if not value:
            raise Refused(
                f"The environment variable {channel.secret_names[key]} ({key}) is not set."
            )
    return values


def fault_of(bug: Exception) -> Unreachable:
    """What is told of an error that no channel should raise; its text may hold a secret."""
    return Unreachable(f"The channel code failed with {type(bug).__name__}; see the log.")


def kind_of(error: SourceError | None) -> str:
    """`capped`, `resting`, `throttled`, `refused`, `unreachable`, or nothing."""
    if error is None:
        return ""
    return next(
        name
        for kind, name in (
            (Capped, "capped"),
            (Resting, "resting"),
            (Throttled, "throttled"),
            (Refused, "refused"),
            (SourceError, "unreachable"),
        )
        if isinstance(error, kind)
    )


def _due() -> Any:
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    return Channel.objects.filter(free, state=State.ACTIVE, next_pull_at__lte=Now() + TICK)


def _lease(channel_id: int) -> Channel | None:
    taken = _due().filter(pk=channel_id)
    if taken.update(lease_until=Now() + HELD, lease_epoch=F("lease_epoch") + 1) != 1:
        return None
    return Channel.objects.get(pk=channel_id)


def _pull_pages(source: Source, channel: Channel, run: Run, meter: Meter) -> bool:
    """Fetch and store page after page -> whether the round is still unfinished."""
    cursor: dict[str, Any] = channel.cursor
    seen = [cursor]
    for _ in range(MAX_PAGES):
        page = source.fetch(cursor)
        _store_page(channel, run, page)
        if not page.more:
            return False
        if page.cursor in seen:
            raise Unreachable("The platform sent the same page cursor again; stopped this round.")
        cursor = page.cursor
        seen.append(cursor)
        refuse_if_spent(meter)
        _keep_lease(channel)
    return True


def _store_page(channel: Channel, run: Run, page: Page) -> None:
    stored = store(
        channel,
        page.posts,
        rejected=[(record.reason, record.raw) for record in page.rejected],
        cursor=page.cursor,
        epoch=channel.lease_epoch,
    )
    run.pages += 1
    run.seen += stored.seen
    run.new += stored.new
    run.changed += stored.changed
    run.rejected += stored.rejected
    run.cursor = page.cursor


def _hand_back(channel: Channel) -> None:
    """Let the channel be pulled again at once, if the database can be told so by now."""
    connection.close()
    with suppress(DatabaseError):
        mine = Channel.objects.filter(pk=channel.pk, lease_epoch=channel.lease_epoch)
        mine.update(lease_until=None)


def free_leases() -> None:
    """Let every channel be pulled at once, for a process that knows that it is the only one.

    After a crash the leases of the process before it would stand for half a minute.
    """
    held = Channel.objects.exclude(lease_until=None)
    held.update(lease_until=None, lease_epoch=F("lease_epoch") + 1)
    biting = Backfill.objects.exclude(lease_until=None)
    biting.update(lease_until=None, lease_epoch=F("lease_epoch") + 1)


def _keep_lease(channel: Channel) -> None:
    mine = Channel.objects.filter(pk=channel.pk, lease_epoch=channel.lease_epoch)
    if mine.update(lease_until=Now() + HELD) != 1:
        raise LeaseLost(f"channel {channel.name} was taken over by another worker")


def _close_run(run: Run, *, error_kind: str, error: str) -> None:
    run.finished_at = timezone.now()
    run.error_kind, run.error = error_kind, error
    run.save()


def _reschedule(channel: Channel, run: Run, error: SourceError | None, *, least: float) -> None:
    """Set the next pull: in `least` seconds where this one went well, else as the error says."""
    mine = Channel.objects.filter(pk=channel.pk, lease_epoch=channel.lease_epoch)
    late = (run.started_at - channel.next_pull_at).total_seconds()
    changes: dict[str, Any] = {"lease_until": None, "late_seconds": max(0.0, late)}
    if error is None:
        wait = least
        changes |= {"failures": 0, "error": "", "error_kind": "", "last_success_at": Now()}
    else:
        wait = wait_after(error, channel.failures)
        changes |= {
            "failures": channel.failures + (0 if isinstance(error, Resting) else 1),
            "error": str(error),
            "error_kind": kind_of(error),
        }
        if isinstance(error, Refused):
            mine.filter(state=State.ACTIVE).update(state=State.REFUSED)
        log.warning("pull_error", channel=channel.name, kind=kind_of(error), why=str(error))
    changes["next_pull_at"] = Now() + timedelta(seconds=wait)
    mine.update(**changes)


def wait_after(
    error: SourceError, failures: int, jitter: Callable[[], float] = random.random
) -> float:
    """Seconds until the next try: as the platform says, else doubling, with jitter."""
    backoff = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2.0 ** min(failures, 10))
    waited = backoff * (0.75 + 0.5 * jitter())
    if isinstance(error, Throttled) and error.retry_at is not None:
        asked = (error.retry_at - datetime.now(error.retry_at.tzinfo)).total_seconds()
        return min(LONGEST_WAIT, max(1.0, asked))
    return waited


def pull_all(channel_ids: Iterable[int]) -> list[Run]:
    """Pull these channels one after another -> the runs of those that were due and free."""
    return [run for channel_id in channel_ids if (run := pull_channel(channel_id))]
