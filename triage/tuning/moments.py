"""Moments: days, times of day and ages as rules write them. Pure."""

import re

from triage.times.clock import DAY

SPAN = re.compile(r"(\d\d):(\d\d)\s*-\s*(\d\d):(\d\d)")
AGE = re.compile(r"(\d{1,5})\s*([mhd])")
MINUTES = {"m": 1, "h": 60, "d": DAY}


def read_span(written: str) -> tuple[int, int] | None:
    """`22:00-06:00` -> from and to, in minutes after midnight; None where it cannot be read.

    A span whose end is not after its start goes on until the next day.
    """
    found = SPAN.fullmatch(written)
    if not found:
        return None
    hours, minutes = (found[1], found[3]), (found[2], found[4])
    if any(int(minute) > 59 for minute in minutes):
        return None
    start, end = (int(h) * 60 + int(m) for h, m in zip(hours, minutes, strict=True))
    return (start, end) if start < DAY and end <= DAY and start != end else None


def in_span(minute: int, span: tuple[int, int]) -> bool:
    """Whether a minute of the day lies in it; the end itself does not."""
    start, end = span
    return start <= minute < end if start < end else minute >= start or minute < end


def read_age(written: str) -> int | None:
    """`45m`, `8h` or `3d` -> minutes; None where it cannot be read."""
    found = AGE.fullmatch(written)
    return int(found[1]) * MINUTES[found[2]] if found else None
