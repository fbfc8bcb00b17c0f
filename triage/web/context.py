"""Context: why an item is here, what it moves, who wrote it, and what became of it so far."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Subquery

from triage.access import may_administer, moves_for, posts_for
from triage.intents import every_intent, today
from triage.numbers import percent
from triage.tables import Item, Move, PostRow, User, Verdict
from triage.vocabulary import ROLES, Queue, label
from triage.web.around import mute_around, twins_around
from triage.web.due import Due, due, promises
from triage.web.feelings import Feelings
from triage.web.history import Line, history
from triage.web.rows import known_intent, owner_words
from triage.web.showing import (
    Moment,
    moment,
    plural,
    queue_name,
    sentence,
    thousands,
)

LAST_POSTS, LAST_MOVES = 5, 50


@dataclass(frozen=True, slots=True)
class Why:
    """Why an item stands where it stands. `share` is the model's confidence in percent."""

    sentence: str
    said: str
    share: str
    tone: str
    because: tuple[str, ...]
    footing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OtherPost:
    """Another post of the same person."""

    text: str
    channel: str
    when: Moment
    item: int | None


@dataclass(frozen=True, slots=True)
class Writer:
    """The person behind an item. `erase` is their id where the reader may erase them, else 0."""

    name: str
    platform: str
    reach: str
    posts: str
    since: Moment
    others: tuple[OtherPost, ...]
    silenced: str
    erase: int


@dataclass(frozen=True, slots=True)
class Twin:
    """The other team's item of the same conversation, and how it stands."""

    pk: int
    queue: str
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class Context:
    """The panel beside a thread. `promises` are name, what was reached, and what is due; `moved`
    is the latest move that it shows."""

    why: Why
    felt: Feelings
    due: Due | None
    promises: tuple[tuple[str, str, Moment | None], ...]
    twins: tuple[Twin, ...]
    facts: tuple[tuple[str, str], ...]
    writer: Writer | None
    history: tuple[Line, ...]
    moved: int


def latest_moves(user: User, item: Item) -> list[Move]:
    """What became of an item, the newest first; no more than its page shows."""
    moves = moves_for(user).filter(item=item).select_related("user", "verdict")
    return list(moves.order_by("-at", "-id")[:LAST_MOVES])


def context(
    user: User, item: Item, latest: list[Move], *, felt: Feelings, now: datetime
) -> Context:
    """Everything beside the thread of an item."""
    return Context(
        why=_why(item, _latest_verdict(item, latest), latest),
        felt=felt,
        due=due(item, now=now),
        promises=promises(item, now=now),
        twins=tuple(_twin(other, user) for other in twins_around(item)),
        facts=_facts(item),
        writer=_writer(user, item, now),
        history=history(latest, user=user, now=now),
        moved=max((move.pk for move in latest), default=0),
    )


def _latest_verdict(item: Item, moves: list[Move]) -> Verdict | None:
    """What was said of the latest post last; its move mostly has it at hand."""
    if item.latest_post_id is None:
        return None
    known = [move.verdict for move in moves if move.verdict]
    if known and known[0].post_id == item.latest_post_id:
        return known[0]
    return Verdict.objects.filter(post=item.latest_post_id).order_by("-id").first()


def _why(item: Item, verdict: Verdict | None, moves: list[Move]) -> Why:
    policy = next((move.policy_version for move in moves if move.policy_version), None)
    footing = [f"model {verdict.model}"] if verdict else ["not judged by a model"]
    if policy:
        footing.append(f"policy {policy}")
    if item.decided_by_person:
        footing.append("sorted by a person, so no model will move it")
    return Why(
        sentence=_sentence(item, verdict),
        said=_said(item, verdict) if verdict else "",
        share=str(round(verdict.confidence * 100)) if verdict else "",
        tone=verdict.queue if verdict else "",
        because=tuple(str(word) for word in verdict.because[:8]) if verdict else (),
        footing=tuple(footing),
    )


def _sentence(item: Item, verdict: Verdict | None) -> str:
    """Why it is here, without the words that are shown as chips below it."""
    why = item.why.partition(", because of: ")[0] if verdict and verdict.because else item.why
    return sentence(why) if why else "No reason given yet."


def _said(item: Item, verdict: Verdict) -> str:
    """What the model said of the latest post, where the item stands for something else."""
    if not item.decided_by_person and today(verdict.intent) == today(item.intent):
        return ""
    said = f"{queue_name(verdict.queue)}, {label(today(verdict.intent))}"
    return f"The model chose {said} with {percent(verdict.confidence)} confidence."


def _facts(item: Item) -> tuple[tuple[str, str], ...]:
    intent = known_intent(item)
    campaign = [("Campaign", item.campaign.name)] if item.campaign else []
    if intent is None:
        return (*campaign, ("Measure", "not set yet"), ("Role", ROLES[Queue(item.queue)]))
    facts = [
        *campaign,
        ("Measure", intent.measure or "none"),
        ("Role", ROLES[Queue(item.queue)]),
        ("Accountable", intent.department or "nobody"),
    ]
    if also := every_intent().get(item.also):
        facts.append(("Also", f"{label(also.name)} ({also.department})"))
    return tuple(facts)


def _writer(user: User, item: Item, now: datetime) -> Writer | None:
    person = item.person
    if person is None:
        return None
    theirs = posts_for(user).filter(person=person)
    number = theirs.order_by().values("person").annotate(n=Count("pk")).values("n")
    others = theirs.exclude(item=item.holder_id).annotate(number=Subquery(number))
    latest = list(others.select_related("channel").order_by("-posted_at")[:LAST_POSTS])
    return Writer(
        name=person.name,
        platform=person.platform,
        reach=plural(person.reach, "follower") if person.reach is not None else "",
        posts=thousands(latest[0].number if latest else theirs.count()),
        since=moment(person.first_seen_at, now=now),
        others=tuple(_other(post, now) for post in latest),
        silenced=_silenced(item),
        erase=person.pk if may_administer(user) else 0,
    )


def _silenced(item: Item) -> str:
    mute = mute_around(item)
    if mute is None:
        return ""
    by = f" by {mute.user.shown_name}" if mute.user else ""
    return f"{'Blocked' if mute.how == 'block' else 'Muted'}{by}: {mute.reason}"


def _twin(item: Item, user: User) -> Twin:
    state = owner_words(item, user) or "unclaimed"
    if item.snoozed:
        state = "snoozed"
    return Twin(item.pk, item.queue, queue_name(item.queue), state)


def _other(post: PostRow, now: datetime) -> OtherPost:
    return OtherPost(
        text="deleted by its author" if post.deleted_at else post.text[:120],
        channel=post.channel.name,
        when=moment(post.posted_at, now=now),
        item=post.item_id,
    )
