"""Drift: does the model say something else of this channel's posts than it used to?

Pearson's chi-square test of homogeneity (1900) on how often each intent was said in the last week
and in the four before it, with Cramér's V (1946) as the size of the change. Conversations are
counted, not posts, since the posts of one quarrel are not independent of each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from django.db import transaction
from django.db.models import BooleanField, Case, Count, Value, When
from scipy.special import chdtrc

from triage.languages import language_name
from triage.numbers import percent
from triage.tables import Channel, Drift, StoredModel, Verdict
from triage.vocabulary import label

NOW, BEFORE = timedelta(days=7), timedelta(days=28)
ENOUGH = 100
"""Conversations that either window must have; with fewer nothing is said."""
CHANCE, EFFECT = 0.001, 0.1
"""An alarm needs a change that chance makes once in a thousand looks, and that is not tiny."""
EXPECTED = 5.0
"""Intents expected less often than this are counted as one: chi-square needs that (Cochran)."""

Counts = Mapping[str, tuple[int, int]]
"""Intent -> conversations before, conversations now."""


@dataclass(frozen=True, slots=True)
class Change:
    """How far two windows differ; `chance` is the p-value, `effect` Cramér's V, 0 to 1."""

    statistic: float
    chance: float
    effect: float

    @property
    def alarming(self) -> bool:
        """Whether somebody should look."""
        return self.chance < CHANCE and self.effect >= EFFECT


def change(counts: Counts) -> Change | None:
    """Compare two windows; None where either has too little to be compared."""
    before, now = (sum(pair[side] for pair in counts.values()) for side in (0, 1))
    if min(before, now) < ENOUGH:
        return None
    cells = _merged(list(counts.values()), before, now)
    total = before + now
    statistic = sum(
        (pair[side] - sum(pair) * whole / total) ** 2 / (sum(pair) * whole / total)
        for pair in cells
        for side, whole in ((0, before), (1, now))
    )
    freedom = len(cells) - 1
    chance = float(chdtrc(freedom, statistic)) if freedom else 1.0
    return Change(statistic, chance, sqrt(statistic / total))


def measure_drift(*, now: datetime) -> None:
    """Compare every channel and language anew. Harmless when two do it at once.

    Only what the model in use said counts: another model says other things of the same posts.
    """
    model = StoredModel.objects.filter(in_use=True).values_list("version", flat=True).first()
    found = _counted(model, now) if model else {}
    measured = set()
    for (channel, lang), counts in found.items():
        if seen := change(counts):
            measured.add(_write(channel, lang, model or "", counts, seen, now))
    Drift.objects.exclude(pk__in=measured).delete()


def _counted(model: str, now: datetime) -> dict[tuple[int, str], dict[str, tuple[int, int]]]:
    said = Verdict.objects.filter(model=model, at__gt=now - NOW - BEFORE, at__lte=now)
    watched = said.exclude(post__channel__state=Channel.State.REMOVED)
    late = Case(
        When(at__gt=now - NOW, then=Value(True)), default=False, output_field=BooleanField()
    )
    rows = (
        watched.annotate(late=late)
        .values_list("post__channel", "post__lang", "intent", "late")
        .annotate(number=Count("post__conversation", distinct=True))
        .order_by()
    )
    found: dict[tuple[int, str], dict[str, tuple[int, int]]] = {}
    for channel, lang, intent, is_late, number in rows:
        counts = found.setdefault((channel, lang), {})
        before, recent = counts.get(intent, (0, 0))
        counts[intent] = (before, recent + number) if is_late else (before + number, recent)
    return found


def _write(channel: int, lang: str, model: str, counts: Counts, seen: Change, now: datetime) -> int:
    before, recent = (sum(pair[side] for pair in counts.values()) for side in (0, 1))
    with transaction.atomic():
        row, _ = Drift.objects.update_or_create(
            channel_id=channel,
            lang=lang,
            defaults={
                "measured_at": now,
                "model": model,
                "before": before,
                "now": recent,
                "statistic": seen.statistic,
                "chance": seen.chance,
                "effect": seen.effect,
                "drifting": seen.alarming,
                "shares": {intent: list(pair) for intent, pair in counts.items()},
                "said": _said(lang, counts, before, recent),
            },
        )
    return row.pk


def _said(lang: str, counts: Counts, before: int, now: int) -> str:
    """The three intents whose share changed most, in words."""
    shares = {intent: (pair[0] / before, pair[1] / now) for intent, pair in counts.items()}
    most = sorted(shares, key=lambda intent: -abs(shares[intent][1] - shares[intent][0]))[:3]
    told = ", ".join(
        f"{label(intent)} {percent(shares[intent][0])} → {percent(shares[intent][1])}"
        for intent in most
    )
    return f"The model's answers changed this week ({language_name(lang)}): {told}."


def _merged(cells: list[tuple[int, int]], before: int, now: int) -> list[tuple[int, int]]:
    """The cells expected often enough, and the others as one, or with the least of the first."""
    least = EXPECTED * (before + now) / min(before, now)
    often = sorted(pair for pair in cells if sum(pair) >= least)
    rare = [pair for pair in cells if 0 < sum(pair) < least]
    if not rare:
        return often
    rest = sum(pair[0] for pair in rare), sum(pair[1] for pair in rare)
    if sum(rest) < least and often:
        smallest = min(often, key=sum)
        often.remove(smallest)
        rest = rest[0] + smallest[0], rest[1] + smallest[1]
    return [*often, rest]
