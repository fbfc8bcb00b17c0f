"""The whole pipeline on one screen. Each task is idempotent, and its loss is repaired by the
schedule, which rings it again."""

from datetime import timedelta
from threading import Lock

from django.utils import timezone

from triage.desk.assigning import assign_waiting
from triage.desk.claims import return_lapsed
from triage.desk.presence import forget_looks
from triage.desk.snoozing import wake_due
from triage.desk.undoing import forget_deeds
from triage.finding.indexing import index_new
from triage.tables import Run
from triage.times.clocking import clock_changed
from triage.tuning.resorting import resort_asked
from triage.tuning.shadows import forget_old_shadows
from triage.tuning.timetable import ask_if_time
from triage.tuning.trainings import ask_if_taught, due_training
from triage.walk.sorting import sort_waiting
from triage.watch.alerts import watch_channels
from triage.watch.health import beat
from workers import backfilling, checking
from workers.app import app
from workers.bells import ring
from workers.deliveries import forget_read, read_waiting
from workers.pulling import due_channels, pull_channel, pull_longest_due
from workers.sending import channels_to_send, send_channel
from workers.watchdog import memory_mb

BELLS = 100
TRAINING_SECONDS = 1800
RUNS_KEPT = timedelta(days=30)
_sorting = Lock()
_reading = Lock()


@app.task(name="workers.tasks.pull_due")
def pull_due() -> None:
    """Ring for the channels whose time has come, those that have waited longest first.

    Each pull rings for the next one, so that a long row of them needs no more bells than this.
    """
    for channel_id in due_channels()[:BELLS]:
        ring(pull, channel_id, expires=30)


@app.task(name="workers.tasks.pull")
def pull(channel_id: int) -> None:
    """Pull one channel, if nobody else does, and ring for the sorting of what is new."""
    _ring_after(pull_channel(channel_id))


@app.task(name="workers.tasks.pull_next")
def pull_next() -> None:
    """Pull the channel that has been due for longest, where one is due and nobody is at it."""
    _ring_after(pull_longest_due())


def _ring_after(run: Run | None) -> None:
    """A pull makes room for the next one at once, and its posts can be sorted."""
    if run is not None:
        ring(pull_next, expires=10)
    if run and (run.new or run.changed):
        ring(sort, expires=10)


@app.task(name="workers.tasks.backfill_due")
def backfill_due() -> None:
    """Ring once for each backfill whose next bite is due."""
    for backfill_id in backfilling.due_backfills():
        ring(backfill, backfill_id, expires=30)


@app.task(name="workers.tasks.backfill")
def backfill(backfill_id: int) -> None:
    """Bring in one page of earlier posts, if nobody else does."""
    backfilling.take_bite(backfill_id)


@app.task(name="workers.tasks.check_asked")
def check_asked() -> None:
    """Check the channels for which somebody pressed the button."""
    checking.check_asked()


@app.task(name="workers.tasks.ask_expiries")
def ask_expiries() -> None:
    """Ask the platforms when keys end, once a day for each channel."""
    checking.ask_expiries()


@app.task(name="workers.tasks.watch")
def watch() -> None:
    """Raise and clear the alerts of the channels."""
    watch_channels(now=timezone.now())


@app.task(name="workers.tasks.send_due")
def send_due() -> None:
    """Ring once for each channel where something that people want done is due."""
    for channel_id in channels_to_send():
        ring(send, channel_id, expires=10)


@app.task(name="workers.tasks.send")
def send(channel_id: int) -> None:
    """Carry out what is due on one channel, if nobody else does."""
    send_channel(channel_id)


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
    beat("sort", f"{memory_mb():.0f} MiB")
    if done.placed:
        ring(sort, expires=10)


@app.task(name="workers.tasks.resort")
def resort() -> None:
    """Go on with a re-sorting that somebody asked for; where more is left, ring for the next."""
    if resort_asked():
        ring(resort, expires=10)


@app.task(name="workers.tasks.pulse")
def pulse() -> None:
    """Leave a sign that schedule, broker and worker are in touch."""
    beat("schedule")


@app.task(name="workers.tasks.tend_desks")
def tend_desks() -> None:
    """Bring back what nobody is at any more and what has rested, and give it to who has room."""
    return_lapsed()
    wake_due()
    assign_waiting()


@app.task(name="workers.tasks.clock")
def clock() -> None:
    """Bring the response times of items that have changed up to date."""
    if clock_changed():
        ring(clock, expires=10)


@app.task(name="workers.tasks.index")
def index() -> None:
    """Let the search know posts and notes that are new or have changed."""
    if index_new():
        ring(index, expires=10)


@app.task(name="workers.tasks.learn_due")
def learn_due() -> None:
    """Ask for a training where enough was taught or it is time, and ring for what waits."""
    ask_if_taught()
    ask_if_time(now=timezone.now())
    if training_id := due_training():
        ring(learn, training_id, expires=10)


# Longer than the app's limits, which are made for pulls and batches.
@app.task(
    name="workers.tasks.learn",
    time_limit=TRAINING_SECONDS,
    soft_time_limit=TRAINING_SECONDS - 60,
)
def learn(training_id: int) -> None:
    """Train, compare, and promote or refuse, if nobody else does."""
    from triage.tuning.retraining import (
        train_asked,
    )  # scikit-learn, which the workers for pulls do without

    train_asked(training_id)


@app.task(name="workers.tasks.switch_models")
def switch_models() -> None:
    """Put the models in use that people asked for."""
    from triage.tuning.shelf import carry_out_switches

    carry_out_switches()


@app.task(name="workers.tasks.shadow")
def shadow() -> None:
    """Judge one batch by the model in the shadow; where more waits, ring for the next."""
    from triage.tuning.shadowing import judge_in_shadow

    if judge_in_shadow():
        ring(shadow, expires=10)


@app.task(name="workers.tasks.mirror")
def mirror() -> None:
    """Let the pages know which models are stored and which is in use."""
    from triage.tuning.shelf import mirror_models

    mirror_models()


@app.task(name="workers.tasks.look_for_drift")
def look_for_drift() -> None:
    """Compare what the model says of each channel's posts with what it used to say."""
    from triage.tuning.drift import measure_drift

    measure_drift(now=timezone.now())


@app.task(name="workers.tasks.look_at_input")
def look_at_input() -> None:
    """Compare what people write in one channel with earlier weeks, and ring for the next one."""
    from triage.tuning import incoming

    if incoming.look_at_input(now=timezone.now()):
        ring(look_at_input, expires=60)


@app.task(name="workers.tasks.tidy_desks")
def tidy_desks() -> None:
    """Delete who looked at what, and what can be undone no more."""
    forget_looks()
    forget_deeds()


@app.task(name="workers.tasks.forget_old_runs")
def forget_old_runs() -> None:
    """Delete the runs that nobody looks at any more."""
    Run.objects.filter(started_at__lt=timezone.now() - RUNS_KEPT).delete()


@app.task(name="workers.tasks.forget_shadows")
def forget_shadows() -> None:
    """Delete what models in the shadow said long ago; where more is left, ring for the next."""
    if forget_old_shadows(now=timezone.now()):
        ring(forget_shadows, expires=60)


@app.task(name="workers.tasks.forget_old_deliveries")
def forget_old_deliveries() -> None:
    """Delete the webhook deliveries that were read long ago."""
    forget_read()
