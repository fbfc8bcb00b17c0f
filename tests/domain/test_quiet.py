"""Quiet: how often the test cries wolf, and how soon it sees an outage, by simulation."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import exp, sin, tau

import pytest

from triage.watch.quiet import DAYS_APART, HOUR, Usual, learn, silence

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
HISTORY, WATCHED = 28, 91
Channel = Callable[[random.Random], list[datetime]]


def rate(hour: int, posts_a_day: float) -> float:
    """Busy in the afternoon, nearly still at night, half as busy at weekends."""
    day = 1 + 0.95 * sin(tau * (hour % 24 - 9) / 24)
    return posts_a_day / 24 * day * (0.5 if hour // 24 % 7 >= 5 else 1.2)


def poisson(chance: random.Random, mean: float) -> int:
    count, product, bound = 0, chance.random(), exp(-mean)
    while product > bound:
        count, product = count + 1, product * chance.random()
    return count


def steady(posts_a_day: float) -> Channel:
    """Each post comes by itself."""

    def posts(chance: random.Random) -> list[datetime]:
        return _at(chance, lambda hour: poisson(chance, rate(hour, posts_a_day)))

    return posts


def bursts(posts_a_day: float) -> Channel:
    """A post draws others after it, eight on average, in the same hour."""

    def posts(chance: random.Random) -> list[datetime]:
        def number(hour: int) -> int:
            threads = poisson(chance, rate(hour, posts_a_day / 8))
            return sum(1 + int(chance.expovariate(1 / 7)) for _ in range(threads))

        return _at(chance, number)

    return posts


def moods(posts_a_day: float) -> Channel:
    """Days differ by chance: some bring three times as much as others."""

    def posts(chance: random.Random) -> list[datetime]:
        days = [chance.gammavariate(2, 0.5) for _ in range(HISTORY + WATCHED)]
        return _at(chance, lambda hour: poisson(chance, days[hour // 24] * rate(hour, posts_a_day)))

    return posts


def _at(chance: random.Random, number: Callable[[int], int]) -> list[datetime]:
    hours = range((HISTORY + WATCHED) * 24)
    return sorted(
        MONDAY + (hour + chance.random()) * HOUR for hour in hours for _ in range(number(hour))
    )


def usual(posts: list[datetime], *, on: datetime) -> Usual | None:
    """What is learnt on that day, as every day anew."""
    known = [post for post in posts if on - timedelta(days=HISTORY) <= post < on]
    if not known:
        return None
    counts = Counter(post.replace(minute=0, second=0, microsecond=0) for post in known)
    return learn(counts, start=on - timedelta(days=HISTORY), end=known[-1])


def false_alarms(channel: Channel, *, channels: int, seed: int) -> float:
    """False alarms of one healthy channel in `DAYS_APART` days, learning anew every week."""
    chance, alarms = random.Random(seed), 0
    for _ in range(channels):
        posts = channel(chance)
        for week in range(WATCHED // 7):
            on = MONDAY + timedelta(days=HISTORY + 7 * week)
            learnt = usual(posts, on=on)
            if learnt is None:
                continue
            later = [post for post in posts if on - 3 * HOUR <= post < on + timedelta(days=7)]
            gaps = pairwise(later)
            alarms += sum(silence(learnt, since=a, until=b) is not None for a, b in gaps)
    return alarms / channels / WATCHED * DAYS_APART


def hours_until_seen(channel: Channel, *, channels: int, seed: int) -> float:
    """How long it takes until an outage, begun at noon of a Wednesday, is seen; the median."""
    chance, took = random.Random(seed), []
    outage = MONDAY + timedelta(days=HISTORY + 2, hours=12)
    for _ in range(channels):
        posts = [post for post in channel(chance) if post < outage]
        learnt = usual(posts, on=outage)
        assert learnt is not None
        hours = range(1, 24 * 21)
        took.append(
            next(n for n in hours if silence(learnt, since=posts[-1], until=outage + n * HOUR))
        )
    return sorted(took)[channels // 2]


CASES = {
    "steady, 3 a day": (steady(3), 72, 30),
    "steady, 30 a day": (steady(30), 12, 30),
    "steady, 300 a day": (steady(300), 2, 8),
    "bursts, 30 a day": (bursts(30), 96, 30),
    "bursts, 300 a day": (bursts(300), 15, 8),
    "moods, 30 a day": (moods(30), 60, 30),
    "moods, 300 a day": (moods(300), 60, 8),
}


@pytest.mark.parametrize("name", CASES)
def test_a_healthy_channel_raises_at_most_one_false_alarm_in_ninety_days(name: str) -> None:
    channel, _, channels = CASES[name]
    assert false_alarms(channel, channels=channels, seed=7) <= 1.0


@pytest.mark.parametrize("name", CASES)
def test_an_outage_is_seen_soon(name: str) -> None:
    channel, hours, channels = CASES[name]
    assert 0 < hours_until_seen(channel, channels=channels, seed=11) <= hours


def test_the_night_and_the_weekend_of_a_channel_are_no_outage() -> None:
    posts = [
        MONDAY + timedelta(days=day, hours=hour, minutes=10 * n)
        for day in range(28)
        for hour in range(9, 17)
        for n in range(3)
        if day % 7 < 5
    ]
    learnt = usual(posts, on=MONDAY + timedelta(days=28))
    assert learnt is not None
    friday = MONDAY + timedelta(days=25, hours=16, minutes=30)
    monday = MONDAY + timedelta(days=28, hours=9, minutes=30)
    assert silence(learnt, since=friday, until=monday) is None
    found = silence(learnt, since=friday, until=monday + timedelta(hours=5))
    assert found is not None
    assert found.chance < 0.01


@pytest.mark.parametrize(("days", "posts"), [(13, 500), (28, 39)])
def test_too_little_history_says_nothing(days: int, posts: int) -> None:
    counts = {MONDAY + n % (days * 24) * HOUR: 1 for n in range(posts)}
    end = MONDAY + timedelta(days=days) - HOUR
    assert learn(counts, start=MONDAY, end=end) is None


def test_a_silence_that_has_not_begun_is_none() -> None:
    learnt = Usual([10.0] * 168, 1.0)
    assert silence(learnt, since=MONDAY, until=MONDAY - HOUR) is None
    assert silence(learnt, since=MONDAY, until=MONDAY + timedelta(days=15)) is not None
