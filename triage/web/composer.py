"""Composer: where an answer is written, and all that its writer must know before it leaves."""

from collections.abc import Sequence
from dataclasses import dataclass

from triage.access import may_work
from triage.back.asking import asks_approval, by_whom
from triage.back.composing import Rules, rules_of, warnings
from triage.back.lengths import COUNTINGS, length
from triage.back.recalling import UNSENT
from triage.desk.drafts import is_behind
from triage.tables import Channel, Draft, Item, Move, Outgoing, User
from triage.tuning.policy import Rulebook
from triage.vocabulary import Act
from triage.web.pending import QUIET, since
from triage.web.typed import Typed

BUSY = (Outgoing.State.PENDING, Outgoing.State.WAITING, Outgoing.State.SENDING, *UNSENT)


@dataclass(frozen=True, slots=True)
class Count:
    """How long a text is as its platform counts, and what to know before it is sent."""

    counting: str
    longest: int | None
    length: int
    left: int | None
    problem: str
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Composer:
    """The form below a thread. `stop` says in words why nothing can be sent now, `asks` that an
    answer waits for somebody first, and `waits` that one does."""

    place: str
    text: str
    seen: int
    count: Count
    stop: str
    since: tuple[str, ...]
    on_its_way: bool
    can_reply: bool
    has_draft: bool
    asks: str = ""
    waits: str = ""


def composer(
    user: User,
    item: Item,
    draft: Draft | None,
    leaving: Sequence[Outgoing],
    typed: Typed,
    policy: Rulebook,
    moves: Sequence[Move],
) -> Composer:
    """What a person can write to the author of an item now; `moves` are its latest."""
    draft, rules = _unsent(user, draft, leaving), rules_of(item.channel)
    text = draft.text if draft else typed.fields.get("text", "") if typed.open == "reply" else ""
    behind = draft is not None and is_behind(draft, item)
    busy = [row for row in leaving if row.act == Act.REPLY and row.state in BUSY]
    stop = _stop(user, item, rules)
    return Composer(
        place=_place(item.channel, rules),
        text=text,
        seen=draft.version if draft and behind else item.version,
        count=count(item, text),
        stop=stop,
        since=_since(user, item, draft, moves) if draft and behind else (),
        on_its_way=bool(busy),
        can_reply=Act.REPLY in rules.acts,
        has_draft=draft is not None,
        asks="" if stop or busy else _asks(user, item, policy),
        waits=_waits(user, busy),
    )


def _asks(user: User, item: Item, policy: Rulebook) -> str:
    if not asks_approval(item, user, policy):
        return ""
    if names := by_whom(item.queue):
        return f"Your reply will be sent once {names} approves it."
    return (
        f"Nobody can approve replies in {item.queue} yet, so yours will wait. "
        "Ask ops to add an approver."
    )


def _waits(user: User, busy: Sequence[Outgoing]) -> str:
    waiting = next((row for row in busy if row.state == Outgoing.State.PENDING), None)
    if waiting is None:
        return ""
    whose = "Your reply" if waiting.user_id == user.pk else "A reply"
    return f"{whose} is waiting for approval. You can write another once it has been sent."


def _unsent(user: User, draft: Draft | None, leaving: Sequence[Outgoing]) -> Draft | None:
    """What this person has begun; not the copy of an answer that was saved while it left."""
    sent = {row.text for row in leaving if row.user_id == user.pk}
    return None if draft and draft.text.strip() in sent else draft


def count(item: Item, text: str) -> Count:
    """How long a text is, whether it is too long, and what it costs."""
    rules, said = rules_of(item.channel), text.strip()
    counted = length(said, rules.counting)
    return Count(
        counting=rules.counting if rules.counting in COUNTINGS else "characters",
        longest=rules.longest,
        length=counted,
        left=None if rules.longest is None else rules.longest - counted,
        problem=rules.too_long(said) or "",
        advice=warnings(item, said) if said else (),
    )


def stop_words(user: User, item: Item) -> str:
    """Why this person cannot answer the item now; empty where they can."""
    return _stop(user, item, rules_of(item.channel))


def _place(channel: Channel, rules: Rules) -> str:
    handle = str(channel.settings.get("username") or channel.brand).strip()
    return f"Reply on {rules.title} as {handle}" if handle else f"Reply on {rules.title}"


def _stop(user: User, item: Item, rules: Rules) -> str:
    if not may_work(user, item.queue):
        return "Your team does not reply in this queue. Leave a note for the team that does."
    if Act.REPLY not in rules.acts:
        return f"Triage cannot reply in {item.channel.name}. Reply on the platform, then resolve."
    if item.channel.state != Channel.State.ACTIVE:
        return f"{item.channel.name} is {item.channel.state}, so nothing can be sent there."
    if item.status == Item.Status.RESOLVED:
        return "Resolved. Reopen it to reply again."
    if item.status == Item.Status.CLAIMED and item.owner and item.owner_id != user.pk:
        return f"{item.owner.shown_name} has claimed it, so only they can reply. Your draft stays."
    if item.latest_post is None or item.latest_post.deleted_at:
        return "The post you are replying to was deleted."
    return ""


def _since(user: User, item: Item, draft: Draft, moves: Sequence[Move]) -> tuple[str, ...]:
    """What has happened since a draft was begun, in words, the earliest first."""
    told = (move for move in moves if move.event not in QUIET)
    return since(told, user, versions=item.version - draft.version)
