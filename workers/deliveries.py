"""Reading deliveries: what webhooks brought -> posts, through the same intake as a pull.

The rows are the queue. The posts are stored in the transaction that marks their deliveries read.
A batch that cannot be read is read one by one; a delivery that fails five times becomes a dead
letter. Reading one twice changes nothing, whatever came in between. What a delivery only names is
asked for outside of any transaction, and the delivery waits until the platform has told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from triage.bulk import DATABASE_AWAY
from triage.posts import FIELD_LIMIT, PostRejected, clean
from triage.tables import Channel, DeadLetter, Delivery, PostRow
from triage.walk.intake import store
from workers.addressees import own_share
from workers.channels.base import Delivered, Rejected, Source, SourceError, Throttled
from workers.pulling import open_source

log = structlog.get_logger()

State = Delivery.State
AT_ONCE = 100
MAX_ATTEMPTS = 5
FIRST_RETRY = timedelta(seconds=10)
LATER = timedelta(seconds=60)
OVERTAKEN = timedelta(minutes=15)
"""How long the end of a post that we do not have yet is tried again."""
LOOKUPS = 3
"""Deliveries with something to ask the platform for that are taken at once: each is a slow call."""
PULLS_APART = timedelta(seconds=20)
KEPT = timedelta(days=7)
"""How long a delivery that was read is known by its digest; no platform sends one again later."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One delivery and what it told."""

    row: Delivery
    told: Delivered
    stray: str = ""


def read_waiting() -> int:
    """Read up to `AT_ONCE` deliveries of each channel -> how many were taken.

    Safe in any number of processes. Those of a paused channel wait until it is resumed.
    """
    waiting = _due().values_list("channel_id", flat=True).distinct()
    return sum(map(_read_channel, Channel.objects.filter(pk__in=list(waiting))))


def read_all() -> None:
    """Read until nothing is due."""
    while read_waiting():
        pass


def forget_read() -> None:
    """Delete the deliveries that nobody asks for any more."""
    done = Delivery.objects.exclude(state=State.NEW)
    done.filter(received_at__lt=timezone.now() - KEPT).delete()


def _due() -> QuerySet[Delivery]:
    ready = Q(retry_at=None) | Q(retry_at__lte=timezone.now())
    read = (Channel.State.ACTIVE, Channel.State.REFUSED)
    return Delivery.objects.filter(ready, state=State.NEW, channel__state__in=read)


def _read_channel(channel: Channel) -> int:
    mine = _due().filter(channel=channel)
    try:
        source = open_source(channel)
    except SourceError as refused:
        log.warning("deliveries_wait", channel=channel.name, why=str(refused))
        Delivery.objects.filter(pk__in=list(mine.values_list("pk", flat=True))).update(
            retry_at=timezone.now() + LATER
        )
        return 0
    try:
        return _read(source, channel, mine.order_by("id")[:AT_ONCE])
    except DATABASE_AWAY:
        raise  # the database is away or busy, which is not the fault of any delivery
    except Exception:
        log.exception("deliveries_failed", channel=channel.name)
        ids = list(mine.order_by("id").values_list("pk", flat=True)[:AT_ONCE])
        return _read_one_by_one(source, channel, ids)


def _read_one_by_one(source: Source, channel: Channel, ids: Sequence[int]) -> int:
    for pk in ids:
        try:
            _read(source, channel, _due().filter(pk=pk))
        except DATABASE_AWAY:
            raise
        except Exception as error:
            _note_failure(pk, error)
    return len(ids)


