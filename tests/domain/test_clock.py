"""The clock: lunch breaks, holidays, nights and the days on which the clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from triage.times.clock import ALWAYS, Hours, due, worked

BERLIN = ZoneInfo("Europe/Berlin")
NINE, NOON, ONE, HALF_PAST_FIVE = 540, 720, 780, 1050
SHIFTS = ((NINE, NOON), (ONE, HALF_PAST_FIVE))
OFFICE = Hours(BERLIN, (SHIFTS,) * 5 + ((), ()), frozenset({date(2026, 12, 25)}))
NIGHTS = Hours(BERLIN, (((0, 360), (1320, 1440)),) * 7)


def berlin(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        (berlin(23, 9), berlin(23, 10), 60),
        (berlin(23, 11, 30), berlin(23, 13, 30), 60),  # over lunch
        (berlin(23, 17), berlin(24, 9, 30), 60),  # over night
        (berlin(27, 17), berlin(30, 9, 30), 60),  # Friday to Monday
        (berlin(21, 10), berlin(22, 20), 0),  # a weekend
        (berlin(23, 12), berlin(23, 13), 0),  # lunch
        (berlin(24, 17, month=12), berlin(28, 9, 30, month=12), 60),  # over Christmas
        (berlin(23, 10), berlin(23, 9), 0),  # the wrong way round
    ],
)
def test_only_business_time_counts(start: datetime, end: datetime, minutes: int) -> None:
    assert worked(OFFICE, start, end) == timedelta(minutes=minutes)
    assert worked(OFFICE, start.astimezone(UTC), end.astimezone(UTC)) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        (berlin(23, 11, 30), 60, berlin(23, 13, 30)),
        (berlin(23, 11), 60, berlin(23, 12)),  # due when lunch begins, not when it ends
        (berlin(27, 17), 60, berlin(30, 9, 30)),
        (berlin(21, 3), 450, berlin(23, 17, 30)),
        (berlin(24, 17, month=12), 60, berlin(28, 9, 30, month=12)),
    ],
)
def test_what_is_due_falls_into_business_hours(
    start: datetime, minutes: int, end: datetime
) -> None:
    assert due(OFFICE, start, timedelta(minutes=minutes)) == end.astimezone(UTC)


@pytest.mark.parametrize("start", [berlin(21, 4), berlin(23, 10), berlin(27, 17, 29)])
@pytest.mark.parametrize("minutes", [1, 59, 450, 5000])
def test_due_and_worked_are_each_other_s_inverse(start: datetime, minutes: int) -> None:
    end = due(OFFICE, start, timedelta(minutes=minutes))
    assert end is not None
    assert worked(OFFICE, start, end) == timedelta(minutes=minutes)


def test_a_night_in_which_the_clocks_go_back_is_an_hour_longer() -> None:
    evening = berlin(24, 22, month=10)
    assert worked(NIGHTS, evening, berlin(25, 6, month=10)) == timedelta(hours=9)
    assert worked(NIGHTS, evening, berlin(25, 6, month=10)) > worked(
        NIGHTS, berlin(23, 22, month=10), berlin(24, 6, month=10)
    )


def test_a_night_in_which_the_clocks_go_forward_is_an_hour_shorter() -> None:
    night = worked(NIGHTS, berlin(28, 22, month=3), berlin(29, 6, month=3))
    assert night == timedelta(hours=7)


def test_around_the_clock_every_minute_counts() -> None:
    start, end = berlin(24, 12, month=10), berlin(26, 12, month=10)
    assert worked(ALWAYS, start, end) == timedelta(hours=49)
    assert due(ALWAYS, start, timedelta(hours=49)) == end


def test_what_falls_beyond_a_year_has_no_due_time() -> None:
    seldom = Hours(BERLIN, (((NINE, NINE + 1),),) + ((),) * 6)
    assert due(seldom, berlin(23, 9), timedelta(hours=2)) is None
