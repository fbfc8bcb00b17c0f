"""Context: why an item is here, what it moves, who wrote it, and what became of it so far."""

from dataclasses import dataclass
from datetime import datetime

from triage.access import moves_for, posts_for
from triage.tables import Item, Move, PostRow, User, Verdict
from triage.vocabulary import INTENTS, ROLES, Queue, label
from triage.web.history import Line, history
from triage.web.rows import known_intent
from triage.web.showing import (
    Moment,
    moment,
    percent,
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
    """The person behind an item."""

    name: str
    platform: str
    reach: str
    posts: str
    since: Moment
    others: tuple[OtherPost, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """The panel beside a thread."""

    why: Why
    facts: tuple[tuple[str, str], ...]
    writer: Writer | None
    history: tuple[Line, ...]


def context(user: User, item: Item, *, now: datetime) -> Context:
    """Everything beside the thread of an item."""
    moves = moves_for(user).filter(item=item).select_related("user").order_by("-at", "-id")
    latest = list(moves[:LAST_MOVES])
    return Context(
        why=_why(item, _latest_verdict(item), latest),
        facts=_facts(item),
        writer=_writer(user, item, now),
        history=history(latest, user=user, now=now),
    )


def _latest_verdict(item: Item) -> Verdict | None:
    if item.latest_post_id is None:
        return None
    return Verdict.objects.filter(post=item.latest_post_id).order_by("-id").first()


def _why(item: Item, verdict: Verdict | None, moves: list[Move]) -> Why:
    policy = next((move.policy_version for move in moves if move.policy_version), None)
    footing = [f"model {verdict.model}"] if verdict else ["no model judged it"]
    if policy:
        footing.append(f"policy {policy}")
    if item.decided_by_person:
        footing.append("a person decided, so no model moves it")
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
    return sentence(why) if why else "Nobody has said why yet."


def _said(item: Item, verdict: Verdict) -> str:
    """What the model said of the latest post, where the item stands for something else."""
    if not item.decided_by_person and verdict.intent == item.intent:
        return ""
    said = f"{queue_name(verdict.queue)}, {label(verdict.intent)}"
    return f"The model said {said}: {percent(verdict.confidence)} sure."


def _facts(item: Item) -> tuple[tuple[str, str], ...]:
    intent = known_intent(item)
    if intent is None:
        return (("Measure", "not known yet"), ("Role", ROLES[Queue(item.queue)]))
    facts = [
        ("Measure", intent.measure or "none"),
        ("Role", ROLES[Queue(item.queue)]),
        ("Accountable", intent.department or "nobody"),
    ]
    if also := INTENTS.get(item.also):
        facts.append(("Also", f"{label(also.name)} ({also.department})"))
    return tuple(facts)


def _writer(user: User, item: Item, now: datetime) -> Writer | None:
    person = item.person
    if person is None:
        return None
    posts = posts_for(user).filter(person=person)
    others = posts.exclude(item=item).select_related("channel").order_by("-posted_at")
    return Writer(
        name=person.name,
        platform=person.platform,
        reach=plural(person.reach, "follower") if person.reach is not None else "",
        posts=thousands(posts.count()),
        since=moment(person.first_seen_at, now=now),
        others=tuple(_other(post, now) for post in others[:LAST_POSTS]),
    )


def _other(post: PostRow, now: datetime) -> OtherPost:
    return OtherPost(
        text="deleted by its author" if post.deleted_at else post.text[:120],
        channel=post.channel.name,
        when=moment(post.posted_at, now=now),
        item=post.item_id,
    )
