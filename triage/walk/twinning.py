"""Twinning: open and keep up the twins of a batch of items that was just placed."""

from collections.abc import Mapping, Sequence

from django.utils import timezone

from triage.bulk import insert_missing
from triage.desk.acting import AWAKE
from triage.desk.claims import settle
from triage.desk.twins import new_twin, twin_key
from triage.tables import Item, Move
from triage.tuning.policy import Rulebook
from triage.vocabulary import OTHER_TEAM, Queue, label
from triage.walk.joining import TEAM_QUEUES, Placement

Status = Item.Status


def twin(placements: Sequence[Placement], items: Mapping[str, Item], policy: Rulebook) -> None:
    """Give each post that is work for both teams a twin in the other queue, and keep known twins
    up to date with their items.

    The move of a twin names no post, so that each version of a post is placed once all the same.
    """
    wanted = {
        items[placement.key].pk: placement
        for placement in placements
        if second_queue(placement, items[placement.key], policy)
    }
    by_id = {item.pk: item for item in items.values()}
    opened = _open([by_id[pk] for pk in wanted], wanted, policy)
    _keep_up(by_id, wanted, opened)


def second_queue(placement: Placement, item: Item, policy: Rulebook) -> Queue | None:
    """The other team's queue, if the post is for them too: the model is sure enough of the first
    team for this policy, and names an intent of the second."""
    judged, decision = placement.judgement, placement.decision
    if not policy.twins or judged is None or not judged.also or placement.post.deleted_at:
        return None
    if decision.unsure or decision.by_rule or item.queue not in TEAM_QUEUES:
        return None
    second = policy.queue(judged.also, placement.post.kind)
    return second if second == OTHER_TEAM[Queue(item.queue)] else None


def _open(
    firsts: Sequence[Item], wanted: Mapping[int, Placement], policy: Rulebook
) -> dict[str, int]:
    """Insert the twins that are not there -> their ids by key."""
    rows = {twin_key(item): _twin_of(item, wanted[item.pk], policy) for item in firsts}
    if not rows:
        return {}
    inserted = insert_missing(Item, [rows[key] for key in sorted(rows)], returning="key")
    Move.objects.bulk_create(
        Move(
            item_id=pk,
            target=rows[key].queue,
            event="twinned",
            by=Move.By.MODEL,
            policy_version=policy.version,
            why=rows[key].why,
        )
        for pk, key in inserted
    )
    return {key: pk for pk, key in inserted}


def _twin_of(item: Item, placement: Placement, policy: Rulebook) -> Item:
    second, judged = second_queue(placement, item, policy), placement.judgement
    assert second is not None
    assert judged is not None
    assert judged.also is not None
    return new_twin(
        item,
        queue=second,
        intent=judged.also,
        priority=policy.priority.get(judged.also, 0),
        why=f"It is {label(judged.also)} too; {item.queue} has it as item {item.pk}.",
    )


def _keep_up(
    items: Mapping[int, Item], wanted: Mapping[int, Placement], opened: Mapping[str, int]
) -> None:
    known = Item.objects.filter(twin_of__in=list(items)).exclude(pk__in=list(opened.values()))
    for row in known.select_for_update(no_key=True).order_by("id"):
        first = items[row.twin_of_id or 0]
        event, why = _follow(row, first, again=first.pk in wanted)
        if event:
            _save(row)
            Move.objects.create(
                item=row, source=row.queue, target=row.queue, event=event, by=Move.By.MODEL, why=why
            )


def _follow(row: Item, first: Item, *, again: bool) -> tuple[str, str]:
    """Bring a twin up to date with its item -> (event, why), empty where nothing is new."""
    told = (row.latest_post_id, row.text) == (first.latest_post_id, first.text)
    row.latest_post_id, row.text, row.url = first.latest_post_id, first.text, first.url
    row.sentiment, row.lang = first.sentiment, first.lang
    if first.status == Status.RESOLVED:  # all of its posts were deleted by their author
        return _close(
            row, "withdrawn", "Its author deleted it, so there is nothing left to answer."
        )
    if first.queue == row.queue:
        return _close(row, "rejoined", f"It is in {row.queue} as item {first.pk} now.")
    if row.status == Status.RESOLVED and again:
        settle(row, now=timezone.now())
        return "reopened", "Wrote again, and it is for this team too."
    if row.snoozed:
        settle(row, now=timezone.now())
        return "woken", "Its author wrote again."
    return ("", "") if told else ("joined", f"Wrote again, in item {first.pk}.")


def _close(row: Item, event: str, why: str) -> tuple[str, str]:
    if row.status == Status.RESOLVED:
        return "", ""
    row.status, row.resolved_at = Status.RESOLVED, timezone.now()
    for name, value in AWAKE.items():
        setattr(row, name, value)
    return event, why


def _save(row: Item) -> None:
    row.version += 1
    row.changed_at = timezone.now()
    row.save(
        update_fields=[
            "version", "changed_at", "status", "owner", "resolved_at", "latest_post", "text", "url",
            "sentiment", "lang", *AWAKE,
        ]
    )  # fmt: skip
