"""Shadows: have another model judge beside the one in use, and see who was right.

Nothing here knows the classifier, so that pages can import it; `triage.tuning.shadowing` judges.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import comb

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from triage.staff.audit import note
from triage.tables import Reading, Shadow, ShadowVerdict, StoredModel, User, Verdict

AT_ONCE = 5_000
"""Rows that are deleted in one go."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Champion and shadow on the same posts.

    Of the `read` posts, that is those that a person has read, `only_champion` and `only_shadow`
    are those whose queue one of the two alone had right; `chance` is McNemar's exact test (1947,
    two-sided): how often so uneven a split comes about between two models that are equally good.
    """

    judged: int
    same_queue: int
    same_intent: int
    moves: int
    read: int
    only_champion: int
    only_shadow: int
    chance: float


def start_shadow(version: str, *, user: User) -> Shadow | None:
    """Let a stored model judge in the shadow from now on, in the place of an earlier one.

    None where that model is not stored or is the one in use.
    """
    stored = StoredModel.objects.filter(version=version, stored=True, in_use=False)
    if not stored.exists():
        return None
    newest = Verdict.objects.order_by("-id").values_list("id", flat=True).first() or 0
    try:
        with transaction.atomic():
            end_shadow()
            note("shadow_started", by=user, target=version)
            return Shadow.objects.create(version=version, user=user, after=newest)
    except IntegrityError:  # somebody else has just started one
        return None


def end_shadow(*, user: User | None = None, said: str = "") -> bool:
    """Let nobody judge in the shadow any more; what was said stays -> whether somebody did."""
    running = Shadow.objects.filter(running=True)
    with transaction.atomic():
        ended = running.update(running=False, ended_at=timezone.now(), said=said) > 0
        if ended and user:
            note("shadow_ended", by=user)
    return ended


def forget_old_shadows(*, now: datetime) -> int:
    """Delete what shadows said of verdicts older than the setting keeps -> how many rows went.

    The oldest first, so a look costs no more than what it deletes. Harmless when two do it at once.
    """
    oldest = ShadowVerdict.objects.order_by("id").values_list("id", "verdict__at")[:AT_ONCE]
    until = now - timedelta(days=settings.ENVIRONMENT.shadow_days)
    old = [pk for pk, at in oldest if at < until]
    gone, _ = ShadowVerdict.objects.filter(pk__in=old).delete()
    return gone


def beside(shadow: Shadow) -> Beside:
    """What a shadow's verdicts come to so far, in two queries."""
    rows = ShadowVerdict.objects.filter(shadow=shadow)
    found = rows.aggregate(
        judged=Count("id"),
        same_queue=Count("id", filter=Q(queue=F("verdict__queue"))),
        same_intent=Count("id", filter=Q(intent=F("verdict__intent"))),
        moves=Count("id", filter=~Q(target=F("champion_target"))),
    )
    hits = _hits(rows)
    only_champion = sum(champion and not shadow for champion, shadow in hits)
    only_shadow = sum(shadow and not champion for champion, shadow in hits)
    chance = mcnemar(only_champion, only_shadow)
    return Beside(
        **found, read=len(hits), only_champion=only_champion, only_shadow=only_shadow, chance=chance
    )


def mcnemar(one: int, other: int) -> float:
    """The chance of a split at least so uneven, were both sides as likely; 1 without any."""
    number, fewer = one + other, min(one, other)
    tail = sum(comb(number, few) for few in range(fewer + 1))
    return min(1.0, 2 * tail / float(2**number))


def _hits(rows: QuerySet[ShadowVerdict]) -> list[tuple[bool, bool]]:
    """For each post that a person has read, whether champion and shadow had its queue right."""
    first = Reading.objects.filter(second=False)
    right = first.filter(verdict=OuterRef("verdict")).values("queue")[:1]
    read = rows.filter(verdict__in=first.values("verdict")).annotate(read=Subquery(right))
    told = read.values_list("verdict__queue", "queue", "read")
    return [(champion == right, shadow == right) for champion, shadow, right in told]
