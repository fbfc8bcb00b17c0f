"""Placing: write verdicts, items and moves for a batch of judged posts, in one transaction."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from models import Judgement
from triage.bulk import insert_missing
from triage.desk.muting import muted_among
from triage.tables import Item, Move, PostRow, Verdict
from triage.times.clocking import clock_new
from triage.tuning.policy import Rulebook
from triage.tuning.sampling import draw_key, drawn
from triage.walk.joining import Placement, join, read_today
from triage.walk.routing import REPOST, Decision, decide, muted
from triage.walk.ruling import Surroundings, carry_out, facts_of, surroundings
from triage.walk.twinning import twin

State = PostRow.State


def place(rows: Sequence[PostRow], judgements: Sequence[Judgement | None], policy: Rulebook) -> int:
    """Place each post that is still unsorted -> how many were placed by this call.

    Posts that another process placed, or whose text changed, since they were judged are left
    alone: each version of a post is placed once.
    """
    fresh = _still_unsorted(rows)
    silenced = muted_among({row.person_id for row in rows if row.person_id})
    now = timezone.now()
    around = surroundings(rows, policy, now=now)
    todays = [judgement and read_today(judgement) for judgement in judgements]
    placements = [
        Placement(
            row,
            judgement,
            _decision(row, judgement, policy, silenced, around),
            item_key(row),
            said=said,
        )
        for row, said, judgement in zip(rows, judgements, todays, strict=True)
        if row.pk in fresh
    ]
    if not placements:
        return 0
    _write_verdicts(placements, policy)
    items = _write_moves(placements, policy, now)
    _mark_sorted(placements)
    twin(placements, items, policy)
    carry_out(placements, items, now=now)
    return len(placements)


def _decision(
    row: PostRow,
    judgement: Judgement | None,
    policy: Rulebook,
    silenced: Mapping[int, str],
    around: Surroundings,
) -> Decision:
    if row.person_id and row.person_id in silenced:
        return muted(silenced[row.person_id])
    if row.repost:
        return REPOST
    facts = facts_of(row, judgement, around)
    return decide(judgement, kind=row.kind, policy=policy, facts=facts)


def item_key(post: PostRow) -> str:
    """What a person's business in a conversation is known by; a post of nobody stands alone."""
    parts = f"{post.channel_id}\n" + (
        f"person\n{post.person_id}\n{post.conversation}"
        if post.person_id
        else f"post\n{post.external_id}"
    )
    return hashlib.sha256(parts.encode()).hexdigest()[:40]


def _still_unsorted(rows: Sequence[PostRow]) -> set[int]:
    now = dict(
        PostRow.objects.filter(pk__in=[row.pk for row in rows], state=State.NEW).values_list(
            "pk", "version"
        )
    )
    return {row.pk for row in rows if now.get(row.pk) == row.version}


def _write_verdicts(placements: Sequence[Placement], policy: Rulebook) -> None:
    verdicts = [
        Verdict(
            post_id=placement.post.pk,
            post_version=placement.post.version,
            model=judged.model,
            queue=judged.queue,
            intent=judged.intent,
            confidence=judged.confidence,
            intent_confidence=judged.intent_confidence,
            also=judged.also or "",
            because=list(judged.because),
            sentiment=judged.sentiment,
            strange=judged.strange or "",
            drawn=_drawn(placement, policy),
        )
        for placement in placements
        if (judged := placement.said) is not None
    ]
    ids = {post: pk for pk, post in insert_missing(Verdict, verdicts, returning="post")}
    for placement in placements:
        placement.verdict_id = ids.get(placement.post.pk)


def _drawn(placement: Placement, policy: Rulebook) -> float | None:
    """By which chance a post is in the sample; what a rule decides says nothing of the model."""
    if placement.decision.by_rule:
        return None
    post = placement.post
    key = draw_key(post.channel_id, post.external_id, post.version)
    return drawn(key, unsure=placement.decision.unsure, review=policy.review)


def _write_moves(
    placements: Sequence[Placement], policy: Rulebook, now: datetime
) -> dict[str, Item]:
    items, new = _items(placements, policy, now)
    moves = []
    for placement in placements:
        post, decision = placement.post, placement.decision
        item = items[placement.key]
        first = new.get(item.pk) == post.pk
        source = "" if first else item.queue
        event, why = ("placed", decision.why) if first else join(item, placement)
        moves.append(
            Move(
                item_id=item.pk,
                post_id=post.pk,
                post_version=post.version,
                source=source,
                target=item.queue,
                event=event,
                by=Move.By.RULE if decision.by_rule else Move.By.MODEL,
                verdict_id=placement.verdict_id,
                policy_version=policy.version,
                why=why,
                rules=decision.outcome.trace,
                at=now,
            )
        )
    insert_missing(Move, moves, returning="post")
    return items


def _items(
    placements: Sequence[Placement], policy: Rulebook, now: datetime
) -> tuple[dict[str, Item], dict[int, int]]:
    """The item of each placement by its key, and the first post by id of each new item."""
    first: dict[str, Placement] = {}
    for placement in placements:
        first.setdefault(placement.key, placement)
    # Inserted in the order of their keys, so that two workers never wait for each other in a ring.
    rows = {key: new_item(first[key]) for key in sorted(first)}
    clock_new(list(rows.values()), policy, at=now)
    new = {}
    for pk, key in insert_missing(Item, list(rows.values()), returning="key"):
        rows[key].pk, rows[key]._state.adding = pk, False
        new[pk] = first[key].post.pk
    there = [key for key, item in rows.items() if item.pk is None]
    channels = {rows[key].channel_id for key in there}
    return rows | _locked(Item.objects.filter(channel__in=channels, key__in=there)), new


def _locked(known: QuerySet[Item]) -> dict[str, Item]:
    """The items by key, locked; for one that was merged into another, that other one."""
    order = known.select_for_update(no_key=True).order_by("id")
    locked = {item.key: item for item in order}
    merged = {item.merged_into_id for item in locked.values() if item.merged_into_id}
    if not merged:
        return locked
    targets = Item.objects.filter(pk__in=merged).select_for_update(no_key=True).order_by("id")
    by_id = {item.pk: item for item in targets} | {item.pk: item for item in locked.values()}
    return {key: by_id.get(item.merged_into_id or item.pk, item) for key, item in locked.items()}


def new_item(placement: Placement) -> Item:
    """The item that a first post opens."""
    post, decision, judged = placement.post, placement.decision, placement.judgement
    return Item(
        channel_id=post.channel_id,
        key=placement.key,
        person_id=post.person_id,
        conversation=post.conversation,
        queue=decision.queue,
        status=Item.Status.RESOLVED if post.deleted_at else Item.Status.OPEN,
        intent=judged.intent if judged else "",
        also=(judged.also or "") if judged else "",
        confidence=judged.confidence if judged else None,
        sentiment=judged.sentiment if judged else "",
        lang=post.language,
        unsure=decision.unsure,
        priority=decision.priority,
        why=decision.why,
        author=post.author,
        text=post.text,
        url=post.url,
        latest_post_id=post.pk,
        posts_count=1,
        posted_at=post.posted_at,
        resolved_at=timezone.now() if post.deleted_at else None,
    )


def _mark_sorted(placements: Sequence[Placement]) -> None:
    moved = Move.objects.filter(post_id=OuterRef("pk"), post_version=OuterRef("version")).exclude(
        by=Move.By.PERSON
    )
    PostRow.objects.filter(pk__in=[placement.post.pk for placement in placements]).update(
        state=State.SORTED, item_id=Subquery(moved.values("item_id")[:1]), retry_at=None, error=""
    )
