"""Streaming: the standing lines of the channels that want one, each held by one process.

What comes is stored as a delivery, raw, and read like one. A line that breaks is opened again,
later each time; what was missed meanwhile is pulled. A thread a line: there are few of them.
"""

import hashlib
import random
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from django.db import DatabaseError, close_old_connections, connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from triage.tables import Channel, PostRow, Stream
from triage.walk.deliveries import keep_raw
from workers.channels.base import Cursor, SourceError
from workers.channels.lines import Arrival, Line
from workers.pulling import fault_of, open_source

log = structlog.get_logger()

LEASE = timedelta(seconds=30)
LOOK_SECONDS = 2.0
MOST_LINES = 50
"""In one process; further ones are left to others."""
SAVE_SECONDS = 5.0
HEALTHY_SECONDS = 60.0
"""A line that held so long starts over with the shortest wait when it breaks."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 300.0


class LineLost(Exception):
    """Another process holds this line by now, or nobody wants it any more."""


def wanted_channels() -> list[Channel]:
    """The channels that are to be heard."""
    active = Channel.objects.filter(state=Channel.State.ACTIVE, settings__stream="yes")
    return list(active.order_by("pk"))


def take(channel: Channel) -> Stream | None:
    """Take a channel's line, if it is free and its wait is over; else None."""
    Stream.objects.get_or_create(channel=channel)
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    rested = Q(retry_at=None) | Q(retry_at__lte=Now())
    mine = Stream.objects.filter(free, rested, channel=channel)
    changes = {"lease_until": Now() + LEASE, "lease_epoch": F("lease_epoch") + 1}
    if mine.update(**changes, connected_at=None) != 1:
        return None
    return Stream.objects.get(channel=channel)


def keep(stream: Stream) -> bool:
    """Hold a line that is ours for another while -> whether it is still ours."""
    return _mine(stream).update(lease_until=Now() + LEASE) == 1


def give_back(stream: Stream, error: str, *, wait: float) -> None:
    """Leave a line to whoever comes first once the wait is over."""
    changes: dict[str, Any] = {"lease_until": None, "connected_at": None, "error": error}
    changes["retry_at"] = Now() + timedelta(seconds=wait) if wait else None
    _mine(stream).update(**changes)


def free_lines() -> None:
    """Let every line be taken at once, for a process that knows that it is the only one."""
    held = Stream.objects.exclude(lease_until=None)
    held.update(lease_until=None, lease_epoch=F("lease_epoch") + 1)


def wait_after(failures: int, chance: Callable[[], float] = random.random) -> float:
    """Seconds until a line is opened again: doubling, between half and the whole of it."""
    return float(min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(failures, 10)) * (0.5 + chance() / 2))


