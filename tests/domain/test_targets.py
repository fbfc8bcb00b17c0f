"""Hours and targets: parts of the policy, read as a whole or refused with the key that is wrong."""

from datetime import date, timedelta

import pytest

from triage.times.clock import ALWAYS
from triage.tuning.policy import PolicyError, read_policy

GOOD = """
[hours]
timezone = "Europe/Berlin"
monday = ["13:00-17:30", "09:00-12:00"]
saturday = ["00:00-24:00"]
holidays = [2026-12-25, "2026-12-26"]

[[targets]]
queue = "support"
intent = "question"
first_reply = "45m"
resolution = "8h"

[[targets]]
priority = 2
first_reply = "1h"

[[targets]]
queue = "support"
first_reply = "4h"
"""


def test_hours_have_a_zone_spans_in_order_and_holidays() -> None:
    hours = read_policy(GOOD).hours
    assert hours.zone.key == "Europe/Berlin"
    assert hours.week[0] == ((540, 720), (780, 1050))
    assert hours.week[5] == ((0, 1440),)
    assert hours.week[1] == ()
    assert hours.holidays == {date(2026, 12, 25), date(2026, 12, 26)}


def test_the_first_target_that_an_item_meets_counts() -> None:
    policy = read_policy(GOOD)
    assert policy.target("support", "question", 0).first_reply == timedelta(minutes=45)
    assert policy.target("support", "question", 0).resolution == timedelta(hours=8)
    assert policy.target("support", "feedback", 2).first_reply == timedelta(hours=1)
    assert policy.target("support", "feedback", 1).first_reply == timedelta(hours=4)
    assert policy.target("promo", "awareness", 1).first_reply is None


def test_a_policy_that_says_nothing_runs_around_the_clock_and_promises_nothing() -> None:
    policy = read_policy("")
    assert policy.hours == ALWAYS
    assert policy.targets == ()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[hours]\ntimezone = "Berlin"', "hours.timezone is 'Berlin'"),
        ("[hours]\nmondays = []", "hours.mondays: timezone, holidays"),
        ("[hours]\nmonday = []", "no day of the week has a span"),
        ('[hours]\nmonday = "9-5"', "hours.monday is '9-5'"),
        ('[hours]\nmonday = ["17:00-09:00"]', "the end after the start"),
        ('[hours]\nmonday = ["09:00-24:30"]', "at most 24:00"),
        ('[hours]\nmonday = ["09:00-12:00", "11:00-13:00"]', "two of its spans overlap"),
        ('[hours]\nholidays = ["Christmas"]', "write dates as 2026-12-25"),
        ("hours = 3", "begins with [hours]"),
        ("[targets]", "begin with [[targets]]"),
        ('[[targets]]\nqueue = "sales"', "there is no queue 'sales'"),
        ('[[targets]]\nintent = "anger"', "no intent 'anger'"),
        ("[[targets]]\npriority = 20", "it must be from -9 to 9"),
        ("[[targets]]\nfirst_reply = 30", "first_reply is 30"),
        ('[[targets]]\nfirst_reply = "0m"', "first_reply is '0m'"),
        ('[[targets]]\nresponse = "1h"', "'response' is unknown"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(text: str, sentence: str) -> None:
    with pytest.raises(PolicyError) as refusal:
        read_policy(text)
    assert sentence in str(refusal.value)
