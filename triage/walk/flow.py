"""Flow: how much of something is taken, counted in this process and in bounded memory."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

KEPT = 2000
"""Keys that are remembered; those asked for longest ago go first."""


class Flow:
    """For each key a bucket that fills by `rate` a second up to `rate`, and empties by one a time.

    So a second's worth may come at once, and no more than `rate` a second over any longer time.
    """

    def __init__(self) -> None:
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, key: Hashable, *, rate: float, now: float) -> float:
        """Take one -> 0; where there is none, take nothing -> seconds until there is."""
        with self._lock:
            left, at = self._left.pop(key, (rate, now))
            left = min(rate, left + max(0.0, now - at) * rate)
            free = left >= 1.0
            self._left[key] = (left - 1.0 if free else left, now)
            _forget_oldest(self._left)
        return 0.0 if free else (1.0 - left) / rate

    def clear(self) -> None:
        """Forget every key."""
        with self._lock:
            self._left.clear()


class Tally:
    """How often each key came in the span of `seconds` that began with its first time."""

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds
        self._counts: OrderedDict[Hashable, tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, key: Hashable, *, now: float) -> int:
        """Count one more -> how many there were in this span."""
        with self._lock:
            since, count = self._counts.pop(key, (now, 0))
            if now - since >= self._seconds:
                since, count = now, 0
            self._counts[key] = (since, count + 1)
            _forget_oldest(self._counts)
        return count + 1

    def clear(self) -> None:
        """Forget every key."""
        with self._lock:
            self._counts.clear()


def _forget_oldest(kept: "OrderedDict[Hashable, Any]") -> None:
    if len(kept) > KEPT:
        kept.popitem(last=False)
