"""Shadows: have another model judge beside the one in use, and see who was right.

Nothing here knows the classifier, so that pages can import it; `triage.tuning.shadowing` judges.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from math import comb
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from triage.intents import today
from triage.staff.audit import note
from triage.tables import Reading, Shadow, ShadowVerdict, StoredModel, User, Verdict
from triage.tuning.policy import Rulebook

AT_ONCE = 5_000
"""Rows that are deleted in one go."""
SURE = 0.05
"""The chance under which one of two models counts as the better one."""
LEAST = 0.001
"""Chances smaller than this are told as smaller than this."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Champion and shadow on the same posts, both in the intents and the queues of today.

    Of the `read` posts, that is those that a person has read, `only_champion` and `only_shadow`
    are those whose queue one of the two alone had right; `chance` is McNemar's exact test (1947,
    two-sided): how often so uneven a split comes about between two models that are equally good.
    `moves` would have stood in another queue under the policy that was in force when they came.
    """

    judged: int
    same_queue: int
    same_intent: int
    moves: int
    read: int
    only_champion: int
    only_shadow: int
    chance: float


def start_shadow(version: str, *, by: User | str) -> Shadow | None:
    """Let a stored model judge in the shadow from now on, in the place of an earlier one.

    None where that model is not stored or is the one in use. `by` is who acts, or a name for the
    audit log where nobody is signed in.
    """
    stored = StoredModel.objects.filter(version=version, stored=True, in_use=False)
    if not stored.exists():
        return None
    newest = Verdict.objects.order_by("-id").values_list("id", flat=True).first() or 0
    try:
        with transaction.atomic():
            end_shadow()
            note("shadow_started", by=by, target=version)
            user = by if isinstance(by, User) else None
            return Shadow.objects.create(version=version, user=user, after=newest)
    except IntegrityError:  # somebody else has just started one
        return None


def end_shadow(*, by: User | str | None = None, said: str = "") -> bool:
    """Let nobody judge in the shadow any more; what was said stays -> whether somebody did.

    `by` is who acts; None where it ends by itself, for the reason that is `said`.
    """
    running = Shadow.objects.filter(running=True)
    with transaction.atomic():
        ended = running.update(running=False, ended_at=timezone.now(), said=said) > 0
        if ended and by:
            note("shadow_ended", by=by)
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


def beside(shadow: Shadow, *, policy: Rulebook) -> Beside:
    """What a shadow's verdicts come to so far, in two queries.

    An intent that was merged is its successor on either side, and the queue of both is the one
    that the policy has for it: what the routes were when a model was trained counts for nothing.
    """
    rows = ShadowVerdict.objects.filter(shadow=shadow)
    judged = same_queue = same_intent = moves = 0
    for champion, other, kind, number, moved in _pairs(rows):
        judged, moves = judged + number, moves + moved
        same_intent += number * (today(champion) == today(other))
        same_queue += number * (policy.queue(champion, kind) == policy.queue(other, kind))
    hits = _hits(rows, policy)
    only_champion = sum(champion and not shadow for champion, shadow in hits)
    only_shadow = sum(shadow and not champion for champion, shadow in hits)
    return Beside(
        judged=judged,
        same_queue=same_queue,
        same_intent=same_intent,
        moves=moves,
        read=len(hits),
        only_champion=only_champion,
        only_shadow=only_shadow,
        chance=mcnemar(only_champion, only_shadow),
    )


def who_was_right(found: Beside) -> str:
    """What people's readings say of the two models, in a sentence."""
    if not found.read:
        return "Nobody has labelled any of these posts yet, so it is unknown who was right."
    told = (
        f"Of {found.read} {'post' if found.read == 1 else 'posts'} labelled by people, the "
        f"model in use alone was right about {found.only_champion} and the shadow alone about "
        f"{found.only_shadow}"
    )
    if found.chance >= SURE:
        return f"{told}: too even to say who is better (McNemar, {found.chance:.2f} by chance)."
    better = "the shadow" if found.only_shadow > found.only_champion else "the model in use"
    chance = "under 0.001" if found.chance < LEAST else f"{found.chance:.3f}"
    return f"{told}: {better} is better (McNemar, {chance} by chance)."


def shadow_json(shadow: Shadow, found: Beside) -> dict[str, Any]:
    """A shadow and how it compares, as one JSON object."""
    return {
        "version": shadow.version,
        "running": shadow.running,
        "started_at": shadow.started_at.isoformat(),
        "ended_at": shadow.ended_at.isoformat() if shadow.ended_at else None,
        "said": shadow.said,
        **asdict(found),
    }


def mcnemar(one: int, other: int) -> float:
    """The chance of a split at least so uneven, were both sides as likely; 1 without any."""
    number, fewer = one + other, min(one, other)
    tail = sum(comb(number, few) for few in range(fewer + 1))
    return min(1.0, 2 * tail / float(2**number))


def _pairs(rows: QuerySet[ShadowVerdict]) -> Iterable[tuple[str, str, str, int, int]]:
    """(champion's intent, shadow's, kind of channel, posts, those that would stand elsewhere)."""
    told = rows.values_list("verdict__intent", "intent", "verdict__post__kind").order_by()
    elsewhere = Count("id", filter=~Q(target=F("champion_target")))
    return told.annotate(number=Count("id"), moved=elsewhere)


def _hits(rows: QuerySet[ShadowVerdict], policy: Rulebook) -> list[tuple[bool, bool]]:
    """For each post that a person has read, whether champion and shadow had its queue right."""
    first = Reading.objects.filter(second=False)
    right = first.filter(verdict=OuterRef("verdict")).values("intent")[:1]
    read = rows.filter(verdict__in=first.values("verdict")).annotate(read=Subquery(right))
    told = read.values_list("verdict__intent", "intent", "read", "verdict__post__kind")
    found = []
    for champion, shadow, right_one, kind in told:
        said = [policy.queue(intent, kind) for intent in (champion, shadow, right_one)]
        found.append((said[0] == said[2], said[1] == said[2]))
    return found
