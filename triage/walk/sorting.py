"""Sorting: unsorted posts -> verdicts -> moves, in batches, one transaction a batch.

The rows are the queue. A batch that cannot be sorted is sorted post by post, so that one bad post
never holds up the others; a post that fails five times becomes a dead letter.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from triage.bulk import DATABASE_AWAY
from triage.posts import clean
from triage.tables import DeadLetter, PostRow
from triage.tuning.campaigns import tie
from triage.tuning.policies import policy_in_force
from triage.tuning.policy import Rulebook
from triage.walk.judging import judge_rows
from triage.walk.placing import place

log = structlog.get_logger()

State = PostRow.State
MAX_ATTEMPTS = 5
FIRST_RETRY = timedelta(seconds=10)
LIVE_FIRST = ("backfilled", "id")
"""What a backfill brings waits behind everything that has just been written."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """What one batch came to."""

    taken: int = 0
    placed: int = 0
    failed: int = 0


def sort_waiting(*, limit: int | None = None) -> Sorted:
    """Sort one batch of waiting posts. Safe to call from any number of processes at once."""
    batch = limit or settings.ENVIRONMENT.sort_batch
    policy = policy_in_force()  # read here: a policy that cannot be read is not a post's fault
    try:
        return _sort(_waiting().order_by(*LIVE_FIRST)[:batch], policy)
    except DATABASE_AWAY:
        raise  # the database is away or busy, which is not the fault of any post
    except Exception:
        log.exception("batch_failed")
        return _sort_one_by_one(batch, policy)


def sort_all() -> int:
    """Sort until nothing waits -> how many posts were placed."""
    total = 0
    while (done := sort_waiting()).taken:
        total += done.placed
    return total


def waiting_count() -> int:
    """How many posts wait to be sorted, those that wait for another try included."""
    return PostRow.objects.filter(state=State.NEW).count()


def _waiting() -> QuerySet[PostRow]:
    due = Q(retry_at=None) | Q(retry_at__lte=timezone.now())
    return PostRow.objects.filter(due, state=State.NEW)


def _sort(query: QuerySet[PostRow], policy: Rulebook) -> Sorted:
    with _rows_locked_while_judging():
        rows = list(
            query.defer("raw").select_for_update(skip_locked=True, of=("self",), no_key=True)
        )
        if not rows:
            return Sorted()
        judgements = judge_rows(rows, parent_texts(rows))
        with transaction.atomic():
            placed = place(rows, judgements, policy)
            tie(rows)
    return Sorted(len(rows), placed, 0)


def _rows_locked_while_judging() -> AbstractContextManager[object]:
    """Where the database locks rows, lock the batch, so that other workers take other posts.

    SQLite locks the whole file instead, so there the lock is taken only for writing, and what was
    judged twice by two processes is written once: `place` looks at each post's state again.
    """
    return transaction.atomic() if connection.features.has_select_for_update else nullcontext()


def parent_texts(rows: Sequence[PostRow]) -> dict[int, str]:
    """What each post answers, where the platform sent only an id and we have the post."""
    asking = [row for row in rows if row.in_reply_to and not row.parent_text]
    if not asking:
        return {}
    known = {
        (channel, key): text
        for channel, key, text in PostRow.objects.filter(
            channel__in={row.channel_id for row in asking},
            external_id__in={row.in_reply_to for row in asking},
        ).values_list("channel_id", "external_id", "text")
    }
    return {row.pk: known.get((row.channel_id, row.in_reply_to), "") for row in asking}


def _sort_one_by_one(batch: int, policy: Rulebook) -> Sorted:
    ids = list(_waiting().order_by(*LIVE_FIRST).values_list("id", flat=True)[:batch])
    placed = failed = 0
    for post_id in ids:
        try:
            placed += _sort(PostRow.objects.filter(pk=post_id, state=State.NEW), policy).placed
        except DATABASE_AWAY:
            raise
        except Exception as error:
            _note_failure(post_id, error)
            failed += 1
    return Sorted(len(ids), placed, failed)


def _note_failure(post_id: int, error: Exception) -> None:
    reason = clean(f"{type(error).__name__}: {error}", limit=500)[0]
    log.error("post_failed", post=post_id, why=reason)
    with transaction.atomic():
        row = PostRow.objects.select_for_update().get(pk=post_id)
        row.attempts += 1
        row.error = reason
        row.retry_at = timezone.now() + FIRST_RETRY * 2 ** (row.attempts - 1)
        if row.attempts >= MAX_ATTEMPTS:
            row.state = State.DEAD
            DeadLetter.objects.update_or_create(
                channel_id=row.channel_id,
                digest=f"post-{row.pk}-{row.version}",
                defaults={
                    "post": row,
                    "reason": reason,
                    "raw": row.raw,
                    "at": timezone.now(),
                    "replayed_at": None,
                },
            )
        row.save(update_fields=["attempts", "error", "retry_at", "state"])
