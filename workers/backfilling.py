"""Backfilling: earlier posts of a channel, newest first, in small bites beside the live pulls.

A bite is one page. Page and cursor are stored in one transaction under a lease with a fencing
number, so that a kill repeats a page and skips none; what live pulls have brought is known by its
id. Bites have a queue of their own, and wait while half of the account's limit is used.
"""

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from triage.bulk import DATABASE_AWAY
from triage.tables import Backfill, Channel
from triage.walk.intake import LeaseLost, store
from triage.watch.budgets import BACKFILL
from workers.channels.base import Page, Refused, SourceError
from workers.pulling import fault_of, open_source, wait_after
from workers.spending import Resting, spending

log = structlog.get_logger()

State = Backfill.State
LEASE = timedelta(seconds=120)
BETWEEN_BITES = timedelta(seconds=5)
LIVE_FOR = timedelta(days=1)
"""Posts younger than this count as live, though a backfill brought them first."""

_room = threading.BoundedSemaphore(1)


def due_backfills() -> list[int]:
    """The backfills whose next bite is due, the longest due first."""
    return list(_due().order_by("next_bite_at").values_list("pk", flat=True))


def take_bite(backfill_id: int) -> bool:
    """Fetch and store one page of a backfill, if it is due and free -> whether it was."""
    if not _room.acquire(blocking=False):
        return False  # it stays due, and the schedule rings for it again
    try:
        row = _lease(backfill_id)
        if row is None:
            return False
        _bite(row)
        return True
    finally:
        _room.release()


def _due() -> QuerySet[Backfill]:
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    due = Backfill.objects.filter(free, state=State.RUNNING, next_bite_at__lte=Now())
    return due.filter(channel__state=Channel.State.ACTIVE)


def _lease(backfill_id: int) -> Backfill | None:
    # Not `_due`: an UPDATE cannot look at another table's columns on both databases alike.
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    taken = Backfill.objects.filter(
        free, pk=backfill_id, state=State.RUNNING, next_bite_at__lte=Now()
    )
    if taken.update(lease_until=Now() + LEASE, lease_epoch=F("lease_epoch") + 1) != 1:
        return None
    return Backfill.objects.select_related("channel").get(pk=backfill_id)


def _bite(row: Backfill) -> None:
    try:
        source = open_source(row.channel)
        with spending(row.channel, source, share=BACKFILL):
            page = source.fetch_back(row.cursor, row.until)
        _store(row, page)
    except LeaseLost as lost:
        log.warning("lease_lost", channel=row.channel.name, why=str(lost))
    except DATABASE_AWAY:
        raise  # the lease runs out by itself
    except SourceError as error:
        _put_off(row, error)
    except Exception as bug:
        log.exception("backfill_failed", channel=row.channel.name)
        _put_off(row, fault_of(bug))


def _store(row: Backfill, page: Page) -> None:
    asked = [post for post in page.posts if not post.created_at or post.created_at >= row.until]
    circles = page.more and page.cursor == row.cursor
    done = not page.more or circles
    with transaction.atomic():
        stored = store(
            row.channel,
            [replace(post, deleted=False) for post in asked],
            rejected=[(record.reason, record.raw) for record in page.rejected],
            backfilled_before=timezone.now() - LIVE_FOR,
        )
        changes: dict[str, Any] = {
            "cursor": page.cursor,
            "reached": _reached(row, asked),
            "seen": F("seen") + stored.seen,
            "new": F("new") + stored.new,
            "failures": 0,
            "error": "",
            "lease_until": None,
            "next_bite_at": Now() + BETWEEN_BITES,
        }
        if done:
            changes |= {"state": State.DONE, "finished_at": Now()}
        mine = Backfill.objects.filter(pk=row.pk, lease_epoch=row.lease_epoch)
        if mine.update(**changes) != 1:
            raise LeaseLost(f"the backfill of {row.channel.name} was taken over")


def _reached(row: Backfill, posts: list[Any]) -> datetime | None:
    times = [post.created_at for post in posts if post.created_at]
    return min([*times, *([row.reached] if row.reached else [])], default=None)


def _put_off(row: Backfill, error: SourceError) -> None:
    """Later, as the platform says or doubling; a refusal stops it until the channel is resumed."""
    resting = isinstance(error, Resting)
    changes: dict[str, Any] = {
        "lease_until": None,
        "error": str(error),
        "failures": F("failures") + (0 if resting else 1),
        "next_bite_at": Now() + timedelta(seconds=wait_after(error, row.failures)),
    }
    if isinstance(error, Refused):
        changes["state"] = State.STOPPED
    if not resting:
        log.warning("backfill_error", channel=row.channel.name, why=str(error))
    Backfill.objects.filter(pk=row.pk, lease_epoch=row.lease_epoch).update(**changes)
