"""Twins: one post that is work for both teams stands in both queues, as two linked items.

The posts belong to the first item; its twin shows the same conversation. Each is claimed, snoozed
and resolved by itself, so that marketing can cheer while support helps.
"""

from django.db import transaction
from django.db.models import Q

from triage.desk.acting import (
    ActRefused,
    Status,
    check_may_work,
    open_or_own,
    reason_of,
    what_happened,
    write_move,
)
from triage.intents import gone, today
from triage.tables import Item, User
from triage.tuning.policies import policy_in_force
from triage.vocabulary import OTHER_TEAM, Queue


def twin_key(item: Item) -> str:
    """What the twin of an item is known by, so that there is one at most."""
    return f"{item.key}-twin"


def new_twin(item: Item, *, queue: Queue, intent: str, priority: int, why: str) -> Item:
    """The item for the second team, not yet stored. It counts no posts: they are the first's."""
    return Item(
        channel_id=item.channel_id,
        key=twin_key(item),
        twin_of_id=item.pk,
        person_id=item.person_id,
        conversation=item.conversation,
        queue=queue,
        intent=intent,
        priority=priority,
        why=why,
        author=item.author,
        text=item.text,
        url=item.url,
        latest_post_id=item.latest_post_id,
        sentiment=item.sentiment,
        lang=item.lang,
        needs_approval=item.needs_approval,
        posts_count=0,
        posted_at=item.posted_at,
    )


def linked_to(item: Item) -> Q:
    """What makes an item the twin of this one, or what this one is the twin of."""
    return Q(twin_of=item.pk) | Q(pk=item.twin_of_id)


def linked(item: Item) -> list[Item]:
    """The twin of an item, or what it is the twin of, with who has it and where it stands."""
    rows = Item.objects.filter(linked_to(item))
    return list(rows.select_related("owner", "channel").order_by("id"))


def check_not_there(item: Item, queue: str) -> None:
    """Raise ActRefused where the linked item waits in that queue already."""
    for other in linked(item):
        if other.queue == queue and other.status != Status.RESOLVED:
            raise ActRefused(
                f"It is already in {queue} as item {other.pk}. Resolve this one instead."
            )


def share(item: Item, user: User, *, reason: str, seen: int | None = None) -> Item:
    """Let the other team work on it too -> the new item in their queue; this one stays as it is.

    Raises ActRefused out of review and archive, without a reason, and where it is shared already.
    """
    check_may_work(item, user)
    other = OTHER_TEAM.get(Queue(item.queue))
    if other is None or item.twin_of_id:
        raise ActRefused("Only promo and support items can be shared, and only once.")
    asked = "Say briefly what the other team should do."
    why = f"{user.shown_name}: {reason_of(reason, asked=asked)}"
    known = not gone(item.also) and policy_in_force().queue(item.also, item.channel.kind) == other
    with transaction.atomic():
        now = open_or_own(item, user, seen).select_for_update(no_key=True).first()
        if now is None:
            raise ActRefused(what_happened(item, user, "shared"))
        _check_alone(now)
        intent = today(now.also) if known else ""
        twin = new_twin(now, queue=other, intent=intent, priority=now.priority, why=why)
        twin.save(force_insert=True)
        write_move(twin, event="twinned", source="", user=user, why=why)
        write_move(now, event="shared", user=user, why=f"with {other}, as item {twin.pk}")
    return twin


def _check_alone(item: Item) -> None:
    twin = Item.objects.filter(channel=item.channel_id, key=twin_key(item)).first()
    if twin is not None:
        state = "was resolved there" if twin.status == Status.RESOLVED else "waits there"
        raise ActRefused(f"It {state} already, as item {twin.pk} in {twin.queue}.")
