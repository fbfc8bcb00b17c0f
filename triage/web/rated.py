"""Rates in words: how often posts are unsure, and how often people hand them off again."""

from dataclasses import dataclass

from triage.numbers import between, percent
from triage.tuning.accuracy import Accuracy
from triage.tuning.agreement import Share
from triage.tuning.rates import Rates
from triage.vocabulary import label
from triage.web.showing import plural

MOST = 30
"""Channels that are shown, those with the most items."""


@dataclass(frozen=True, slots=True)
class Told:
    """A rate in words: 12%, between 9% and 16%, of 230 items; the ends in percent."""

    share: str
    between: str
    of: str
    low: int
    width: int


@dataclass(frozen=True, slots=True)
class Rated:
    """One week, channel or intent with both of its rates."""

    name: str
    unsure: Told
    handed_off: Told


def rated(found: Accuracy) -> list[tuple[str, str, list[Rated]]]:
    """(title, what a row is, rows) of each grouping; empty where nothing came in."""
    unsure, again = found.unsure_by, found.handed_off_by
    if not unsure.whole.n:
        return []
    weeks = [_rated(each, each, unsure.weeks, again.weeks) for each in reversed(unsure.weeks)]
    busiest = sorted(unsure.channels, key=lambda name: -unsure.channels[name].n)[:MOST]
    channels = [_rated(each, each, unsure.channels, again.channels) for each in busiest]
    return [
        ("By week", "Week", weeks),
        ("By channel", "Channel", channels),
        ("By intent, as sorted by the model", "Intent", _intents(unsure, again)),
    ]


def _intents(unsure: Rates, again: Rates) -> list[Rated]:
    return [_rated(name, label(name), unsure.intents, again.intents) for name in unsure.intents]


def _rated(name: str, words: str, unsure: dict[str, Share], again: dict[str, Share]) -> Rated:
    return Rated(words, _told(unsure[name]), _told(again[name]))


def _told(share: Share) -> Told:
    low, high = round(100 * share.low), round(100 * share.high)
    return Told(
        share="–" if share.estimate is None else percent(share.estimate),
        between=between(share.low, share.high),
        of=plural(share.n, "item"),
        low=low,
        width=max(1, high - low),
    )
