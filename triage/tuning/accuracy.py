"""Accuracy: how right the model is, from what was drawn by chance; and where people differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from triage.intents import intents, today, words_of
from triage.tables import Lesson, Reading, Verdict
from triage.times.reports import monday_of, week_word
from triage.tuning.agreement import (
    Bin,
    Seen,
    Share,
    accuracy_of_sure,
    calibration_error,
    kappa,
    reliability,
    sample,
    shares_by,
    sure,
)
from triage.tuning.policy import DECIDED, Rulebook
from triage.tuning.rates import Rates, came_in, handed_off_rates, unsure_rates

WEEKS = 12
"""How far back the numbers go where nobody asks for more or less."""
SHOWN = 50


class Rate(NamedTuple):
    """So many of so many."""

    number: int
    of: int


class Pair(NamedTuple):
    """Two readers, on how many posts that both read they agree, and Cohen's kappa."""

    one: str
    other: str
    n: int
    agreed: int
    kappa: float | None


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The numbers of some weeks; every share says how many readings it rests on.

    `queues` and `weeks` are of the posts that the policy in force calls sure, `calibration` and
    the groups of all that was drawn. `confusion` counts readings: person's intent -> model's.
    """

    weeks_back: int
    policy: int
    drawn: int
    read: int
    sure: Share
    queues: dict[str, Share]
    weeks: dict[str, Share]
    calibration: float | None
    bins: list[Bin]
    channels: dict[str, Share]
    languages: dict[str, Share]
    intents: dict[str, Share]
    confusion: dict[str, dict[str, int]]
    pairs: list[Pair]
    handed_off: Rate
    unsure: Rate
    handed_off_by: Rates
    unsure_by: Rates


def accuracy(policy: Rulebook, *, now: datetime, weeks: int = WEEKS) -> Accuracy:
    """The numbers of the last weeks under a policy, in a handful of queries at any size."""
    since = _begins(now, weeks)
    seen = sample(since=since)
    bins, cells = reliability(seen, policy), came_in(since)
    handed_off, unsure = handed_off_rates(cells), unsure_rates(cells)
    return Accuracy(
        weeks_back=weeks,
        policy=policy.version,
        drawn=drawn_since(since),
        read=len(seen),
        sure=accuracy_of_sure(seen, policy),
        queues={queue.value: accuracy_of_sure(seen, policy, queue=queue) for queue in DECIDED},
        weeks=_by_week(seen, policy),
        calibration=calibration_error(bins),
        bins=bins,
        channels=shares_by(seen, policy, by=lambda one: one.channel),
        languages=shares_by(seen, policy, by=lambda one: one.lang or "unknown"),
        intents=shares_by(seen, policy, by=lambda one: one.read),
        confusion=_confusion(seen),
        pairs=pairs_since(since),
        handed_off=_rate(handed_off),
        unsure=_rate(unsure),
        handed_off_by=handed_off,
        unsure_by=unsure,
    )


def drawn_since(since: datetime) -> int:
    """How many judged posts were drawn by chance since then."""
    return Verdict.objects.filter(drawn__isnull=False, at__gte=since).count()


def pairs_since(since: datetime) -> list[Pair]:
    """Each two readers who have read the same posts, blind, with what they agree on."""
    second = Reading.objects.filter(
        second=True, at__gte=since, user__isnull=False, post__readings__second=False,
        post__readings__post_version=F("post_version"), post__readings__user__isnull=False,
    )  # fmt: skip
    rows = second.values_list(
        "post__readings__user__username", "user__username", "post__readings__intent", "intent"
    )
    labels: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for one, other, first, again in rows:
        if one <= other:
            labels.setdefault((one, other), []).append((today(first), today(again)))
        else:
            labels.setdefault((other, one), []).append((today(again), today(first)))
    return [
        Pair(one, other, len(pairs), sum(a == b for a, b in pairs), kappa(pairs))
        for (one, other), pairs in sorted(labels.items())
    ]


def read_posts(*, said: str, read: str, now: datetime, weeks: int) -> QuerySet[Reading]:
    """The readings behind one cell of the confusion, the newest first."""
    cell = Reading.objects.filter(
        lane=Reading.Lane.SAMPLE, second=False,
        intent__in=words_of(read), verdict__intent__in=words_of(said),
        verdict__drawn__isnull=False, verdict__at__gte=_begins(now, weeks),
    )  # fmt: skip
    return cell.select_related("post__channel", "verdict", "user").order_by("-id")


def disagreements(*, now: datetime, weeks: int, intent: str = "") -> QuerySet[Lesson]:
    """Lessons that differ from what the model said of the post, its surest mistakes first.

    From the sample, from review and from hand-offs alike: a list to learn from, no measure. Each
    has `said_queue`, `said_intent` and `said_confidence`.
    """
    verdicts = Verdict.objects.filter(
        post=OuterRef("post"), post_version=OuterRef("post_version")
    ).order_by("-id")
    lessons = Lesson.objects.filter(at__gte=_begins(now, weeks)).annotate(
        said_queue=Subquery(verdicts.values("queue")[:1]),
        said_intent=Subquery(verdicts.values("intent")[:1]),
        said_confidence=Subquery(verdicts.values("confidence")[:1]),
    )
    other_intent = ~Q(intent="") & ~Q(said_intent=F("intent")) & ~_same_today()
    differ = lessons.filter(Q(said_confidence__isnull=False) & (
        ~Q(said_queue=F("queue")) | other_intent
    ))  # fmt: skip
    if intent:
        differ = differ.filter(said_intent__in=words_of(intent))
    return differ.select_related("post__channel", "user").order_by("-said_confidence", "-id")


def _same_today() -> Q:
    """Where lesson and model name one intent by two words, since one was merged into the other."""
    same = Q(pk__in=[])
    for name in intents():
        if len(words := words_of(name)) > 1:
            same |= Q(said_intent__in=words, intent__in=words)
    return same


def _begins(now: datetime, weeks: int) -> datetime:
    return now - timedelta(weeks=weeks)


def _rate(rates: Rates) -> Rate:
    whole = rates.whole
    return Rate(round((whole.estimate or 0) * whole.n), whole.n)


def _by_week(seen: Sequence[Seen], policy: Rulebook) -> dict[str, Share]:
    def week(one: Seen) -> str:
        return week_word(monday_of(timezone.localtime(one.at).date())) if one.at else ""

    return shares_by([one for one in seen if sure(one, policy)], policy, by=week)


def _confusion(seen: Sequence[Seen]) -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = {}
    for one in seen:
        row = table.setdefault(one.read, {})
        row[one.intent] = row.get(one.intent, 0) + 1
    return table
