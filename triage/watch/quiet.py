"""Quiet: whether a channel is silent for longer than its own history lets one expect.

The last four weeks give the posts to expect in each hour of the week: an average, times a factor
of the hour of the day, times one of the weekday, each drawn towards 1 while there is little to
count. Posts come in bursts, so the variance of the counts over what chance alone would give (the
index of dispersion, the largest of those over 1, 6 and 24 hours) says how many posts count as one.

A silence in which E posts were to be expected has, if all is well, a probability of no more than
exp(-E / dispersion): exact for single posts that come by chance, and an upper bound for bursts
(compound Poisson) and for hours that are busier or calmer by chance (gamma mixed). It raises an
alarm where that is so small that a healthy channel has one false alarm in `DAYS_APART` days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import exp, log

HOUR = timedelta(hours=1)
WEEK = 168
HISTORY = timedelta(days=28)
LEAST_HISTORY = timedelta(days=14)
LEAST_POSTS = 40
DAYS_APART = 90
"""A healthy channel may raise one false alarm in so many days."""
LEAST_EVIDENCE = 3.0
"""However slow a channel is, a silence as likely as exp(-3), 5%, is no news."""
DRAWN = 2.0
"""Posts' worth of belief that an hour, or a weekday, is like the others."""
SCALES = (1, 6, 24)


@dataclass(frozen=True, slots=True)
class Usual:
    """Posts to expect in each hour of the week (UTC, Monday 0:00 first), and their dispersion."""

    hours: Sequence[float]
    dispersion: float


@dataclass(frozen=True, slots=True)
class Silence:
    """How many posts were to be expected in it, and how unlikely it is if all is well."""

    expected: float
    chance: float


def learn(counts: Mapping[datetime, int], *, start: datetime, end: datetime) -> Usual | None:
    """What is usual, from the posts of each hour (aware, UTC); None while there is too little.

    Hours that are missing in `counts` had none. `end` is the last post, not the present: the
    silence that is to be judged does not count as usual.
    """
    first, last = _floor(max(start, end - HISTORY)), _floor(end)
    series = [counts.get(first + n * HOUR, 0) for n in range(int((last - first) / HOUR) + 1)]
    if len(series) * HOUR < LEAST_HISTORY or sum(series) < LEAST_POSTS:
        return None
    offset = _hour_of_week(first)
    slots = [(offset + n) % WEEK for n in range(len(series))]
    hours = _profile(series, slots)
    means = [hours[slot] for slot in slots]
    return Usual(hours, max(1.0, *(_dispersion(series, means, scale) for scale in SCALES)))


def silence(usual: Usual, *, since: datetime, until: datetime) -> Silence | None:
    """The silence between two moments (aware) if it is an alarm; None where it may be chance."""
    expected = _expected(usual.hours, since, until)
    evidence = expected / usual.dispersion
    # So many silences begin in `DAYS_APART` days, and one of them may be taken for an outage. It
    # is half of one that is aimed at, because what is usual is only estimated.
    silences = DAYS_APART * sum(usual.hours) / 7 / usual.dispersion
    if evidence <= max(LEAST_EVIDENCE, log(max(1.0, 2 * silences))):
        return None
    return Silence(expected, exp(-evidence))


def _profile(series: Sequence[int], slots: Sequence[int]) -> list[float]:
    mean = sum(series) / len(series)
    daily = _factors([slot % 24 for slot in slots], series, [mean] * len(series), 24)
    so_far = [mean * daily[slot % 24] for slot in slots]
    weekly = _factors([slot // 24 for slot in slots], series, so_far, 7)
    return [mean * daily[slot % 24] * weekly[slot // 24] for slot in range(WEEK)]


def _factors(
    groups: Sequence[int], series: Sequence[int], means: Sequence[float], size: int
) -> list[float]:
    seen, due = [DRAWN] * size, [DRAWN] * size
    for group, count, mean in zip(groups, series, means, strict=True):
        seen[group] += count
        due[group] += mean
    return [s / d for s, d in zip(seen, due, strict=True)]


def _dispersion(series: Sequence[int], means: Sequence[float], scale: int) -> float:
    """Squared errors of the counts over blocks of `scale` hours, over what chance would give."""
    errors = due = 0.0
    for start in range(0, len(series) - scale + 1, scale):
        mean = sum(means[start : start + scale])
        errors += (sum(series[start : start + scale]) - mean) ** 2
        due += mean
    return errors / due if due else 1.0


def _expected(hours: Sequence[float], since: datetime, until: datetime) -> float:
    if until <= since:
        return 0.0
    weeks, rest = divmod(until - since, WEEK * HOUR)
    total, at, end = weeks * sum(hours), since, since + rest
    while at < end:
        following = min(end, _floor(at) + HOUR)
        total += hours[_hour_of_week(at)] * ((following - at) / HOUR)
        at = following
    return total


def _floor(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _hour_of_week(moment: datetime) -> int:
    at = moment.astimezone(UTC)
    return at.weekday() * 24 + at.hour
