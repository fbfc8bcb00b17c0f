"""Trainings: somebody asks, or enough was taught; the row is the queue and its lease the lock.

Nothing here knows the classifier, so that pages can import it; `triage.tuning.retraining` does
the work.
"""

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q, Subquery
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from triage.staff.audit import COMMAND, note
from triage.tables import Lesson, Training, User

State = Training.State
Cause = Training.Cause
LEASE = timedelta(minutes=10)
"""Longer than the longest step of a training takes; every step renews it."""
OF_PEOPLE = (Cause.BUTTON, Cause.COMMAND)
"""What the audit log tells of; the other trainings ask for themselves."""
CUT_OFF = "It was cut off before it was done. Ask for it again."


class TrainingLost(Exception):
    """Another worker has taken this training over, so this one must not write any more."""


def ask_training(*, cause: Cause, user: User | None = None) -> Training | None:
    """Have a worker train -> the row; None where one is waiting already."""
    return _insert(Training(cause=cause, user=user, newest_lesson=newest_lesson()))


def ask_if_taught() -> Training | None:
    """Ask for a training if enough was taught since the last one -> the row; None if not."""
    wanted = settings.ENVIRONMENT.train_after
    if not wanted or Training.objects.filter(finished_at=None).exists():
        return None
    return ask_training(cause=Cause.LESSONS) if new_lessons() >= wanted else None


def new_lessons() -> int:
    """How many labels of an intent came since the last training began."""
    last = Training.objects.order_by("-id").values("newest_lesson")[:1]
    later = Lesson.objects.filter(id__gt=Coalesce(Subquery(last), 0))
    return later.exclude(intent="").count()


def newest_lesson() -> int:
    """The id of the newest lesson, 0 before the first."""
    return Lesson.objects.order_by("-id").values_list("id", flat=True).first() or 0


def due_training() -> int | None:
    """The training that a worker should take now: one that waits, or whose worker has died."""
    close_cut_off()
    if Training.objects.filter(state=State.RUNNING, lease_until__gte=Now()).exists():
        return None
    due = Training.objects.filter(finished_at=None)
    return due.order_by("id").values_list("id", flat=True).first()


def take_training(training_id: int) -> Training | None:
    """Take the lease of a training that is due -> its row; None where somebody else has it."""
    due = Q(state=State.WAITING) | Q(state=State.RUNNING, lease_until__lt=Now())
    try:
        with transaction.atomic():
            taken = Training.objects.filter(due, pk=training_id).update(
                state=State.RUNNING,
                started_at=Now(),
                lease_until=Now() + LEASE,
                lease_epoch=F("lease_epoch") + 1,
                newest_lesson=newest_lesson(),
                log=[],
            )
    except IntegrityError:  # another one runs
        return None
    return Training.objects.get(pk=training_id) if taken == 1 else None


def begin_training(*, user: User | None = None) -> Training | None:
    """A training that this process does itself -> its row; None where one is running."""
    close_cut_off()
    now = timezone.now()
    row = Training(
        cause=Cause.COMMAND,
        state=State.RUNNING,
        user=user,
        newest_lesson=newest_lesson(),
        started_at=now,
        lease_until=now + LEASE,
    )
    return _insert(row)


def tell_step(row: Training, sentence: str) -> None:
    """Note the present step and renew the lease. Raises TrainingLost."""
    row.log = [*row.log, sentence]
    _write(row, log=row.log, lease_until=Now() + LEASE)


def finish_training(row: Training, **outcome: object) -> None:
    """Write down what came of it. Raises TrainingLost, and changes nothing."""
    _write(row, finished_at=Now(), lease_until=None, **outcome)


def close_cut_off() -> None:
    """Call the trainings failed whose command was ended: no worker has the files it read."""
    dead = Training.objects.filter(cause=Cause.COMMAND, state=State.RUNNING, lease_until__lt=Now())
    dead.update(state=State.FAILED, finished_at=Now(), lease_until=None, said=CUT_OFF)


def free_trainings() -> None:
    """Let a training whose process has ended be taken up at once; for when none can be running."""
    Training.objects.filter(state=State.RUNNING).update(lease_until=timezone.now() - LEASE)


def _write(row: Training, **changes: object) -> None:
    mine = Training.objects.filter(
        pk=row.pk, lease_epoch=row.lease_epoch, state=State.RUNNING, finished_at=None
    )
    if mine.update(**changes) != 1:
        raise TrainingLost(f"training {row.pk} was taken over")


def _insert(row: Training) -> Training | None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            if row.cause in OF_PEOPLE:
                note("training_asked", by=row.user or COMMAND, target=f"training {row.pk}")
    except IntegrityError:
        return None
    return row
