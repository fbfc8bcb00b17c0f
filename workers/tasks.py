"""The whole pipeline on one screen. Each task is idempotent, and its loss is repaired by the
schedule, which rings it again."""

from datetime import timedelta
from threading import Lock

from django.utils import timezone

from triage.health import beat
from triage.sorting import sort_waiting
from triage.tables import Run
from workers.app import app
from workers.bells import ring
from workers.deliveries import forget_read, read_waiting
from workers.pulling import due_channels, pull_channel

RUNS_KEPT = timedelta(days=30)
_sorting = Lock()
_reading = Lock()


@app.task(name="workers.tasks.pull_due")
def pull_due() -> None:
    """Ring once for each channel whose time has come."""
    for channel_id in due_channels():
        ring(pull, channel_id, expires=30)


@app.task(name="workers.tasks.pull")
def pull(channel_id: int) -> None:
    """Pull one channel, if nobody else does, and ring for the sorting of what is new."""
    run = pull_channel(channel_id)
    if run and (run.new or run.changed):
        ring(sort, expires=10)


@app.task(name="workers.tasks.read_deliveries")
def read_deliveries() -> None:
    """Read what webhooks brought, and ring for its sorting. One thread a process does this."""
    if not _reading.acquire(blocking=False):
        return
    try:
        taken = read_waiting()
    finally:
        _reading.release()
    if taken:
        ring(sort, expires=10)
        ring(read_deliveries, expires=10)


@app.task(name="workers.tasks.sort")
def sort() -> None:
    """Sort one batch; where more waits, ring for the next. One thread a process does this."""
    if not _sorting.acquire(blocking=False):
        return
    try:
        done = sort_waiting()
    finally:
        _sorting.release()
    beat("sort")
    if done.placed:
        ring(sort, expires=10)


@app.task(name="workers.tasks.pulse")
def pulse() -> None:
    """Leave a sign that schedule, broker and worker are in touch."""
    beat("schedule")


@app.task(name="workers.tasks.forget_old_runs")
def forget_old_runs() -> None:
    """Delete the runs that nobody looks at any more."""
    Run.objects.filter(started_at__lt=timezone.now() - RUNS_KEPT).delete()


@app.task(name="workers.tasks.forget_old_deliveries")
def forget_old_deliveries() -> None:
    """Delete the webhook deliveries that were read long ago."""
    forget_read()
