"""History: the moves of an item in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from triage.tables import Move, User
from triage.web.showing import Moment, moment, queue_name

_EVENTS = {
    "joined": "wrote again",
    "edited": "edited by its author",
    "reopened": "reopened by a new post",
    "withdrawn": "deleted by its author",
    "lapsed": "back in its queue",
    "woken": "woken",
    "resorted": "re-sorted",
    "needs_approval": "an answer needs approval",
    "relabelled": "relabelled",
    "answered": "answered at the platform",
    "undone": "open again",
    "reply_refused": "the reply was refused",
    "reply_failed": "the reply could not be sent",
    "reply_unknown": "nobody knows whether the reply left",
}
_ACTS = {
    "claimed": "claimed by {who}",
    "released": "given back by {who}",
    "resolved": "resolved by {who}",
    "reopened": "reopened by {who}",
    "assigned": "assigned by {who}",
    "taken_over": "taken over by {who}",
    "snoozed": "snoozed by {who}",
    "woken": "woken by {who}",
    "tagged": "tagged by {who}",
    "untagged": "a tag taken off by {who}",
    "noted": "a note by {who}",
    "merged": "merged by {who}",
    "took_in": "another item merged into it by {who}",
    "blocked": "its author blocked by {who}",
    "unblocked": "its author unblocked by {who}",
    "undone": "undone by {who}",
    "replied": "answered by {who}",
    "asked_approval": "approval of an answer asked for by {who}",
    "approved": "an answer approved by {who}",
    "approval_undone": "an approval taken back by {who}",
    "sent_back": "an answer sent back by {who}",
    "called_back": "a reply called back by {who}",
    "let_go": "a reply let go by {who}",
    "sent_again": "a reply sent again by {who}",
    "found_sent": "found at the platform by {who}",
    "shared": "shared by {who}",
    "hidden": "a post hidden by {who}",
    "unhidden": "a post shown again by {who}",
    "liked": "a post liked by {who}",
    "unliked": "a like taken back by {who}",
    "deleted": "a post deleted by {who}",
}
_SAID_ELSEWHERE = ("placed", "joined", "edited", "reopened", "withdrawn")
"""Events whose reason the page shows beside the item."""


@dataclass(frozen=True, slots=True)
class Line:
    """One move: what happened, and why if somebody said so."""

    when: Moment
    words: str
    why: str


def history(moves: Iterable[Move], *, user: User, now: datetime) -> tuple[Line, ...]:
    """The moves in words, in the order given."""
    return tuple(Line(moment(move.at, now=now), words(move, user), _why(move)) for move in moves)


def words(move: Move, user: User) -> str:
    """One move as part of a sentence: `claimed by Bob`."""
    if move.by == Move.By.PERSON:
        return _act(move, user)
    by = f"the {move.by}"
    if move.event == "placed":
        return f"to {queue_name(move.target)} by {by}"
    event = _EVENTS.get(move.event, move.event.replace("_", " "))
    if move.source and move.source != move.target:
        return f"{event}; to {queue_name(move.target)} by {by}"
    return event


def _act(move: Move, user: User) -> str:
    who = "somebody"
    if move.user is not None:
        who = "you" if move.user_id == user.pk else move.user.shown_name
    if move.event == "handed_off":
        return f"handed off to {queue_name(move.target)} by {who}"
    return _ACTS.get(move.event, move.event.replace("_", " ") + " by {who}").format(who=who)


def _why(move: Move) -> str:
    said = "" if move.event in _SAID_ELSEWHERE else move.why
    return " ".join(filter(None, (said, rules_in_words(move.rules))))


def rules_in_words(trace: Mapping[str, Sequence[str]]) -> str:
    """Which rules ran on a post and which an earlier one kept from it; empty where none did."""
    ran, would = (_named(trace.get(part, ())) for part in ("ran", "would"))
    told = f"Rules that ran: {ran}." if ran else ""
    return f"{told} Kept from running by an earlier one: {would}." if would else told


def _named(rules: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in rules)
