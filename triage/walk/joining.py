"""Joining: what a later post, an edit or a delete means for an item that is there already."""

from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet
from django.utils import timezone

from models import Judgement
from triage.desk.claims import settle
from triage.desk.feeling import felt_in, said_of
from triage.intents import gone, today
from triage.tables import Item, PostRow
from triage.vocabulary import Queue
from triage.walk.routing import Decision

Status = Item.Status
TEAM_QUEUES = (Queue.PROMO, Queue.SUPPORT)


@dataclass(slots=True)
class Placement:
    """One judged post on its way to its item, which is known by `key`.

    `judgement` has the names of intents that are in use now; `said` is what the model said, word
    for word, where a verdict is to be written.
    """

    post: PostRow
    judgement: Judgement | None
    decision: Decision
    key: str
    verdict_id: int | None = None
    said: Judgement | None = None


def read_today(judged: Judgement) -> Judgement:
    """A judgement in the names of today: of a merged intent its successor, and no second intent
    that was retired."""
    also = today(judged.also or "")
    return replace(judged, intent=today(judged.intent), also=None if gone(also) else also)


def join(item: Item, placement: Placement) -> tuple[str, str]:
    """Bring an item up to date with one more judged post -> (event, why) of the move.

    The item is changed and saved. A resolved item opens again and a snoozed one wakes, in the hands
    of its owner if they are there. A person's decision about the queue stands, and an item is not
    taken out of the hands of who claimed it; a model moves an item only when it is sure of another
    team's queue, or when the item was nobody's yet.
    """
    post = placement.post
    if post.deleted_at:
        return _withdraw(item, post)
    if placement.decision.quiet:
        return _add_quietly(item, placement)
    reopened = item.status == Status.RESOLVED
    event = "reopened" if reopened else "edited" if _known(post) else "joined"
    source = item.queue
    why = _follow(item, placement)
    if item.queue != source:
        item.owner = None  # who had it belongs to the other team
    if reopened or item.snoozed:
        settle(item, now=timezone.now())
    _show(item, placement, restart=reopened)
    _save(item)
    return event, why


def _add_quietly(item: Item, placement: Placement) -> tuple[str, str]:
    """Keep what somebody who is muted wrote; only a colleague who is at it goes on seeing it."""
    if item.status != Status.CLAIMED:
        item.queue, item.priority, item.why = Queue.ARCHIVE, 0, placement.decision.why
        item.unsure = False
        item.status, item.owner, item.resolved_at = Status.OPEN, None, None
        item.snoozed, item.snoozed_until = False, None
    event = "edited" if _known(placement.post) else "joined"
    _show(item, placement, restart=False)
    _save(item)
    return event, placement.decision.why


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


def _show(item: Item, placement: Placement, *, restart: bool) -> None:
    post, latest = placement.post, item.latest_post
    if latest is None or latest.pk == post.pk or post.posted_at >= latest.posted_at:
        item.latest_post, item.text, item.url = post, post.text, post.url
        item.lang, item.sentiment = post.language, _felt(placement)
    if restart:  # otherwise asking again would send somebody who waits to the end of the line
        item.posted_at = post.posted_at
    item.posts_count += not _known(post)


def _felt(placement: Placement) -> str:
    """What the model hears in a post, unless a person has said what is to be heard in it."""
    heard = placement.judgement.sentiment if placement.judgement else ""
    return (_known(placement.post) and said_of(placement.post)) or heard


def _withdraw(item: Item, post: PostRow) -> tuple[str, str]:
    latest = _others(item, post).order_by("-posted_at", "-id").first()
    if latest is None:
        item.status, item.resolved_at = Status.RESOLVED, timezone.now()
        item.claimed_until, item.snoozed, item.snoozed_until = None, False, None
        _save(item)
        return "withdrawn", "Its author deleted it, so there is nothing left to answer."
    item.latest_post, item.text, item.url = latest, latest.text, latest.url
    item.lang, item.sentiment = latest.language, felt_in(latest)
    _save(item)
    return "withdrawn", "Its author deleted one of these posts."


def _others(item: Item, post: PostRow) -> QuerySet[PostRow]:
    """What else of the item still stands, be it only about to be placed in it."""
    its_own = Q(item=item)
    if item.person_id is not None:
        its_own |= Q(channel=item.channel_id, conversation=item.conversation, person=item.person_id)
    states = (PostRow.State.NEW, PostRow.State.SORTED)
    return PostRow.objects.filter(its_own, deleted_at=None, state__in=states).exclude(pk=post.pk)


def _save(item: Item) -> None:
    item.version += 1
    item.changed_at = timezone.now()
    item.save(
        update_fields=[
            "version", "changed_at", "status", "owner", "resolved_at", "queue", "priority", "why",
            "unsure", "intent", "also", "confidence", "latest_post", "text", "url", "posted_at",
            "posts_count", "claimed_until", "snoozed", "snoozed_until", "sentiment", "lang",
        ]
    )  # fmt: skip
