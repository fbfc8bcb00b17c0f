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
    "lapsed": "returned to its queue",
    "woken": "woken",
    "resorted": "re-sorted",
    "needs_approval": "a reply needs approval",
    "relabelled": "relabelled",
    "sentiment": "sentiment set in the other team's item",
    "adjusted": "priority or tags updated",
    "answered": "replied to on the platform",
    "undone": "reopened",
    "reply_refused": "the reply was rejected",
    "reply_failed": "the reply could not be sent",
    "reply_unknown": "sending the reply was not confirmed",
}
_ACTS = {
    "claimed": "claimed by {who}",
    "released": "released by {who}",
    "resolved": "resolved by {who}",
    "reopened": "reopened by {who}",
    "assigned": "assigned by {who}",
    "taken_over": "taken over by {who}",
    "snoozed": "snoozed by {who}",
    "woken": "unsnoozed by {who}",
    "tagged": "tagged by {who}",
    "untagged": "tag removed by {who}",
    "sentiment": "sentiment set by {who}",
    "noted": "note by {who}",
    "merged": "merged by {who}",
    "took_in": "another item merged in by {who}",
    "blocked": "author blocked by {who}",
    "unblocked": "author unblocked by {who}",
    "undone": "undone by {who}",
    "replied": "replied to by {who}",
    "asked_approval": "approval requested by {who}",
    "approved": "reply approved by {who}",
    "approval_undone": "approval undone by {who}",
    "sent_back": "reply sent back by {who}",
    "called_back": "send undone by {who}",
    "let_go": "reply discarded by {who}",
    "sent_again": "reply resent by {who}",
    "found_sent": "marked as sent by {who}",
    "shared": "shared by {who}",
    "hidden": "post hidden by {who}",
    "unhidden": "post unhidden by {who}",
    "liked": "post liked by {who}",
    "unliked": "post unliked by {who}",
    "deleted": "post deleted by {who}",
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
    return f"{told} Stopped by an earlier rule: {would}." if would else told


def _named(rules: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in rules)