def _read(source: Source, channel: Channel, query: QuerySet[Delivery]) -> int:
    with transaction.atomic():
        rows = list(query.select_for_update(skip_locked=True, of=("self",), no_key=True))
        taken = [_taken(source, channel, row) for row in rows]
        store(
            channel,
            [post for each in taken for post in each.told.posts],
            rejected=[(r.reason, r.raw) for each in taken for r in each.told.rejected],
        )
        naming = [each for each in taken if each.told.lookups]
        asked, left = naming[:LOOKUPS], {each.row.pk for each in naming[LOOKUPS:]}
        later = _came_early(channel, taken) | {each.row.pk for each in asked}
        done = [row.pk for row in rows if row.pk not in later | left]
        Delivery.objects.filter(pk__in=done).update(state=State.READ, error="", retry_at=None)
        Delivery.objects.filter(pk__in=later).update(retry_at=timezone.now() + LATER)
        _note_strays(channel, taken)
        if any(each.told.pull for each in taken):
            _pull_soon(channel)
    for each in asked:
        if not _look_up(source, channel, each):
            break
    return len(rows)


def _taken(source: Source, channel: Channel, row: Delivery) -> Taken:
    share = own_share(channel, row)
    try:
        told = source.read_delivery(share.body.encode(), row.headers)
    except PostRejected as error:
        told = Delivered(rejected=(Rejected(str(error), _raw(row)),))
    return Taken(row, told, share.stray)


def _note_strays(channel: Channel, taken: Sequence[Taken]) -> None:
    for each in taken:
        if each.stray:
            log.warning("delivery_stray", channel=channel.name, why=each.stray)
            Delivery.objects.filter(pk=each.row.pk).update(error=each.stray)


def _look_up(source: Source, channel: Channel, each: Taken) -> bool:
    """Ask for what a delivery only names, and store it -> whether the platform answered.

    It is asked for again until it does.
    """
    mine = Delivery.objects.filter(pk=each.row.pk, state=State.NEW)
    try:
        found = source.look_up(each.told.lookups)
    except SourceError as error:
        log.warning("lookup_failed", channel=channel.name, why=str(error))
        told = error.retry_at if isinstance(error, Throttled) else None
        mine.update(error=str(error), retry_at=told or timezone.now() + LATER)
        return False
    with transaction.atomic():
        if mine.update(state=State.READ, error=each.stray, retry_at=None) == 1:
            aside = [(rejected.reason, rejected.raw) for rejected in found.rejected]
            store(channel, found.posts, rejected=aside)
    return True


def _came_early(channel: Channel, taken: Sequence[Taken]) -> set[int]:
    """Those that tell of the end of a post whose beginning may still be on its way."""
    oldest = timezone.now() - OVERTAKEN
    ends = {
        post.id: each.row.pk
        for each in taken
        if each.row.received_at > oldest
        for post in each.told.posts
        if post.deleted
    }
    if not ends:
        return set()
    known = PostRow.objects.filter(channel=channel, external_id__in=ends)
    return {ends[key] for key in ends.keys() - set(known.values_list("external_id", flat=True))}


def _pull_soon(channel: Channel) -> None:
    """Have what a delivery left out pulled, soon but not with each, unless pulling has failed."""
    now = timezone.now()
    soon = max(now, (channel.last_success_at or now - PULLS_APART) + PULLS_APART)
    fine = Channel.objects.filter(pk=channel.pk, state=Channel.State.ACTIVE, failures=0)
    fine.filter(next_pull_at__gt=soon).update(next_pull_at=soon)


def _note_failure(pk: int, error: Exception) -> None:
    # Only the name: the text may repeat what somebody wrote, or a key.
    reason = f"the delivery could not be read ({type(error).__name__}; see the log)"
    log.error("delivery_failed", delivery=pk, why=type(error).__name__)
    with transaction.atomic():
        mine = Delivery.objects.filter(pk=pk, state=State.NEW)
        mine.update(attempts=F("attempts") + 1, error=reason)
        row = mine.first()
        if row is None:
            return
        if row.attempts < MAX_ATTEMPTS:
            mine.update(retry_at=timezone.now() + FIRST_RETRY * 2 ** (row.attempts - 1))
            return
        mine.update(state=State.DEAD)
        DeadLetter.objects.get_or_create(
            channel_id=row.channel_id,
            digest=row.digest,
            defaults={"reason": reason, "raw": _raw(row)},
        )


def _raw(row: Delivery) -> dict[str, str]:
    return {"body": clean(row.body, limit=8 * FIELD_LIMIT)[0], **row.headers}
