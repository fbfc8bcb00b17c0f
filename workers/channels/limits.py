"""What the headers of an answer say of the platform's rate limit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from workers.channels.http import retry_time

ROLLING = timedelta(hours=1)
"""Over how long Meta counts; its headers tell percent and mostly no end."""
SLOW = 75
"""Percent of Meta's limits from which on we slow down."""


@dataclass(frozen=True, slots=True)
class Told:
    """So many of so many calls are left until the platform counts anew."""

    allowed: int
    remaining: int
    reset_at: datetime


def told_by(answers: Iterable[Mapping[str, str]], at: datetime) -> Told | None:
    """The tightest limit that the headers of these answers speak of; None where none does."""
    found = [told for headers in answers if (told := _counted(headers, at) or _used(headers, at))]
    return min(found, key=lambda told: told.remaining / max(1, told.allowed), default=None)


def _counted(headers: Mapping[str, str], at: datetime) -> Told | None:
    """X, Mastodon, Reddit, Bluesky: `…-limit`, `…-remaining` and `…-reset`."""
    for prefix in ("x-rate-limit-", "x-ratelimit-", "ratelimit-"):
        remaining = _number(headers.get(f"{prefix}remaining"))
        reset = retry_time({f"{prefix}reset": headers.get(f"{prefix}reset", "")}, at)
        if remaining is None or reset is None:
            continue
        used = _number(headers.get(f"{prefix}used")) or 0
        allowed = _number(headers.get(f"{prefix}limit")) or remaining + used
        return Told(max(allowed, remaining), remaining, reset)
    return None


def _used(headers: Mapping[str, str], at: datetime) -> Told | None:
    """Meta: percent used, and the minutes until it frees up where it is full."""
    if not any(name.endswith("-usage") for name in headers):
        return None
    from workers.channels.graph import usage_of  # loaded already, where such an answer came

    usage = usage_of(headers)
    if usage.percent < SLOW:
        return None
    wait = timedelta(minutes=usage.regain_minutes) if usage.regain_minutes else ROLLING
    return Told(100, max(0, 100 - int(usage.percent)), at + min(wait, timedelta(days=1)))


def _number(value: str | None) -> int | None:
    try:
        return min(2**31 - 1, max(0, int(float(value)))) if value else None
    except (ValueError, OverflowError):
        return None
