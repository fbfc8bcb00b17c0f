"""Lane: a post as its reader sees it in the review lane, and the keys of the answers."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from triage.intents import every_intent, intents
from triage.numbers import percent
from triage.tables import PostRow, Reading, User
from triage.tuning.cards import conversation, leaning, revealed
from triage.tuning.labelling import guide, keys_of
from triage.tuning.readings import Card, Lane
from triage.vocabulary import Kind, label
from triage.web.showing import Moment, linked, moment, queue_name, web_address


@dataclass(frozen=True, slots=True)
class Line:
    """A post of the conversation."""

    author: str
    when: Moment
    text: SafeString
    ours: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A card in words. `leaning` is empty where the model's answer is hidden."""

    lane: str
    post: int
    version: int
    author: str
    when: Moment
    text: SafeString
    place: str
    address: str
    parent: SafeString
    before: tuple[Line, ...]
    leaning: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An intent with its key, its queue's colour, and what it takes."""

    intent: str
    words: str
    key: str
    tone: str
    guide: str


def answers() -> tuple[Answer, ...]:
    """What a reader can say, in the order in which the labelling guide asks."""
    keys, known = keys_of(every_intent()), intents()
    return tuple(
        Answer(name, label(name), keys[name], known[name].queue(Kind.PUBLIC).value, text)
        for name, text in guide()
    )


def shown(card: Card, user: User, *, now: datetime) -> Shown:
    """The card with the conversation before it."""
    post = card.post
    before = _before(post, user, now)
    kind = "community" if post.kind == Kind.COMMUNITY else "public"
    return Shown(
        lane=card.lane.value,
        post=post.pk,
        version=post.version,
        author=post.author or "Unknown author",
        when=moment(post.posted_at, now=now),
        text=linked(post.text),
        place=f"{post.channel.name}, a {kind} channel{f' of {post.brand}' if post.brand else ''}",
        address=web_address(post.url),
        parent=linked("" if before else post.parent_text),
        before=before,
        leaning=_leaning(card),
    )


def _before(post: PostRow, user: User, now: datetime) -> tuple[Line, ...]:
    return tuple(
        Line(
            row.author or "Unknown author",
            moment(row.posted_at, now=now),
            linked(row.text),
            row.state == PostRow.State.CONTEXT,
        )
        for row in conversation(post, user)
    )


def _leaning(card: Card) -> str:
    said = leaning(card)
    if said is None:
        return "Not judged by a model." if card.lane == Lane.UNSURE else ""
    if said.strange:
        return f"The model cannot judge this: {said.strange}"
    return f"The model's best guess: {label(said.intent)}, {percent(said.confidence)} confidence."


def told(reading: Reading) -> str:
    """What is said once somebody has answered; the model's answer, now that it can bias nobody."""
    word = label(reading.intent)
    if reading.stroke:
        return f"{word.capitalize()}. Moved to {queue_name(reading.queue)}."
    said = revealed(reading)
    if said is None:
        return f"{word.capitalize()}. Saved."
    other = "the same" if said.intent == reading.intent else label(said.intent)
    return f"{word.capitalize()}. The model said {other}, {percent(said.confidence)} confidence."
