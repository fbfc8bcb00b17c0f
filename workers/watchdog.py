"""The watchdog of a worker process: it watches progress, not whether the process answers.

A Celery worker can stay alive and never consume again after a broker restart, and a solo worker
has no time limits. So a thread looks at what was done; when there is work and nothing is done, or
memory has outgrown its limit, it ends the process and the supervisor (compose, systemd) starts a
new one. What was in flight is in the database and is taken up again.
"""

import os
import resource
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis
import structlog
from celery.signals import worker_ready
from celery.worker import state
from django.conf import settings

log = structlog.get_logger()

LOOK_EVERY = 2.0
EXIT_STALLED = 70


@dataclass(slots=True)
class Progress:
    """Whether a worker gets on with its work.

    Stalled means: messages waited for `patience` seconds while the number of finished tasks stayed
    the same.
    """

    patience: float
    done: int = -1
    since: float = 0.0

    def stalled(self, *, now: float, done: int, backlog: int) -> bool:
        """Note one look at the worker -> whether it has stalled."""
        if done != self.done or backlog == 0:
            self.done, self.since = done, now
        return now - self.since > self.patience


@worker_ready.connect
def watch(sender: Any = None, **_: Any) -> None:
    """Start watching when a worker of the scaled form is up. The embedded form watches itself."""
    if settings.ENVIRONMENT.embedded:
        return
    queues = [queue.name for queue in sender.task_consumer.queues]
    broker = redis.Redis.from_url(
        settings.ENVIRONMENT.broker_url, socket_timeout=3, socket_connect_timeout=2
    )
    threading.Thread(
        target=_look_forever,
        args=(lambda: sum(_length(broker, queue) for queue in queues),),
        name="watchdog",
        daemon=True,
    ).start()


def _length(broker: "redis.Redis", queue: str) -> int:
    return int(broker.llen(queue))


def _look_forever(backlog: Callable[[], int]) -> None:
    progress = Progress(patience=settings.ENVIRONMENT.progress_seconds)
    while True:
        time.sleep(LOOK_EVERY)
        try:
            waiting = backlog()
        except redis.RedisError:
            waiting = 0  # without a broker nobody can get on; that is not this worker's fault
        done = sum(state.total_count.values())
        if progress.stalled(now=time.monotonic(), done=done, backlog=waiting):
            log.error("worker_stalled", backlog=waiting, seconds=progress.patience)
            os._exit(EXIT_STALLED)
        if memory_mb() > settings.ENVIRONMENT.memory_limit_mb:
            log.error("worker_too_large", mb=memory_mb())
            os._exit(EXIT_STALLED)


def memory_mb() -> float:
    """Resident memory of this process in MiB (its peak where the system does not say the rest)."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 2**20
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
