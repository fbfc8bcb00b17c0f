"""Holding a channel's lease while its platform takes its time.

The lease is short, so that a channel is free again soon after its worker was killed; a heartbeat
keeps it alive for one that works. The heartbeat stops by itself after the longest pull there may
be, and a worker that is stopped beats no more: then another takes over, and the fencing number
keeps the first one from writing.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from django.db import DatabaseError, connection
from django.db.models.functions import Now

from triage.tables import Channel

log = structlog.get_logger()

HELD = timedelta(seconds=30)
"""How long a lease holds after its last heartbeat."""
BEAT_SECONDS = 5.0
LONGEST_SECONDS = 120.0
"""A pull that takes longer than this is given up, whatever it does."""


@contextmanager
def held(channel: Channel) -> Iterator[None]:
    """Keep the lease of a channel alive while the block runs."""
    ended = threading.Event()
    threading.Thread(
        target=_beat, args=(channel.pk, channel.lease_epoch, ended), name="lease", daemon=True
    ).start()
    try:
        yield
    finally:
        ended.set()


def _beat(channel_id: int, epoch: int, ended: threading.Event) -> None:
    until = time.monotonic() + LONGEST_SECONDS
    try:
        while not ended.wait(BEAT_SECONDS) and time.monotonic() < until:
            if not _kept(channel_id, epoch):
                return
    finally:
        connection.close()


def _kept(channel_id: int, epoch: int) -> bool:
    # A lease that was handed back stays so, though this comes a moment later.
    mine = Channel.objects.filter(pk=channel_id, lease_epoch=epoch).exclude(lease_until=None)
    try:
        return mine.update(lease_until=Now() + HELD) == 1
    except DatabaseError as error:
        log.warning("heartbeat_missed", channel=channel_id, why=type(error).__name__)
        connection.close()
        return True  # the next one may get through in time
