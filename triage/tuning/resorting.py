"""Resorting: bring what waits to where the policy in force would put it, because somebody asked.

What a person decided, has in hand or has laid aside is never touched (`triage.tuning.standing`).
"""

from collections.abc import Sequence
from itertools import islice

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from models import Judgement
from triage.tables import Item, Move, PostRow, Resorting, Verdict
from triage.tuning.pastfacts import COLUMNS, Past, past
from triage.tuning.policies import policy_in_force
from triage.tuning.policy import Rulebook
from triage.tuning.standing import Standing, standings
from triage.walk.joining import Placement, read_today
from triage.walk.routing import Decision, decide
from triage.walk.twinning import twin

AT_ONCE = 500
"""Items in one go."""


def resort_asked() -> bool:
    """Go on with what was asked for, one batch -> whether more is left. Safe to call twice."""
    with transaction.atomic():
        row = _unfinished()
        if row is None:
            return False
        policy = policy_in_force()
        batch: list[Standing] = []
        if policy.version == row.policy_version:
            batch = list(islice(standings(policy, after=row.after), AT_ONCE))
        row.moved += _move([standing for standing in batch if standing.misplaced], policy)
        row.after = batch[-1].item if batch else row.after
        row.finished_at = None if len(batch) == AT_ONCE else timezone.now()
        row.save(update_fields=["moved", "after", "finished_at"])
    return True


def _unfinished() -> Resorting | None:
    rows = Resorting.objects.filter(finished_at=None).order_by("id")
    return rows.select_for_update(no_key=True).first()


def _move(found: Sequence[Standing], policy: Rulebook) -> int:
    """Move the items that are still as they were looked at -> how many."""
    verdicts = Verdict.objects.select_related("post").in_bulk(
        [standing.verdict for standing in found if standing.verdict]
    )
    around = past(policy) if found else None
    placements: dict[int, Placement] = {}
    for standing in found:
        verdict = verdicts[standing.verdict or 0]
        placement = _placement(verdict, policy, around)
        if _move_one(standing, placement.decision, verdict, policy):
            placements[standing.item] = placement
    _twin(placements, policy)
    return len(placements)


def _move_one(standing: Standing, decision: Decision, verdict: Verdict, policy: Rulebook) -> bool:
    same = Item.objects.filter(
        pk=standing.item,
        version=standing.version,
        status=Item.Status.OPEN,
        snoozed=False,
        decided_by_person=False,
    )
    changed = same.update(
        queue=decision.queue,
        unsure=decision.unsure,
        priority=decision.priority,
        why=decision.why,
        owner=None,
        version=F("version") + 1,
        changed_at=timezone.now(),
    )
    if changed != 1:
        return False
    Move.objects.create(  # of no post: each version of a post is placed once
        item_id=standing.item,
        source=standing.source,
        target=decision.queue,
        event="resorted",
        by=Move.By.RULE if decision.by_rule else Move.By.MODEL,
        verdict=verdict,
        policy_version=policy.version,
        why=f"Re-sorted under policy {policy.version}. {decision.why}",
        rules=_trace(decision),
    )
    return True


def _trace(decision: Decision) -> dict[str, list[str]]:
    told = {"ran": list(decision.outcome.ran), "would": list(decision.outcome.would)}
    return {name: rules for name, rules in told.items() if rules}


def _placement(verdict: Verdict, policy: Rulebook, around: Past | None) -> Placement:
    post = verdict.post
    judged = read_today(_judgement(verdict))
    row = [post.pk if name == "pk" else getattr(post, _attribute(name)) for name in COLUMNS]
    facts = around.facts(judged, post.kind, row) if around else None
    decision = decide(judged, kind=post.kind, policy=policy, facts=facts)
    return Placement(post, judged, decision, key="", verdict_id=verdict.pk)


def _attribute(column: str) -> str:
    field = PostRow._meta.get_field(column)
    return str(field.attname)  # type: ignore[union-attr]


def _judgement(verdict: Verdict) -> Judgement:
    return Judgement(
        id=str(verdict.post_id),
        queue=verdict.queue,
        intent=verdict.intent,
        confidence=verdict.confidence,
        intent_confidence=verdict.intent_confidence,
        also=verdict.also or None,
        because=tuple(verdict.because),
        model=verdict.model,
        strange=verdict.strange or None,
        sentiment=verdict.sentiment,
    )


def _twin(placements: dict[int, Placement], policy: Rulebook) -> None:
    """What left review for one team's queue may be work for the other team as well."""
    items = Item.objects.in_bulk(list(placements))
    for pk, placement in placements.items():
        placement.key = items[pk].key
    by_key = {item.key: item for item in items.values()}
    twin(list(placements.values()), by_key, policy)
