"""Composer: where an answer is written, and all that its writer must know before it leaves."""

from collections.abc import Sequence
from dataclasses import dataclass

from triage.access import may_work, moves_for
from triage.back.composing import Rules, rules_of, warnings
from triage.back.lengths import COUNTINGS, length
from triage.back.replies import UNSENT
from triage.desk.drafts import is_behind
from triage.tables import Channel, Draft, Item, Outgoing, User
from triage.vocabulary import Act
from triage.web.history import words
from triage.web.typed import Typed

BUSY = (Outgoing.State.WAITING, Outgoing.State.SENDING, *UNSENT)
QUIET = ("noted", "tagged", "untagged")
"""Moves that leave the version of an item as it is."""


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
    """The form below a thread. `stop` says in words why nothing can be sent now."""

    place: str
    text: str
    seen: int
    count: Count
    stop: str
    since: tuple[str, ...]
    on_its_way: bool
    can_reply: bool
    has_draft: bool


def composer(
    user: User, item: Item, draft: Draft | None, leaving: Sequence[Outgoing], typed: Typed
) -> Composer:
    """What a person can write to the author of an item now."""
    draft, rules = _unsent(user, draft, leaving), rules_of(item.channel)
    text = draft.text if draft else typed.fields.get("text", "") if typed.open == "reply" else ""
    behind = draft is not None and is_behind(draft, item)
    return Composer(
        place=_place(item.channel, rules),
        text=text,
        seen=draft.version if draft and behind else item.version,
        count=count(item, text),
        stop=_stop(user, item, rules),
        since=_since(user, item, draft) if draft and behind else (),
        on_its_way=any(row.act == Act.REPLY and row.state in BUSY for row in leaving),
        can_reply=Act.REPLY in rules.acts,
        has_draft=draft is not None,
    )


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
        return "Your team does not answer in this queue; leave a note for those who do."
    if Act.REPLY not in rules.acts:
        return f"Triage cannot reply in {item.channel.name}: answer at the platform, then resolve."
    if item.channel.state != Channel.State.ACTIVE:
        return f"{item.channel.name} is {item.channel.state}, so nothing is sent there."
    if item.status == Item.Status.RESOLVED:
        return "It is resolved. Reopen it to answer once more."
    if item.status == Item.Status.CLAIMED and item.owner and item.owner_id != user.pk:
        return f"{item.owner.shown_name} has it, so nobody else answers. Your words are kept."
    if item.latest_post is None or item.latest_post.deleted_at:
        return "The post to be answered is gone."
    return ""


def _since(user: User, item: Item, draft: Draft) -> tuple[str, ...]:
    """What has happened since a draft was begun, in words, the earliest first."""
    moves = moves_for(user).filter(item=item).exclude(event__in=QUIET).select_related("user")
    latest = moves.order_by("-id")[: min(5, item.version - draft.version)]
    return tuple(words(move, user) for move in reversed(latest))
