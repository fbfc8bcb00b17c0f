"""Timetable: the hour of the week at which a training is asked for by itself.

What is due is read from the rows, so a worker that was off at that hour asks when it is back, and
any number of them ask once.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from triage.tables import Lesson, Training
from triage.tuning.policies import policy_in_force
from triage.tuning.trainings import ask_training

WEEK = timedelta(days=7)


def ask_if_time(*, now: datetime) -> Training | None:
    """Ask for the training of this week -> the row; None where it is not due.

    It is due from its hour on if anything was taught before that hour and after the last training
    began.
    """
    slot = _last(now)
    if slot is None or Training.objects.filter(finished_at=None).exists():
        return None
    newest = Training.objects.order_by("-id").first()
    if newest is not None and newest.asked_at >= slot:
        return None
    taught = Lesson.objects.filter(at__lt=slot, id__gt=newest.newest_lesson if newest else 0)
    if not taught.exclude(intent="").exists():
        return None
    return ask_training(cause=Training.Cause.SCHEDULE)


def next_training(*, now: datetime) -> datetime | None:
    """When the clock next asks for a training, in the zone of the policy's hours; None: never."""
    zone = policy_in_force().hours.zone
    at = settings.ENVIRONMENT.train_at
    return following(now, *at, zone) if at else None


def following(moment: datetime, weekday: int, minutes: int, zone: ZoneInfo) -> datetime:
    """The first such time of a week after an aware moment."""
    local = moment.astimezone(zone)
    day = local.date() + timedelta(days=(weekday - local.weekday()) % 7)
    hour = time(minutes // 60, minutes % 60)
    first = datetime.combine(day, hour, zone)
    return first if first > moment else datetime.combine(day + WEEK, hour, zone)


def _last(now: datetime) -> datetime | None:
    """The latest such time up to now."""
    upcoming = next_training(now=now)
    if upcoming is None:
        return None
    return datetime.combine(upcoming.date() - WEEK, upcoming.timetz())
