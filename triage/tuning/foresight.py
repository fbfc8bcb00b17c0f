"""Foresight: what another policy would have done with the posts of the last days.

Stored verdicts are decided upon anew; no text is judged again and nothing is changed. Posts that
no policy decides about (of somebody muted, passed on, deleted since) are left out.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F, Value

from triage.tables import Mute, PostRow, Verdict
from triage.tuning.pastfacts import Heard, columns
from triage.tuning.policy import Rulebook
from triage.tuning.rules import Outcome
from triage.tuning.trials import Trial
from triage.vocabulary import Queue
from triage.walk.routing import Bars

LIMIT = 100_000
"""Posts that are looked at: the newest."""
EXAMPLES = 20
STEPS = 100
"""Parts into which confidences are counted."""


@dataclass(frozen=True, slots=True)
class Example:
    """A post that would go elsewhere, with what was said of it."""

    post: int
    source: Queue
    target: Queue
    intent: str
    confidence: float


@dataclass(slots=True)
class Foresight:
    """What would change. `flows` counts posts by (queue now, queue then) where those differ.

    `alone` posts would be sorted by the model without a person; `sure` is the sum of its
    confidences in these. `ran` and `would` count the posts on which each rule of the draft ran, or
    was kept from running by an earlier one; `met` are posts of a rule, the newest first.
    `confidences` counts all judged posts by confidence, in STEPS equal parts.
    """

    posts: int = 0
    flows: Counter[tuple[Queue, Queue]] = field(default_factory=Counter)
    before: Counter[Queue] = field(default_factory=Counter)
    after: Counter[Queue] = field(default_factory=Counter)
    alone: int = 0
    sure: float = 0.0
    spread: float = 0.0
    examples: list[Example] = field(default_factory=list)
    ran: Counter[str] = field(default_factory=Counter)
    would: Counter[str] = field(default_factory=Counter)
    met: dict[str, list[int]] = field(default_factory=dict)
    confidences: list[int] = field(default_factory=lambda: [0] * STEPS)

    @property
    def changed(self) -> int:
        """Posts that would be in another queue."""
        return self.flows.total()

    @property
    def more_review(self) -> int:
        """Posts more (or, below zero, fewer) that a person would have to look at."""
        return self.after[Queue.REVIEW] - self.before[Queue.REVIEW]


def foresee(draft: Rulebook, current: Rulebook, *, since: datetime) -> Foresight:
    """Decide about the posts judged since then under both policies, and tell them apart."""
    found = Foresight()
    trial, now, then = Trial(current, draft), Bars(current), Bars(draft)
    for heard, kind, row in judged_since(since, needs=trial.needs):
        before, after = trial.pair(heard, kind, row)
        source = now.queue_of(heard, kind, before)
        target = then.queue_of(heard, kind, after)
        _count(found, heard, source, target, after, post=row[0])
    return found


def judged_since(
    since: datetime, *, needs: Collection[str] = ()
) -> Iterator[tuple[Heard, str, Sequence[Any]]]:
    """Each post with the verdict that placed its present text, its kind, and the columns of those
    of its facts that are needed; the newest first."""
    told = columns(needs, prefix="post__")
    felt = "sentiment" if "sentiment" in needs else Value("")
    rows = (
        Verdict.objects.filter(
            at__gte=since,
            post_version=F("post__version"),
            move__post__isnull=False,  # it placed the post; what other models said did not
            post__state=PostRow.State.SORTED,
            post__repost=False,
            post__deleted_at=None,
        )
        .exclude(post__person__in=Mute.objects.filter(lifted_at=None).values("person"))
        .order_by("-at", "-id")
        .values_list("intent", "confidence", "strange", felt, "post__kind", *told)[:LIMIT]
    )
    for intent, confidence, strange, feeling, kind, *row in rows.iterator(chunk_size=5000):
        yield Heard(intent, confidence, strange or None, (), feeling), kind, row


def _count(
    found: Foresight, heard: Heard, source: Queue, target: Queue, outcome: Outcome, *, post: int
) -> None:
    found.posts += 1
    found.before[source] += 1
    found.after[target] += 1
    found.confidences[min(STEPS - 1, int(heard.confidence * STEPS))] += 1
    if target != Queue.REVIEW and outcome.queue is None:
        found.alone += 1
        found.sure += heard.confidence
        found.spread += heard.confidence * (1 - heard.confidence)
    if source != target:
        found.flows[source, target] += 1
        if len(found.examples) < EXAMPLES:
            found.examples.append(Example(post, source, target, heard.intent, heard.confidence))
    for name in outcome.ran:
        found.ran[name] += 1
        met = found.met.setdefault(name, [])
        if len(met) < EXAMPLES:
            met.append(post)
    for name in outcome.would:
        found.would[name] += 1
