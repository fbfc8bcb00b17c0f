"""Drift of input: do people write otherwise in the last week than in the four before it? Pure.

Each word on its own, then Holm's correction (1979) for having asked so often: univariate tests
with such a correction do as well as any on samples of this size (Rabanser et al. 2019, "Failing
Loudly"), and they say what has changed. A word's test is the conditional one of two rates
(Przyborowski & Wilenski 1940) on counts that are divided by their design effect (Rao & Scott
1992): a word that has always come in bursts has to change by more. Lengths are compared by the
rank test of Mann & Whitney (1947). Whole weeks are compared, so weekends weigh the same.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, ndtr

from triage.tuning.voices import DAYS, Voice

NOW = 28
"""The day with which the last week begins."""
ENOUGH = 100
"""Voices that either side must have; with fewer nothing is said."""
LEAST_DAYS = 7
"""Days that the side before must reach back over, so that it has every day of a week."""
CHANCE = 0.001
"""A word counts as changed where chance changes any word so much in one look of a thousand."""
EFFECT = 0.3
"""And its share has changed by this much (Cohen's h, 1988): 0 to 2%, 5 to 13%, 50 to 65%."""
ON_DAYS = 3
"""A word that grows must have been used on so many days: the news of one day pass by."""
LENGTH_EFFECT = 0.1
"""How far from one half the share of pairs must be in which the newer text is the longer one."""
LEAST = 8
"""Voices that a word must have: no split of fewer between the two sides is beyond chance."""
MOST = 2_000
"""Words that are looked at, the most frequent ones of both sides together."""
TOLD = 8

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Changed:
    """A word that more or fewer people use: voices before and now, Cohen's h, adjusted p-value."""

    word: str
    before: int
    now: int
    effect: float
    chance: float


@dataclass(frozen=True, slots=True)
class InputChange:
    """What has changed between two sides of `before` and `now` voices.

    `words` holds those that changed, the largest change first, out of `tested`; `chance` is the
    least adjusted p-value of all. `length` has both medians in characters, `length_effect` the
    share of pairs in which the newer text is the longer one, with its p-value.
    """

    before: int
    now: int
    tested: int
    words: tuple[Changed, ...]
    chance: float
    length: tuple[float, float]
    length_effect: float
    length_chance: float

    @property
    def longer_or_shorter(self) -> bool:
        """Whether the length of texts has changed."""
        return self.length_chance < CHANCE and abs(self.length_effect - 0.5) >= LENGTH_EFFECT

    @property
    def alarming(self) -> bool:
        """Whether somebody should look."""
        return bool(self.words) or self.longer_or_shorter


def input_change(voices: Sequence[Voice]) -> InputChange | None:
    """Compare days 28 to 34 with those before; None where either side has too little."""
    before = [voice for voice in voices if voice.day < NOW]
    now = [voice for voice in voices if voice.day >= NOW]
    if min(len(before), len(now)) < ENOUGH or min(each.day for each in before) > NOW - LEAST_DAYS:
        return None
    tested, words, chance = _words(voices)
    lengths = [np.array([each.length for each in side], float) for side in (before, now)]
    effect, length_chance = rank_test(*lengths)
    return InputChange(
        before=len(before),
        now=len(now),
        tested=tested,
        words=words,
        chance=chance,
        length=(float(np.median(lengths[0])), float(np.median(lengths[1]))),
        length_effect=effect,
        length_chance=length_chance,
    )


def _words(voices: Sequence[Voice]) -> tuple[int, tuple[Changed, ...], float]:
    """(words tested, those that changed, least adjusted p-value)."""
    told = Counter(word for voice in voices for word in voice.words)
    names = [word for word, number in told.most_common(MOST) if number >= LEAST]
    if not names:
        return 0, (), 1.0
    table, heard = _by_day(voices, names)
    counts = np.stack([table[:, :NOW].sum(1), table[:, NOW:].sum(1)], 1)
    sizes = np.array([heard[:NOW].sum(), heard[NOW:].sum()])
    burst = design_effects(table[:, :NOW], heard[:NOW])
    chances = holm(rate_test(counts / burst[:, None], sizes))
    effects = cohens_h(counts[:, 1] / sizes[1], counts[:, 0] / sizes[0])
    used = (table[:, NOW:] > 0).sum(1)
    lasting = (effects < 0) | (used >= ON_DAYS)
    changed = (chances < CHANCE) & (np.abs(effects) >= EFFECT) & lasting
    found = [
        Changed(names[at], int(counts[at, 0]), int(counts[at, 1]), effects[at], chances[at])
        for at in np.flatnonzero(changed)
    ]
    found.sort(key=lambda each: (-abs(each.effect), each.word))
    return len(names), tuple(found), float(chances.min())


def _by_day(voices: Sequence[Voice], names: list[str]) -> tuple[Floats, Floats]:
    """How many voices used each word on each day, (words, days), and all voices, (days,)."""
    places = {word: at for at, word in enumerate(names)}
    table, heard = np.zeros((len(names), DAYS)), np.zeros(DAYS)
    for voice in voices:
        heard[voice.day] += 1
        table[[places[word] for word in voice.words if word in places], voice.day] += 1
    return table, heard


def design_effects(table: Floats, heard: Floats) -> Floats:
    """How many times the variance of each word's share, (words,), is that of independent voices.

    With days as clusters; at least 1, and at least the mean over all words, by days or by weeks,
    whichever is more: of one word, four weeks and few voices tell little.
    """
    weeks = table.reshape(len(table), -1, 7).sum(2), heard.reshape(-1, 7).sum(1)
    by_day, by_week = _spread(table, heard), _spread(*weeks)
    usual = table.sum(1) >= LEAST
    means = [float(each[usual].mean()) for each in (by_day, by_week) if usual.any()]
    floored: Floats = np.maximum(by_day, max([1.0, *means]))
    return floored


def _spread(table: Floats, heard: Floats) -> Floats:
    """The variance of each word's share, (words,), from clusters, over the binomial one.

    1 for words that cannot vary, and for all where there is only one cluster.
    """
    some = heard > 0
    table, heard, number = table[:, some], heard[some], some.sum()
    share = table.sum(1) / heard.sum()
    alone = share * (1 - share) * heard.sum()
    if number < 2:
        return np.ones_like(alone)
    strayed = ((table - np.outer(share, heard)) ** 2).sum(1) * number / (number - 1)
    spread: Floats = np.divide(strayed, alone, out=np.ones_like(alone), where=alone > 0)
    return spread


def rate_test(counts: Floats, sizes: Floats) -> Floats:
    """Two-sided p-values, (words,), of counts before and now, (words, 2), in sides of these sizes.

    Given their sum, the count of now is binomial where both rates are the same. Counts need not be
    whole: the incomplete beta function is the binomial's tail.
    """
    now, total = counts[:, 1], counts.sum(1)
    share = sizes[1] / sizes.sum()
    many = np.where(now > 0, betainc(np.maximum(now, 1e-9), total - now + 1, share), 1.0)
    rest = total - now
    few = np.where(rest > 0, betainc(np.maximum(rest, 1e-9), now + 1, 1 - share), 1.0)
    both: Floats = np.minimum(1.0, 2 * np.minimum(many, few))
    return both


def holm(chances: Floats) -> Floats:
    """p-values adjusted so that the least of them all means what one alone would (Holm 1979)."""
    order = np.argsort(chances)
    steps = chances[order] * np.arange(len(chances), 0, -1)
    adjusted = np.empty_like(chances)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return adjusted


def cohens_h(now: Floats, before: Floats) -> Floats:
    """The difference of two shares on the scale on which its error is the same everywhere."""
    difference: Floats = 2 * np.arcsin(np.sqrt(now)) - 2 * np.arcsin(np.sqrt(before))
    return difference


def rank_test(before: Floats, now: Floats) -> tuple[float, float]:
    """(share of pairs in which now is larger, ties half; two-sided p-value by the normal curve)."""
    both = np.concatenate([before, now])
    _, place, times = np.unique(both, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(times) - (times - 1) / 2)[place]
    n, m, size = len(before), len(now), len(both)
    larger = ranks[n:].sum() - m * (m + 1) / 2
    tied = float((times.astype(float) ** 3 - times).sum()) / (size * (size - 1))
    spread = np.sqrt(n * m * (size + 1 - tied) / 12)
    chance = 2 * ndtr(-abs(larger - n * m / 2) / spread) if spread > 0 else 1.0
    return float(larger / (n * m)), float(chance)


def words_json(change: InputChange) -> list[list[Any]]:
    """The words that changed as rows of word, voices before, voices now."""
    return [[each.word, each.before, each.now] for each in change.words[:TOLD]]
