"""Sending: what people want done on the platforms, done there once.

The outbox row is written before the platform is called (`uncertain`) and settled by its answer.
What was uncertain is looked for on the platform before it is sent again, so a worker that dies
between the answer and our commit doubles nothing. A worker that stalls beyond its lease cannot
settle any more: the fencing number has grown.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from triage.back.composing import rules_of
from triage.bulk import DATABASE_AWAY
from triage.tables import Channel, Outgoing
from triage.vocabulary import Act
from triage.watch.budgets import MILLION, cost_this_month, spend
from workers.channels.base import (
    NotSent,
    Refused,
    Sending,
    Sent,
    Source,
    SourceError,
    Throttled,
    Unreachable,
)
from workers.channels.metering import charge, metered
from workers.pulling import fault_of, kind_of, open_source
from workers.settling import (
    LeaseGone,
    give_up,
    hand_back,
    note_leaving,
    note_sent,
    postpone,
    refuse_channel,
)
from workers.spending import CAP

log = structlog.get_logger()

State = Outgoing.State
ON_ITS_WAY = (State.WAITING, State.SENDING)
LEASE = timedelta(seconds=150)
"""Longer than a task may take (`task_time_limit`), so that only a stalled worker outlives it."""
TURN_SECONDS = 20.0
"""How long a channel goes on with one act after another before others get their turn."""
SENDS_AT_ONCE = 2
"""In one process; where there are more threads than that, they stay free for other work."""
MAX_ATTEMPTS = 8
FIRST_BACKOFF = 10.0
LONGEST_BACKOFF = 900.0
KEYS_LAST = timedelta(minutes=50)
"""Platforms forget keys: Mastodon after an hour."""
LOOK = "Not confirmed. Check on the platform whether it was sent before you send it again."

_room = threading.BoundedSemaphore(SENDS_AT_ONCE)


def channels_to_send() -> list[int]:
    """The channels for which something is due, the longest due first."""
    rows = _due().order_by("due_at").values_list("channel_id", flat=True)
    return list(dict.fromkeys(rows))


def send_channel(channel_id: int) -> Counter[str]:
    """Carry out what is due on a channel, one act after another -> how many ended in which state.

    Safe in any number of processes: one at a time has the channel's acts.
    """
    done: Counter[str] = Counter()
    ends = time.monotonic() + TURN_SECONDS
    if not _room.acquire(blocking=False):
        return done  # it stays due, and the schedule rings for it again
    try:
        while time.monotonic() < ends and (row := _claim(channel_id)):
            done[_carry_out(row)] += 1
    finally:
        _room.release()
    return done


def send_all() -> Counter[tuple[str, str]]:
    """Carry out all that is due now -> how many ended in which state, by channel name."""
    done: Counter[tuple[str, str]] = Counter()
    for channel in Channel.objects.filter(pk__in=channels_to_send()).order_by("name"):
        while counted := send_channel(channel.pk):
            for state, count in counted.items():
                done[channel.name, state] += count
    return done


def free_sending() -> None:
    """Let all that was being sent be taken up at once, for a process that knows it is alone."""
    held = Outgoing.objects.filter(state=State.SENDING)
    held.update(lease_until=Now(), lease_epoch=F("lease_epoch") + 1)


def _due() -> QuerySet[Outgoing]:
    """What may be carried out now: after what else is on its way for the same item."""
    earlier = Outgoing.objects.filter(
        item=OuterRef("item"), pk__lt=OuterRef("pk"), state__in=ON_ITS_WAY
    )
    waiting = Q(~Exists(earlier), state=State.WAITING, due_at__lte=timezone.now())
    left_behind = Q(state=State.SENDING, lease_until__lte=Now())
    busy = Outgoing.objects.filter(
        channel=OuterRef("channel"), state=State.SENDING, lease_until__gt=Now()
    )
    paused = Q(channel__state=Channel.State.PAUSED)
    return Outgoing.objects.filter(
        waiting | left_behind, ~Exists(busy), ~paused, state__in=ON_ITS_WAY
    )


def _claim(channel_id: int) -> Outgoing | None:
    """Take the next act of a channel; None where none is due, or another worker is at it."""
    due = _due().filter(channel=channel_id)
    # What was left behind goes first (`sending` sorts before `waiting`), then what failed least, so
    # that one that cannot be sent holds up no other for long.
    first = due.order_by("state", "attempts", "id").values_list("pk", "lease_epoch").first()
    if first is None:
        return None
    pk, epoch = first
    free = Outgoing.objects.filter(pk=pk, lease_epoch=epoch, state__in=ON_ITS_WAY)
    try:
        with transaction.atomic():
            taken = free.update(
                state=State.SENDING,
                lease_until=Now() + LEASE,
                lease_epoch=F("lease_epoch") + 1,
                attempts=F("attempts") + 1,
            )
    except IntegrityError:  # `one_sender_a_channel`
        return None
    if taken != 1:
        return None
    return Outgoing.objects.select_related("channel", "item", "post", "user").get(pk=pk)


def _carry_out(row: Outgoing) -> str:
    """Carry out one act -> the state it ended in."""
    try:
        sent = _counted(row)
        note_sent(row, sent)
        return State.SENT
    except LeaseGone as gone:
        log.warning("sending_overtaken", why=str(gone))
        return "overtaken"
    except DATABASE_AWAY:
        hand_back(row)
        raise  # which is no fault of the act
    except SourceError as failure:
        error = failure
    except Exception as bug:
        log.exception("sending_failed", channel=row.channel.name)
        error = fault_of(bug)
    log.warning("not_sent", channel=row.channel.name, kind=kind_of(error), why=str(error))
    try:
        return _after(row, error)
    except LeaseGone as gone:
        log.warning("sending_overtaken", why=str(gone))
        return "overtaken"


def _counted(row: Outgoing) -> Sent:
    """Send, and write down what the platform counts and charges for it."""
    with metered() as meter:
        try:
            return _send(row)
        finally:
            spend(
                row.channel,
                calls=meter.calls,
                posts=meter.posts,
                microdollars=meter.microdollars,
                at=timezone.now(),
            )


def _send(row: Outgoing) -> Sent:
    if row.attempts > MAX_ATTEMPTS:  # whoever sends it dies of it
        raise Unreachable("Every try ended without an answer.")
    source = _source(row)
    sending = _sending(row)
    if row.uncertain and row.act == Act.REPLY and not _knows_key(source, row):
        found = source.find_sent(sending)
        if found is not None:
            return found
    price = rules_of(row.channel).price.of(row.text) if row.act == Act.REPLY else 0
    _check_cap(row.channel, source, price)
    note_leaving(row, lease=LEASE)
    try:
        sent = source.send(sending)
    except (Throttled, Refused, NotSent):
        row.uncertain = False  # the platform answered, and has not done it
        raise
    charge(microdollars=price)
    return sent


def _knows_key(source: Source, row: Outgoing) -> bool:
    """Whether the platform still takes this key for the one of the earlier try."""
    return source.idempotent and row.created_at > timezone.now() - KEYS_LAST


def _check_cap(channel: Channel, source: Source, price: int) -> None:
    """Raise NotSent where this would cost more than the account may still cost this month."""
    cap = source.config.get(CAP)
    if not cap or not price:
        return
    spent = cost_this_month(channel, now=timezone.now())
    if spent + price > float(cap) * MILLION:
        raise NotSent(
            f"this reply costs ${price / MILLION:.3f}, and of this month's ${float(cap):.2f} "
            f"${spent / MILLION:.2f} are spent; somebody can raise {CAP} of {channel.name}"
        )


def _source(row: Outgoing) -> Source:
    channel = row.channel
    if channel.state == Channel.State.REFUSED:
        raise Refused(channel.error)
    if channel.state == Channel.State.REMOVED:
        raise Refused(f"{channel.name} is not watched any more.")
    return open_source(channel)


def _sending(row: Outgoing) -> Sending:
    return Sending(
        act=Act(row.act),
        key=row.key,
        post=row.post.external_id,
        conversation=row.post.conversation,
        author=row.post.author,
        asked_at=row.created_at,
        text=row.text,
    )


def _after(row: Outgoing, error: SourceError) -> str:
    """What an error means for the act -> its state."""
    why = str(error)
    if isinstance(error, NotSent):
        give_up(row, State.REFUSED, why=why)
        return State.REFUSED
    if isinstance(error, Refused):
        refuse_channel(row.channel, why=why)
    elif row.attempts < MAX_ATTEMPTS:
        postpone(row, until=_again_at(error, row.attempts, now=timezone.now()), why=why)
        return State.WAITING
    unknown = row.uncertain and row.act == Act.REPLY
    state = State.UNKNOWN if unknown else State.FAILED
    give_up(row, state, why=f"{why} {LOOK}" if unknown else why)
    return state


def _again_at(
    error: SourceError,
    attempts: int,
    *,
    now: datetime,
    jitter: Callable[[], float] = random.random,
) -> datetime:
    """When to try again: as the platform says, else doubling, with jitter."""
    if isinstance(error, Throttled) and error.retry_at is not None:
        return max(error.retry_at, now + timedelta(seconds=1))
    backoff = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2.0 ** min(attempts - 1, 10))
    return now + timedelta(seconds=backoff * (0.75 + 0.5 * jitter()))