class Hearing:
    """One line of this process from its opening to its end; `start` gives it a thread."""

    def __init__(self, channel: Channel, stream: Stream) -> None:
        self.channel, self.stream = channel, stream
        self._line: Line | None = None
        self._ended = False
        self._opened_at: float | None = None
        self._saved_at = 0.0
        name = f"line {channel.pk}"
        self.thread = threading.Thread(target=self._run_in_thread, name=name, daemon=True)

    def start(self) -> None:
        """Listen in a thread."""
        self.thread.start()

    def run(self) -> None:
        """Listen until the line ends, and leave the row to whoever comes next."""
        try:
            error = self._listen()
        except DatabaseError as away:
            log.warning("line_without_database", why=type(away).__name__)
            error = "The database was away."
            connection.close()
        self._close(error)

    def end(self) -> None:
        """Have it end soon."""
        self._ended = True
        if self._line is not None:
            self._line.cut()

    def opened(self) -> None:
        """Note that the line is open, and have pulled what was missed while it was not."""
        self._check()
        self._opened_at = time.monotonic()
        _mine(self.stream).update(connected_at=Now(), error="")
        fine = Channel.objects.filter(pk=self.channel.pk, state=Channel.State.ACTIVE, failures=0)
        fine.filter(next_pull_at__gt=Now()).update(next_pull_at=Now())
        log.info("line_opened", channel=self.channel.name)

    def heard(self, arrival: Arrival) -> None:
        """Keep what came in. It is committed then, and known by its digest if it comes again."""
        self._check()
        if arrival.gone is not None and not self._has(arrival.gone):
            return
        digest = hashlib.sha256(f"stream\n{arrival.key}".encode("utf-8", "replace")).hexdigest()
        headers = {"x-triage-line": self.channel.source}
        if keep_raw(self.channel, digest=digest, body=arrival.body, headers=headers):
            _mine(self.stream).update(heard=F("heard") + 1)

    def passed(self, cursor: Cursor) -> None:
        """Remember now and then how far the line was heard."""
        self._check()
        if cursor and time.monotonic() - self._saved_at < SAVE_SECONDS:
            self.stream.cursor = cursor
            return
        self._saved_at = time.monotonic()
        self.stream.cursor = cursor
        if _mine(self.stream).update(cursor=cursor) != 1:
            raise LineLost

    def _run_in_thread(self) -> None:
        try:
            self.run()
        except DatabaseError:
            pass  # the lease runs out by itself
        finally:
            connection.close()

    def _listen(self) -> str:
        """Listen until the line ends -> why it did, "" where nobody is to blame."""
        try:
            self._line = open_source(self.channel).line()
            if self._line is not None and not self._ended:
                self._line.listen(self.stream.cursor, self)
        except SourceError as failure:
            return str(failure)
        except LineLost:
            return ""
        except DatabaseError:
            raise
        except Exception as bug:
            log.exception("line_failed", channel=self.channel.name)
            return str(fault_of(bug))
        return "" if self._ended else "The platform ended the line."

    def _close(self, error: str) -> None:
        held = time.monotonic() - self._opened_at if self._opened_at is not None else 0.0
        healthy = self._ended or held >= HEALTHY_SECONDS
        failures = 0 if healthy else self.stream.failures + 1
        if error:
            log.warning("line_ended", channel=self.channel.name, why=error, failures=failures)
        _mine(self.stream).update(failures=failures, cursor=self.stream.cursor)
        give_back(self.stream, error, wait=0.0 if self._ended else wait_after(failures))

    def _has(self, external_id: str) -> bool:
        return PostRow.objects.filter(channel=self.channel, external_id=external_id).exists()

    def _check(self) -> None:
        if self._ended:
            raise LineLost


def _mine(stream: Stream) -> QuerySet[Stream]:
    return Stream.objects.filter(pk=stream.pk, lease_epoch=stream.lease_epoch)


class Streamer:
    """All lines of this process. `run` goes on until `stop` is called from another thread."""

    def __init__(self) -> None:
        self.hearings: dict[int, Hearing] = {}
        self._stopping = threading.Event()

    def run(self) -> None:
        """Open, hold and give up lines as the table says, every few seconds."""
        try:
            while not self._stopping.is_set():
                close_old_connections()
                try:
                    self.look()
                except DatabaseError as error:
                    log.warning("streamer_without_database", why=type(error).__name__)
                self._stopping.wait(LOOK_SECONDS)
        finally:
            for hearing in self.hearings.values():
                hearing.end()
            for hearing in self.hearings.values():
                hearing.thread.join(2.0)
            connection.close()

    def stop(self) -> None:
        """Have `run` end soon."""
        self._stopping.set()

    def look(self) -> None:
        """One look at the table: let go what ended or is not ours, take what is free."""
        wanted = {channel.pk: channel for channel in wanted_channels()}
        for pk, hearing in list(self.hearings.items()):
            if not hearing.thread.is_alive():
                del self.hearings[pk]
            elif _changed(hearing.channel, wanted.get(pk)) or not keep(hearing.stream):
                hearing.end()
        for pk, channel in wanted.items():
            if pk not in self.hearings and len(self.hearings) < MOST_LINES:
                stream = take(channel)
                if stream is not None:
                    self.hearings[pk] = Hearing(channel, stream)
                    self.hearings[pk].start()


def _changed(heard: Channel, now: Channel | None) -> bool:
    """Whether a line stands on settings that hold no more."""
    return now is None or (heard.settings, heard.secret_names) != (now.settings, now.secret_names)
