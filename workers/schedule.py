"""The one table of times. Every entry is harmless when two beats ring it at once."""

from typing import Any

SECOND = 1.0


def _every(seconds: float, task: str) -> dict[str, Any]:
    # A bell that nobody heard in time is worth nothing: the next one says the same.
    return {"task": task, "schedule": seconds, "options": {"expires": max(10.0, 3 * seconds)}}


SCHEDULE: dict[str, dict[str, Any]] = {
    "pull what is due": _every(1 * SECOND, "workers.tasks.pull_due"),
    "send what is due": _every(1 * SECOND, "workers.tasks.send_due"),
    "read what was delivered": _every(1 * SECOND, "workers.tasks.read_deliveries"),
    "sort what waits": _every(1 * SECOND, "workers.tasks.sort"),
    "fill what came before": _every(2 * SECOND, "workers.tasks.backfill_due"),
    "check what was asked for": _every(2 * SECOND, "workers.tasks.check_asked"),
    "watch the channels": _every(60 * SECOND, "workers.tasks.watch"),
    "ask when keys end": _every(300 * SECOND, "workers.tasks.ask_expiries"),
    "re-sort what was asked for": _every(2 * SECOND, "workers.tasks.resort"),
    "clock what has changed": _every(1 * SECOND, "workers.tasks.clock"),
    "index what has changed": _every(1 * SECOND, "workers.tasks.index"),
    "tend the desks": _every(5 * SECOND, "workers.tasks.tend_desks"),
    "learn what was asked for": _every(2 * SECOND, "workers.tasks.learn_due"),
    "put models in use": _every(2 * SECOND, "workers.tasks.switch_models"),
    "look at the models": _every(60 * SECOND, "workers.tasks.mirror"),
    "judge in the shadow": _every(5 * SECOND, "workers.tasks.shadow"),
    "look for drift": _every(3600 * SECOND, "workers.tasks.look_for_drift"),
    "look at what comes in": _every(3600 * SECOND, "workers.tasks.look_at_input"),
    "show that we live": _every(5 * SECOND, "workers.tasks.pulse"),
    "tidy the desks": _every(3600 * SECOND, "workers.tasks.tidy_desks"),
    "forget old runs": _every(3600 * SECOND, "workers.tasks.forget_old_runs"),
    "forget old shadows": _every(3600 * SECOND, "workers.tasks.forget_shadows"),
    "forget old deliveries": _every(3600 * SECOND, "workers.tasks.forget_old_deliveries"),
}

PULL, SEND, SORT, BACKFILL, LEARN = "pull", "send", "sort", "backfill", "learn"
TASK_QUEUES: dict[str, dict[str, str]] = {
    "workers.tasks.pull": {"queue": PULL},
    "workers.tasks.pull_next": {"queue": PULL},
    "workers.tasks.pull_due": {"queue": PULL},
    "workers.tasks.check_asked": {"queue": PULL},
    "workers.tasks.ask_expiries": {"queue": PULL},
    "workers.tasks.backfill_due": {"queue": PULL},
    # A queue of its own, so that earlier posts never stand before live ones.
    "workers.tasks.backfill": {"queue": BACKFILL},
    "workers.tasks.learn_due": {"queue": PULL},
    # A training takes minutes, and nothing else is to wait for it.
    "workers.tasks.learn": {"queue": LEARN},
    # Where the classifier is loaded anyway.
    "workers.tasks.switch_models": {"queue": SORT},
    "workers.tasks.mirror": {"queue": SORT},
    "workers.tasks.shadow": {"queue": SORT},
    "workers.tasks.look_for_drift": {"queue": SORT},
    "workers.tasks.look_at_input": {"queue": SORT},
    # Apart from pulls and batches, which can take a while: somebody waits for this.
    "workers.tasks.send": {"queue": SEND},
    "workers.tasks.send_due": {"queue": SEND},
    # Short work between two batches of sorting; pulls can take a minute.
    "workers.tasks.read_deliveries": {"queue": SORT},
    "workers.tasks.sort": {"queue": SORT},
    "workers.tasks.watch": {"queue": SORT},
    "workers.tasks.tend_desks": {"queue": SORT},
    "workers.tasks.resort": {"queue": SORT},
    "workers.tasks.clock": {"queue": SORT},
    "workers.tasks.index": {"queue": SORT},
    "workers.tasks.tidy_desks": {"queue": SORT},
    "workers.tasks.pulse": {"queue": SORT},
    "workers.tasks.forget_old_runs": {"queue": SORT},
    "workers.tasks.forget_shadows": {"queue": SORT},
    "workers.tasks.forget_old_deliveries": {"queue": SORT},
}
