"""The one table of times. Every entry is harmless when two beats ring it at once."""

from typing import Any

SECOND = 1.0


def _every(seconds: float, task: str) -> dict[str, Any]:
    # A bell that nobody heard in time is worth nothing: the next one says the same.
    return {"task": task, "schedule": seconds, "options": {"expires": max(10.0, 3 * seconds)}}


SCHEDULE: dict[str, dict[str, Any]] = {
    "pull what is due": _every(1 * SECOND, "workers.tasks.pull_due"),
    "read what was delivered": _every(1 * SECOND, "workers.tasks.read_deliveries"),
    "sort what waits": _every(1 * SECOND, "workers.tasks.sort"),
    "show that we live": _every(5 * SECOND, "workers.tasks.pulse"),
    "forget old runs": _every(3600 * SECOND, "workers.tasks.forget_old_runs"),
    "forget old deliveries": _every(3600 * SECOND, "workers.tasks.forget_old_deliveries"),
}

PULL, SORT = "pull", "sort"
TASK_QUEUES: dict[str, dict[str, str]] = {
    "workers.tasks.pull": {"queue": PULL},
    "workers.tasks.pull_due": {"queue": PULL},
    # Short work between two batches of sorting; pulls can take a minute.
    "workers.tasks.read_deliveries": {"queue": SORT},
    "workers.tasks.sort": {"queue": SORT},
    "workers.tasks.pulse": {"queue": SORT},
    "workers.tasks.forget_old_runs": {"queue": SORT},
    "workers.tasks.forget_old_deliveries": {"queue": SORT},
}
