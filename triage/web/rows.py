"""Rows: an item as one entry of a list, in words that are ready to be shown."""

from dataclasses import dataclass
from datetime import datetime

from triage.access import may_work
from triage.intents import every_intent
from triage.numbers import percent
from triage.tables import Item, User
from triage.tables.labels import labels_of
from triage.vocabulary import Intent, Queue
from triage.web.due import Due, due
from triage.web.place import Place
from triage.web.showing import (
    Moment,
    Tag,
    intent_tag,
    moment,
    plural,
    queue_name,
    short,
)
from triage.web.snippets import Part

SHOWN = 280
"""Characters of a post in a row; the style cuts what is more than two lines."""


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a list. `gone` marks an item that has left the list since it was loaded, and
    `pending` one whose answer waits for approval; `pick` is what a tick says of it: its id and
    version, or nothing where this person does not work."""

    pk: int
    pick: str
    address: str
    author: str
    channel: str
    reach: str
    posts: str
    when: Moment
    text: str
    tags: tuple[Tag, ...]
    campaign: str
    department: str
    state: str
    waiting: bool
    pending: bool
    gone: bool
    queue: str
    labels: tuple[str, ...]
    due: Due | None
    snippet: tuple[Part, ...]


def row(
    item: Item,
    *,
    user: User,
    place: Place,
    now: datetime,
    found: tuple[Part, ...] = (),
) -> Row:
    """An item as an entry of the list at `place`, with what a search found in it."""
    left = _why_gone(item, user, place, now)
    intent = known_intent(item)
    return Row(
        pk=item.pk,
        pick=f"{item.pk}~{item.version}" if may_work(user, item.queue) else "",
        address=place.item_address(item),
        author=item.author or "Unknown author",
        channel=item.channel.name,
        reach=_reach(item),
        posts=plural(item.posts_count, "post") if item.posts_count > 1 else "",
        when=moment(item.posted_at, now=now),
        text=item.text[:SHOWN] or "(no text)",
        tags=tags(item),
        campaign=item.campaign.name if item.campaign else "",
        department=_moves(item, intent) if intent and not item.unsure else "",
        state=left or _state(item, user, now),
        waiting=item.status == Item.Status.OPEN and item.queue != Queue.ARCHIVE and not left,
        pending=bool(getattr(item, "pending", False)),
        gone=bool(left),
        queue="" if place.queue else item.queue,
        labels=labels_of(item),
        due=None if left or item.queue == Queue.ARCHIVE else due(item, now=now),
        snippet=found,
    )


def _reach(item: Item) -> str:
    """How many follow its author, where it is promotion and the platform tells."""
    reach = item.person.reach if item.person and item.queue == Queue.PROMO else None
    return short(reach) if reach is not None else ""


def _moves(item: Item, intent: Intent) -> str:
    """What an answer moves: of promotion the measure, else the department that is accountable."""
    return (intent.measure if item.queue == Queue.PROMO else intent.department) or ""


def known_intent(item: Item) -> Intent | None:
    """The intent of an item; none where a person moved it and named no other."""
    return every_intent().get(item.intent)


def tags(item: Item) -> tuple[Tag, ...]:
    """What an item is about: its intent, the second team's, and how unsure the model is."""
    kind, intent = item.channel.kind, known_intent(item)
    sure = f", {percent(item.confidence)}" if item.unsure and item.confidence is not None else ""
    main = intent_tag(
        intent.name if intent else "",
        kind=kind,
        form=f"perhaps {{}}{sure}" if item.unsure else "{}",
    )
    also = intent_tag(item.also, kind=kind, form="also {}")
    return tuple(tag for tag in (main, also) if tag)


def owner_words(item: Item, user: User) -> str:
    """Who has an item, or who resolved it; empty when it is nobody's."""
    if item.owner is None:
        return ""
    who = "you" if item.owner_id == user.pk else item.owner.shown_name
    done = item.status == Item.Status.RESOLVED
    return f"{'resolved' if done else 'Claimed'} by {who}"


def _state(item: Item, user: User, now: datetime) -> str:
    words = owner_words(item, user)
    if item.snoozed:
        return _rest(item, now)
    if item.status != Item.Status.RESOLVED:
        return words
    when = f", {moment(item.resolved_at, now=now).short}" if item.resolved_at else ""
    return f"{words or 'resolved'}{when}"


def _rest(item: Item, now: datetime) -> str:
    if item.snoozed_until is None:
        return "snoozed until they reply"
    return f"snoozed until {moment(item.snoozed_until, now=now).short}"


def _why_gone(item: Item, user: User, place: Place, now: datetime) -> str:
    if place.queue and item.queue != place.queue:
        return f"moved to {queue_name(item.queue)}"
    if place.show == "all":
        return ""
    resolved = item.status == Item.Status.RESOLVED
    if place.show == "resolved":
        return "" if resolved else "reopened"
    if resolved:
        return owner_words(item, user) or "resolved"
    if item.snoozed != (place.show == "snoozed") and place.show in ("open", "snoozed"):
        return _rest(item, now) if item.snoozed else "no longer snoozed"
    if place.show == "mine" and item.owner_id != user.pk:
        return "no longer yours"
    return ""
