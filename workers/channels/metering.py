"""The meter of a pull: what its calls used, counted where they are made."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

LIMITS = ("limit", "usage")
"""What the names of the headers have in them that speak of rate limits."""


@dataclass(slots=True)
class Meter:
    """Calls, posts that were read, and their price in millionths of a dollar.

    `headers` are what each answer said of rate limits; `left` is what may still be spent.
    """

    calls: int = 0
    posts: int = 0
    microdollars: int = 0
    left: int | None = None
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def spent(self) -> bool:
        """Whether what may be spent has been."""
        return self.left is not None and self.microdollars >= self.left


_meter: ContextVar[Meter | None] = ContextVar("meter", default=None)


@contextmanager
def metered() -> Iterator[Meter]:
    """Count every call that is made inside."""
    meter = Meter()
    token = _meter.set(meter)
    try:
        yield meter
    finally:
        _meter.reset(token)


def note_call(headers: Mapping[str, str]) -> None:
    """One call was answered, with these headers."""
    meter = _meter.get()
    if meter is None:
        return
    meter.calls += 1
    told = {name.lower(): value for name, value in headers.items()}
    if told := {name: value for name, value in told.items() if any(w in name for w in LIMITS)}:
        meter.headers.append(told)


def charge(*, posts: int = 0, microdollars: int = 0) -> None:
    """The platform counts this many posts, at this price in all."""
    meter = _meter.get()
    if meter is not None:
        meter.posts += posts
        meter.microdollars += microdollars
