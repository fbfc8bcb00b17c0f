"""Resorting: bring what waits to where the policy in force would put it, because somebody asked.

What moves gets all that placing it anew would bring: priority, tags, approval, an owner. Colleagues
whom a rule has pointed to the item before are not told again; those whom placing would tell for the
first time are. What stays gets its priority, and the tags that it lacks. What a person decided, has
in hand or has laid aside is never touched (`triage.tuning.standing`), and a tag that a person took
off stays off (`triage.tuning.lacking`).
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from models import Judgement
from triage.tables import Item, Mention, Move, PostRow, Resorting, Verdict
from triage.tuning.pastfacts import COLUMNS, Past, past
from triage.tuning.policies import policy_in_force
from triage.tuning.policy import Rulebook
from triage.tuning.standing import Standing, standings
from triage.walk.joining import Placement, read_today
from triage.walk.routing import Decision, decide
from triage.walk.ruling import carry_out, put_tags
from triage.walk.twinning import twin

AT_ONCE = 500
"""Items in one go."""


def resort_asked() -> bool:
    """Go on with what was asked for, one batch -> whether more is left. Safe to call twice."""
    with transaction.atomic():
        row = _unfinished()
        if row is None:
            return False
        policy, now = policy_in_force(), timezone.now()
        batch: list[Standing] = []
        if policy.version == row.policy_version:
            batch = list(islice(standings(policy, after=row.after), AT_ONCE))
        row.moved += _move([standing for standing in batch if standing.misplaced], policy, now)
        stay = [standing for standing in batch if standing.adjustable]
        row.adjusted += sum(_adjust(standing, policy, now) for standing in stay)
        row.after = batch[-1].item if batch else row.after
        row.finished_at = None if len(batch) == AT_ONCE else now
        row.save(update_fields=["moved", "adjusted", "after", "finished_at"])
    return True


def _unfinished() -> Resorting | None:
    rows = Resorting.objects.filter(finished_at=None).order_by("id")
    return rows.select_for_update(no_key=True).first()


def _move(found: Sequence[Standing], policy: Rulebook, now: datetime) -> int:
    """Move the items that are still as they were looked at -> how many."""
    verdicts = Verdict.objects.select_related("post").in_bulk(
        [standing.verdict for standing in found if standing.verdict]
    )
    around = past(policy) if found else None
    placements: dict[int, Placement] = {}
    for standing in found:
        verdict = verdicts[standing.verdict or 0]
        placement = _placement(standing, verdict, policy, around)
        if _move_one(standing, placement.decision, verdict, policy, now):
            placements[standing.item] = placement
    _twin_and_rule(placements, policy, now)
    return len(placements)


def _move_one(
    standing: Standing, decision: Decision, verdict: Verdict, policy: Rulebook, now: datetime
) -> bool:
    changed = _as_looked_at(standing).update(
        queue=decision.queue,
        unsure=decision.unsure,
        priority=decision.priority,
        why=decision.why,
        owner=None,
        version=F("version") + 1,
        changed_at=now,
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
        rules=decision.outcome.trace,
    )
    return True


def _adjust(standing: Standing, policy: Rulebook, now: datetime) -> bool:
    """Give an item that stays its priority and its tags, if it is still as it was looked at."""
    changed = _as_looked_at(standing).update(
        priority=standing.priority, version=F("version") + 1, changed_at=now
    )
    if changed != 1:
        return False
    item = Item.objects.get(pk=standing.item)
    put_tags(item, standing.tags)
    Move.objects.create(
        item=item,
        source=item.queue,
        target=item.queue,
        event="adjusted",
        by=Move.By.RULE,
        why=f"Policy {policy.version}: {_new(standing)}.",
    )
    return True


def _new(standing: Standing) -> str:
    """`priority 3, was 0; tags #vip, #money`."""
    told = [f"#{name}" for name in standing.tags]
    parts = [f"tag{'s' if len(told) > 1 else ''} {', '.join(told)}"] if told else []
    if standing.priority != standing.had:
        parts = [f"priority {standing.priority}, was {standing.had}", *parts]
    return "; ".join(parts)


def _as_looked_at(standing: Standing) -> QuerySet[Item]:
    return Item.objects.filter(
        pk=standing.item,
        version=standing.version,
        status=Item.Status.OPEN,
        snoozed=False,
        decided_by_person=False,
    )


def _placement(
    standing: Standing, verdict: Verdict, policy: Rulebook, around: Past | None
) -> Placement:
    """What placing anew comes to, with the priority and the tags of the whole item."""
    post = verdict.post
    judged = read_today(_judgement(verdict))
    row = [post.pk if name == "pk" else getattr(post, _attribute(name)) for name in COLUMNS]
    facts = around.facts(judged, post.kind, row) if around else None
    decision = decide(judged, kind=post.kind, policy=policy, facts=facts)
    outcome = replace(decision.outcome, tags=standing.tags)
    decision = replace(decision, priority=standing.priority, outcome=outcome)
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


def _twin_and_rule(placements: dict[int, Placement], policy: Rulebook, now: datetime) -> None:
    """What left review for one team's queue may be work for the other team as well; and what the
    rules have done beside placing is done to what moved."""
    items = Item.objects.in_bulk(list(placements))
    told = _told(placements)
    for pk, placement in placements.items():
        placement.key = items[pk].key
        outcome = placement.decision.outcome
        first_told = tuple(name for name in outcome.notify if (pk, name) not in told)
        outcome = replace(outcome, notify=first_told)
        placement.decision = replace(placement.decision, outcome=outcome)
    by_key = {item.key: item for item in items.values()}
    twin(list(placements.values()), by_key, policy)
    carry_out(list(placements.values()), by_key, now=now)


def _told(placements: dict[int, Placement]) -> Collection[tuple[int, str]]:
    """Whom rules have pointed to these items before, by item and name."""
    pointing = [pk for pk, placement in placements.items() if placement.decision.outcome.notify]
    if not pointing:
        return ()
    mentions = Mention.objects.filter(note__item__in=pointing, note__user=None)
    return set(mentions.values_list("note__item_id", "user__username"))
