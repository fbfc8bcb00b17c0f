"""Tallies: how long so many conversations took, and how many of the promises to them were kept."""

from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import NamedTuple


class Took(NamedTuple):
    """Business time in seconds of so many conversations, and how many promises were kept.

    `median` and `p90` (nine in ten took no longer, interpolated) are None without any. `promised`
    counts promises that were kept or are late; one that is not due yet counts nowhere.
    """

    number: int
    median: float | None
    p90: float | None
    kept: int
    promised: int


@dataclass(slots=True)
class Tally:
    """Adds up conversation by conversation what `told` says of all of them."""

    took: list[int] = field(default_factory=list)
    kept: int = 0
    promised: int = 0

    def add(self, took: int | None, in_time: bool | None) -> None:
        """One conversation: its seconds, if it came so far, and whether the promise was kept."""
        if took is not None:
            self.took.append(took)
        self.promised += in_time is not None
        self.kept += in_time is True

    def told(self) -> Took:
        """What the conversations added so far come to."""
        if not self.took:
            return Took(0, None, None, self.kept, self.promised)
        middle, tenth = float(median(self.took)), ninth_decile(self.took)
        return Took(len(self.took), middle, tenth, self.kept, self.promised)


def ninth_decile(took: list[int]) -> float:
    """The value that nine in ten do not exceed, interpolated between neighbours (Hyndman and Fan
    1996, number 7); of one value that value."""
    return quantiles(took, n=10, method="inclusive")[8] if len(took) > 1 else float(took[0])
