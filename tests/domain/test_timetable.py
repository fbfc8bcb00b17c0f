"""The timetable: once a week a training is asked for by the clock, if anything was taught."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings

from tests.domain import making
from triage.tables import Lesson, Training
from triage.tuning.policies import adopt_file
from triage.tuning.timetable import ask_if_time, following, next_training

BERLIN = ZoneInfo("Europe/Berlin")
SUNDAY = datetime(2026, 3, 8, 3, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def sunday_at_three(settings: Settings) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, train_at=(6, 180))


def teach(at: datetime, *, intent: str = "lead") -> None:
    row = making.lesson(intent=intent)
    Lesson.objects.filter(pk=row.pk).update(at=at)


def trained(at: datetime) -> None:
    row = ask_if_time(now=at)
    assert row is not None
    Training.objects.update(asked_at=at, finished_at=at, state=Training.State.REFUSED)


@pytest.mark.parametrize(
    ("moment", "wanted"),
    [
        (datetime(2026, 3, 4, 12, tzinfo=UTC), datetime(2026, 3, 8, 3, tzinfo=BERLIN)),
        (datetime(2026, 3, 8, 1, 59, tzinfo=UTC), datetime(2026, 3, 8, 3, tzinfo=BERLIN)),
        (datetime(2026, 3, 8, 2, tzinfo=UTC), datetime(2026, 3, 15, 3, tzinfo=BERLIN)),
        # The night in which the clocks go forward: the same hour of the wall, an hour sooner.
        (datetime(2026, 3, 23, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ],
)
def test_the_next_time_is_by_the_clock_on_the_wall(moment: datetime, wanted: datetime) -> None:
    assert following(moment, 6, 180, BERLIN) == wanted


@pytest.mark.django_db
def test_what_was_taught_in_the_week_is_learnt_once_at_its_hour() -> None:
    teach(SUNDAY - DAY)
    assert ask_if_time(now=SUNDAY - timedelta(minutes=1)) is None
    row = ask_if_time(now=SUNDAY)
    assert row is not None
    assert row.cause == Training.Cause.SCHEDULE
    assert ask_if_time(now=SUNDAY) is None, "it waits already"
    Training.objects.update(asked_at=SUNDAY, finished_at=SUNDAY, state=Training.State.REFUSED)
    teach(SUNDAY + HOUR)
    assert ask_if_time(now=SUNDAY + 6 * DAY) is None, "its hour has not come"
    assert ask_if_time(now=SUNDAY + 7 * DAY) is not None


@pytest.mark.django_db
def test_a_worker_that_was_off_asks_when_it_is_back() -> None:
    teach(SUNDAY - DAY)
    assert ask_if_time(now=SUNDAY + 3 * DAY) is not None


@pytest.mark.django_db
def test_without_new_lessons_of_an_intent_nothing_is_asked_for() -> None:
    assert ask_if_time(now=SUNDAY) is None
    teach(SUNDAY - DAY, intent="")
    assert ask_if_time(now=SUNDAY) is None
    teach(SUNDAY - DAY)
    trained(SUNDAY)
    assert ask_if_time(now=SUNDAY + 7 * DAY) is None


@pytest.mark.django_db
def test_the_hour_is_that_of_the_zone_in_which_the_teams_work(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('[hours]\ntimezone = "Europe/Berlin"\n', encoding="utf-8")
    adopt_file(file)
    assert next_training(now=SUNDAY - DAY) == SUNDAY - HOUR


@pytest.mark.django_db
def test_with_the_setting_at_never_nothing_is_asked_for(settings: Settings) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, train_at=None)
    teach(SUNDAY - DAY)
    assert next_training(now=SUNDAY) is None
    assert ask_if_time(now=SUNDAY) is None
