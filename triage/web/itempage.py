"""What an item's page shows: everything that item.html needs, in one place."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404

from triage.access import item_for, may_work
from triage.desk.notes import notes_on
from triage.tables import Item, Note, User
from triage.tables.labels import labels_of
from triage.vocabulary import ROLES, Queue, Team
from triage.web.around import (
    around,
    asked_around,
    draft_around,
    policy_around,
    viewers_around,
)
from triage.web.composer import composer
from triage.web.context import context, latest_moves
from triage.web.feelings import choices
from triage.web.handoff import groups
from triage.web.leaving import leaving, outbox_state, outgoing_of
from triage.web.more import more
from triage.web.place import Place
from triage.web.rows import owner_words, row, tags
from triage.web.showing import linked, maybe, queue_name, straight, web_address
from triage.web.snooze import rests
from triage.web.thread import thread
from triage.web.typed import Typed
from triage.web.watching import viewers

Status = Item.Status


@dataclass(frozen=True, slots=True)
class Said:
    """What the page says of the act that has just been tried; `stroke` undoes it."""

    done: str = ""
    refused: str = ""
    stroke: str = ""


def find(user: User, pk: int) -> Item:
    """An item that this person may see, with what there is around it. Raises Http404."""
    try:
        return item_for(user, pk, **asked_around(user))
    except Item.DoesNotExist:
        raise Http404 from None


def item_page(
    user: User,
    item: Item,
    place: Place,
    *,
    now: datetime,
    typed: Typed | None = None,
    said: Said | None = None,
) -> dict[str, Any]:
    """Everything that item.html shows."""
    typed, there = typed or Typed(), around(item)
    sent = outgoing_of(item) if "outgoing" in there else []
    moves = latest_moves(user, item)
    works, policy = may_work(user, item.queue), policy_around(item)
    talk = thread(user, item, sent, notes=_notes(item, there), now=now)
    return {
        "item": item,
        "row": row(item, user=user, place=place, now=now),
        "place": place,
        "author": item.author or "Unknown author",
        "author_in_title": straight(item.author) or "Unknown author",
        "queue_name": queue_name(item.queue),
        "tags": tags(item),
        "labels": labels_of(item),
        "owner": owner_words(item, user),
        "rests": _rests(item, now),
        "viewers": viewers(viewers_around(item)),
        "address": web_address(item.url),
        "thread": talk,
        "leaving": leaving(sent, item, user, now=now, typed=typed),
        "outbox": outbox_state(sent),
        "composer": composer(user, item, draft_around(item, user), sent, typed, policy, moves),
        "fallback": linked(item.text),
        "context": context(user, item, moves, felt=talk.felt, now=now),
        "feels": choices(item.sentiment) if works and not item.merged_into_id else (),
        "named_you": "mentions" in there,
        "works": works,
        "acts": _acts(item, user, works=works),
        "primary": _primary(item, mine=item.owner_id == user.pk),
        "hint": _hint(item, user, works=works),
        "groups": groups(item, policy, chosen=typed.word("to", 64)),
        "rest_choices": rests(now),
        "more": more(user, item) if typed.open in MORE else None,
        "typed": typed,
        "said": said or Said(),
    }


MORE = ("others", "assign", "merge", "share", "mute", "lift", "take-over")
"""Acts whose forms are in the panel that is fetched when it is opened."""


def _acts(item: Item, user: User, *, works: bool) -> dict[str, bool]:
    status, mine = Status(item.status), item.owner_id == user.pk
    free = status == Status.OPEN or (status == Status.CLAIMED and mine)
    claimed = status == Status.CLAIMED
    return {
        "claim": works and status == Status.OPEN,
        "release": claimed and (mine or user.in_team(Team.OPS)),
        "hand_off": works and free,
        "snooze": works and free and not item.snoozed,
        "wake": works and item.snoozed,
        "resolve": works and free,
        "reopen": works and status == Status.RESOLVED and not item.merged_into_id,
    }


def _notes(item: Item, there: frozenset[str]) -> list[Note]:
    return list(notes_on(item)) if "notes" in there else []


def _rests(item: Item, now: datetime) -> str:
    if not item.snoozed:
        return ""
    until = maybe(item.snoozed_until, now=now)
    return f"snoozed until {until.short}" if until else "snoozed until they reply"


def _hint(item: Item, user: User, *, works: bool) -> str:
    """Why there are no buttons, where there are none."""
    if not works:
        return f"The {ROLES[Queue(item.queue)]} works this queue. You can read and leave notes."
    if item.status == Status.CLAIMED and item.owner and item.owner_id != user.pk:
        return f"Only {item.owner.shown_name} can act on it until they release it."
    return ""


def _primary(item: Item, *, mine: bool) -> str:
    """The act that most likely comes next; its button stands out."""
    if item.queue == Queue.REVIEW:
        return "hand-off"
    return "resolve" if mine else "claim"
