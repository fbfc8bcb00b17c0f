"""Checking a channel: whether it works now, and when its key ends. The answer stays in the row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db.models import Q
from django.utils import timezone

from triage.tables import Channel
from triage.watch.channels import set_state
from workers.channels import KINDS, source_class
from workers.channels.base import Source, SourceError
from workers.pulling import fault_of, kind_of, open_source
from workers.spending import spending

log = structlog.get_logger()

State = Channel.State
EXPIRY_EVERY = timedelta(days=1)
AT_ONCE = 5


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check came to. `error` is the kind of failure, "" where it works."""

    ok: bool
    error: str
    said: str
    resumed: bool = False


def check_channel(channel: Channel) -> Checked:
    """Call the API of a channel and write down what it said; one that works is resumed."""
    said, error = asked(channel)
    mine = Channel.objects.filter(pk=channel.pk)
    mine.update(checked_at=timezone.now(), check_ok=error is None, check_said=said)
    resumed = error is None and channel.state == State.REFUSED
    if resumed:
        set_state(channel, State.ACTIVE)
    return Checked(error is None, kind_of(error), said, resumed)


def asked(
    channel: Channel, given: Mapping[str, str] | None = None
) -> tuple[str, SourceError | None]:
    """What a call to the API says, with `given` in the place of these secrets, and the error."""
    try:
        source = open_source(channel, given=given)
        if given:  # values that are only tried are not this channel's account
            return source.check(), None
        with spending(channel, source, share=1.0):
            said = source.check()
            _note_expiry(channel, source)
        return said, None
    except SourceError as failure:
        return str(failure), failure
    except Exception as bug:
        log.exception("check_failed", channel=channel.name)
        fault = fault_of(bug)
        return str(fault), fault


def check_asked() -> int:
    """Check the channels for which somebody asked -> how many."""
    wanted = Channel.objects.exclude(check_asked_at=None).filter(source__in=KINDS)
    done = 0
    for channel in wanted.exclude(state=State.REMOVED)[:AT_ONCE]:
        mine = Channel.objects.filter(pk=channel.pk, check_asked_at=channel.check_asked_at)
        # Whoever wins this update checks; a worker that dies in it leaves words, not a lock.
        if mine.update(check_asked_at=None, check_ok=None, check_said="A worker checks it."):
            check_channel(channel)
            done += 1
    return done


def ask_expiries() -> None:
    """Ask when the keys end whose turn it is, once a day for each channel."""
    now = timezone.now()
    turn = Q(expiry_asked_at=None) | Q(expiry_asked_at__lt=now - EXPIRY_EVERY)
    due = Channel.objects.filter(turn, source__in=_expiring_kinds())
    for channel in due.exclude(state=State.REMOVED).order_by("expiry_asked_at")[:AT_ONCE]:
        mine = Channel.objects.filter(turn, pk=channel.pk)
        if not mine.update(expiry_asked_at=now):
            continue
        try:
            source = open_source(channel)
            with spending(channel, source, share=1.0):
                _note_expiry(channel, source)
        except SourceError as failure:
            # The next pull tells people; this only tells of the end.
            log.warning("expiry_not_told", channel=channel.name, why=str(failure))


def _note_expiry(channel: Channel, source: Source) -> None:
    """An answer that does not tell leaves what was known."""
    ends: datetime | None = source.expires()
    mine = Channel.objects.filter(pk=channel.pk)
    mine.update(expiry_asked_at=timezone.now(), **({"expires_at": ends} if ends else {}))


def _expiring_kinds() -> list[str]:
    """The kinds in use whose platform tells when a key ends."""
    used = set(Channel.objects.exclude(state=State.REMOVED).values_list("source", flat=True))
    return [kind for kind in sorted(used & KINDS.keys()) if _tells(kind)]


def _tells(kind: str) -> bool:
    try:
        return source_class(kind).expires is not Source.expires
    except ImportError:
        return False
