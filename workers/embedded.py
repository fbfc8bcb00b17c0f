"""The embedded product: web, worker and beat as threads of one process, under one supervisor.

The tasks, the schedule and the way they are sent are those of the scaled form; only the broker is
in memory. The main thread watches for progress and replaces a part that stands still.
"""

import fcntl
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

import structlog
from celery import beat
from celery.worker import WorkController
from django.db import close_old_connections
from waitress import create_server

from triage.tuning.trainings import free_trainings
from triage.watch.health import seconds_since
from workers.app import app
from workers.pulling import PULLS_AT_ONCE, free_leases
from workers.schedule import BACKFILL, LEARN, PULL, SEND, SORT
from workers.sending import SENDS_AT_ONCE, free_sending
from workers.streaming import Streamer, free_lines

log = structlog.get_logger()

LOOK_EVERY = 1.0
STOP_SECONDS = 5.0
WEB_THREADS = 24
"""So many deliveries of webhooks can share a commit."""


class AlreadyRunning(Exception):
    """Another process serves this database already."""


class Part:
    """One thread of the product that can be started, stopped and replaced."""

    def __init__(
        self, name: str, make: Callable[[], tuple[Callable[[], None], Callable[[], None]]]
    ):
        self.name = name
        self._make = make
        self.started = 0.0
        self.start()

    def start(self) -> None:
        """Start it, or start a new one in place of one that has ended or hangs."""
        run, self._stop = self._make()
        self.started = time.monotonic()
        self.thread = threading.Thread(target=self._guarded(run), name=self.name, daemon=True)
        self.thread.start()

    def stop(self) -> bool:
        """Ask it to end and wait a moment for it -> whether it has; what hangs is left behind."""
        deadline = time.monotonic() + STOP_SECONDS
        # In a thread, because a pool waits for everything in it: a platform can take a minute.
        asking = threading.Thread(target=self._ask, name=f"stop {self.name}", daemon=True)
        asking.start()
        for thread in (asking, self.thread):
            thread.join(max(0.0, deadline - time.monotonic()))
        return not (asking.is_alive() or self.thread.is_alive())

    def _ask(self) -> None:
        with suppress(Exception):
            self._stop()

    def _guarded(self, run: Callable[[], None]) -> Callable[[], None]:
        def guarded() -> None:
            try:
                run()
            except (SystemExit, KeyboardInterrupt):
                pass  # how Celery says that a worker was asked to stop
            except BaseException:
                log.exception("part_failed", part=self.name)

        return guarded


def serve(*, host: str, port: int, home: Path, patience: float, ready: Callable[[], None]) -> bool:
    """Run the product until SIGINT or SIGTERM -> whether every part of it has ended since.

    Raises AlreadyRunning, or OSError for the port.
    """
    with _OnlyOne(home / "triage.lock"):
        free_leases()
        free_sending()
        free_lines()
        free_trainings()
        server = create_server(
            _application(), host=host, port=port, threads=WEB_THREADS, ident="triage"
        )
        stopping = threading.Event()
        _on_signals(stopping)
        parts = [
            Part("web", lambda: (server.run, server.close)),
            Part("worker", _worker),
            Part("beat", _beat),
            Part("stream", _stream),
        ]
        ready()
        try:
            _supervise(parts, stopping, patience)
        finally:
            ended = [part.stop() for part in reversed(parts)]
    return all(ended)


def _application() -> object:
    from config.wsgi import application

    return application


def _worker() -> tuple[Callable[[], None], Callable[[], None]]:
    worker = WorkController(
        app=app,
        pool_cls="threads",
        # Three more than pulls and sends may take, one for a backfill, one for a training and one
        # for sorting, so that slow platforms never hold that up.
        concurrency=PULLS_AT_ONCE + SENDS_AT_ONCE + 3,
        queues=[PULL, SEND, SORT, BACKFILL, LEARN],
        hostname="embedded@localhost",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    return worker.start, worker.stop


def _beat() -> tuple[Callable[[], None], Callable[[], None]]:
    # The default scheduler would keep a file in the working directory; there is nothing to keep.
    service = beat.Service(app, max_interval=0.5, scheduler_cls=beat.Scheduler)
    return service.start, service.stop


def _stream() -> tuple[Callable[[], None], Callable[[], None]]:
    streamer = Streamer()
    return streamer.run, streamer.stop


def _supervise(parts: list[Part], stopping: threading.Event, patience: float) -> None:
    while not stopping.wait(LOOK_EVERY):
        for part in parts:
            if not part.thread.is_alive():
                log.error("part_ended", part=part.name)
                part.start()
        _replace_if_stalled(parts, patience)


def _replace_if_stalled(parts: list[Part], patience: float) -> None:
    """Replace worker and beat when the schedule's sign of life has been missing for too long."""
    close_old_connections()
    moving = [part for part in parts if part.name in ("worker", "beat")]
    youngest = time.monotonic() - max(part.started for part in moving)
    quiet = seconds_since("schedule")
    if youngest > patience and (quiet is None or quiet > patience):
        log.error("no_progress", seconds=quiet)
        for part in moving:
            part.stop()
            part.start()


def _on_signals(stopping: threading.Event) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        if stopping.is_set():
            os._exit(130)  # asked twice: do not wait for anything
        stopping.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)


class _OnlyOne:
    """Hold a file lock for as long as the product runs; the system frees it when we die."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        self.file = self.path.open("a+")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"another process serves {self.path.parent} already") from None

    def __exit__(self, *_: object) -> None:
        self.file.close()
