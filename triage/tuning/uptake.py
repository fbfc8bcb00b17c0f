"""Uptake: how far each intent is from being learnt, and whether the model in use says it.

Nothing here knows the classifier, so that pages can import it.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count

from triage.intents import every_intent, gone, today
from triage.tables import IntentRow, Lesson, StoredModel, Verdict
from triage.vocabulary import INTENTS

LEAST = 20
"""Labelled posts from which on a model learns an intent that is not one of the shipped ones."""
RECENT = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Uptake:
    """One intent: the posts that taught it, whether the model in use says it, its share of what
    models said of the last 28 days (None where nothing was said), and the labelled posts that a
    model needs of it."""

    taught: int
    known: bool
    share: float | None
    needed: int = LEAST

    @property
    def missing(self) -> int:
        """Labelled posts that are missing until a model can learn it; 0 where it is known."""
        return 0 if self.known else max(0, self.needed - self.taught)


def uptakes(*, now: datetime) -> dict[str, Uptake]:
    """Every intent that is not merged, by name. Three queries at any size."""
    taught, said, known = _taught(), _said(now - RECENT), known_to_model()
    total = said.total()
    return {
        name: Uptake(
            taught[name],
            name in known,
            said[name] / total if total else None,
            needed=needed(name),
        )
        for name in every_intent()
        if name == today(name)
    }


def intent_json(row: IntentRow, uptake: Uptake | None) -> dict[str, Any]:
    """An intent as one JSON object. What is counted is null for one that was merged."""
    return {
        "name": row.name,
        "measure": row.measure or None,
        "department": row.department or None,
        "public": row.public,
        "community": row.community,
        "guide": row.guide,
        "examples": row.examples,
        "in_force": row.retired_at is None,
        "merged_into": row.merged_into.name if row.merged_into else None,
        "lessons": uptake.taught if uptake else None,
        "lessons_missing": uptake.missing if uptake else None,
        "known_to_model": uptake.known if uptake else None,
        "share": uptake.share if uptake else None,
        "changed_at": row.changed_at.isoformat(),
        "revision": row.revision,
    }


def why_not_learnt(intent: str, posts: int) -> str:
    """Why a model cannot learn an intent from so many posts, as half a sentence; else empty."""
    if why := gone(intent):
        return f"its {posts} posts are left out, since {why}"
    if posts >= needed(intent):
        return ""
    return f"{posts} of {LEAST} posts until a model can learn it; they are left out"


def needed(intent: str) -> int:
    """Labelled posts that a model needs of an intent: of a shipped one, which it knows, any do."""
    return 1 if intent in INTENTS else LEAST


def known_to_model() -> frozenset[str]:
    """The intents that the model in use says; none where no model is in use."""
    card = StoredModel.objects.filter(in_use=True).values_list("card", flat=True).first() or {}
    return frozenset(card.get("intents") or card.get("routes") or ())


def _taught() -> Counter[str]:
    """The posts by the newest label that somebody gave each."""
    lessons = Lesson.objects.exclude(intent="").order_by("id")
    return Counter(map(today, dict(lessons.values_list("post", "intent")).values()))


def _said(since: datetime) -> Counter[str]:
    rows = Verdict.objects.filter(at__gte=since).order_by().values_list("intent")
    said: Counter[str] = Counter()
    for intent, number in rows.annotate(number=Count("id")):
        said[today(intent)] += number
    return said
