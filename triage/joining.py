"""Joining: what a later post, an edit or a delete means for an item that is there already."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from models import Judgement
from triage.routing import Decision
from triage.tables import Item, PostRow
from triage.vocabulary import Queue

Status = Item.Status
TEAM_QUEUES = (Queue.PROMO, Queue.SUPPORT)


@dataclass(slots=True)
class Placement:
    """One judged post on its way to its item, which is known by `key`."""

    post: PostRow
    judgement: Judgement | None
    decision: Decision
    key: str
    verdict_id: int | None = None


def join(item: Item, placement: Placement) -> tuple[str, str]:
    """Bring an item up to date with one more judged post -> (event, why) of the move.

    The item is changed and saved. A resolved item opens again. A person's decision about the
    queue stands, and an item is not taken out of the hands of who claimed it; a model moves an item
    only when it is sure of another team's queue, or when the item was nobody's yet.
    """
    post = placement.post
    if post.deleted_at:
        return _withdraw(item, post)
    reopened = item.status == Status.RESOLVED
    event = "reopened" if reopened else "edited" if _known(post) else "joined"
    why = _follow(item, placement)
    if reopened:
        item.status, item.owner, item.resolved_at = Status.OPEN, None, None
    _show(item, post, restart=reopened)
    _save(item)
    return event, why


def _follow(item: Item, placement: Placement) -> str:
    decision, judged = placement.decision, placement.judgement
    what = "Edited" if _known(placement.post) else "Wrote again"
    if item.decided_by_person:
        return f"{what}; it stays in {item.queue}, where a person put it."
    at_it = item.status == Status.CLAIMED and decision.queue != item.queue
    if at_it or not _moves(Queue(item.queue), decision.queue):
        item.priority = max(item.priority, decision.priority)
        place = f"{item.queue}, where somebody is at it" if at_it else item.queue
        return f"{what}; it stays in {place}. {decision.why}"
    item.queue, item.priority, item.why = decision.queue, decision.priority, decision.why
    item.unsure = decision.unsure
    if judged:
        item.intent, item.also = judged.intent, judged.also or ""
        item.confidence = judged.confidence
    return f"{what}. {decision.why}"


def _known(post: PostRow) -> bool:
    """Whether the post was placed before, so that this is its edit and not its first text."""
    return post.item_id is not None


def _moves(source: Queue, target: Queue) -> bool:
    if target in TEAM_QUEUES:
        return True
    return source == Queue.ARCHIVE and target == Queue.REVIEW


def _show(item: Item, post: PostRow, *, restart: bool) -> None:
    latest = item.latest_post
    if latest is None or latest.pk == post.pk or post.posted_at >= latest.posted_at:
        item.latest_post, item.text, item.url = post, post.text, post.url
    if restart:  # otherwise asking again would send somebody who waits to the end of the line
        item.posted_at = post.posted_at
    item.posts_count += not _known(post)


def _withdraw(item: Item, post: PostRow) -> tuple[str, str]:
    latest = _others(item, post).order_by("-posted_at", "-id").first()
    if latest is None:
        item.status, item.resolved_at = Status.RESOLVED, timezone.now()
        _save(item)
        return "withdrawn", "Its author deleted it, so there is nothing left to answer."
    item.latest_post, item.text, item.url = latest, latest.text, latest.url
    _save(item)
    return "withdrawn", "Its author deleted one of these posts."


def _others(item: Item, post: PostRow) -> QuerySet[PostRow]:
    """What else of the item still stands, be it only about to be placed in it."""
    if item.person_id is None:
        return PostRow.objects.none()
    return PostRow.objects.filter(
        channel=item.channel_id,
        conversation=item.conversation,
        person=item.person_id,
        deleted_at=None,
        state__in=(PostRow.State.NEW, PostRow.State.SORTED),
    ).exclude(pk=post.pk)


def _save(item: Item) -> None:
    item.version += 1
    item.changed_at = timezone.now()
    item.save(
        update_fields=[
            "version", "changed_at", "status", "owner", "resolved_at", "queue", "priority", "why",
            "unsure", "intent", "also", "confidence", "latest_post", "text", "url", "posted_at",
            "posts_count",
        ]
    )  # fmt: skip
