"""Pending: answers that wait for approval, as whoever may approve them sees them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from triage.access import moves_for
from triage.back.composing import rules_of, warnings
from triage.tables import Item, Move, Outgoing, User
from triage.web.history import words
from triage.web.showing import Moment, moment

QUIET = ("noted", "tagged", "untagged")
"""Moves that leave the version of an item as it is."""
NEWS_SHOWN, NEWS_LOOKED_AT = 5, 500


@dataclass(frozen=True, slots=True)
class Pending:
    """An answer that waits. `since` is what has happened to its item since it was written; `seen`
    is the version of the item with all of that."""

    pk: int
    item: int
    text: str
    written: str
    who: str
    asked: Moment
    place: str
    resolves: bool
    since: tuple[str, ...]
    seen: int
    advice: tuple[str, ...]
    reason: str = ""


def pending(
    rows: Sequence[Outgoing],
    user: User,
    *,
    now: datetime,
    typed: tuple[int, str, str] | None = None,
) -> list[Pending]:
    """Answers in the order given, with what is new in their items, in one query.

    `typed` is the row, the text and the word of a form that was refused.
    """
    changed = [row for row in rows if row.item.version != row.asked_version]
    news = _news(changed, user)
    return [_pending(row, user, news.get(row.item_id, []), now, typed) for row in rows]


def since(moves: Iterable[Move], user: User, *, versions: int) -> tuple[str, ...]:
    """What the latest moves of an item (the newest first) were, in words, the earliest first."""
    latest = list(moves)[: min(NEWS_SHOWN, versions)]
    return tuple(words(move, user) for move in reversed(latest))


def _news(rows: Sequence[Outgoing], user: User) -> dict[int, list[Move]]:
    if not rows:
        return {}
    moves = moves_for(user).filter(
        item__in=[row.item_id for row in rows], at__gte=min(row.created_at for row in rows)
    )
    found: dict[int, list[Move]] = {}
    latest = moves.exclude(event__in=QUIET).select_related("user").order_by("-id")
    for move in latest[:NEWS_LOOKED_AT]:
        found.setdefault(move.item_id, []).append(move)
    return found


def _pending(
    row: Outgoing,
    user: User,
    news: list[Move],
    now: datetime,
    typed: tuple[int, str, str] | None,
) -> Pending:
    item = row.item
    _, text, reason = typed if typed and typed[0] == row.pk else (0, row.text, "")
    changes = item.version - row.asked_version
    return Pending(
        pk=row.pk,
        item=item.pk,
        text=text or row.text,
        written=row.written,
        who=row.user.shown_name if row.user else "Somebody",
        asked=moment(row.created_at, now=now),
        place=rules_of(item.channel).title,
        resolves=row.resolves,
        since=(since(news, user, versions=changes) or ("it has changed",)) if changes else (),
        seen=item.version,
        advice=warnings(item, row.text),
        reason=reason,
    )


def waits_for(item: Item, names: str) -> str:
    """Whom an answer to an item waits for, in words; `names` is empty where nobody may approve."""
    if names:
        return f"Waiting for approval by {names}."
    return (
        f"Waiting for approval, but nobody can approve replies in {item.queue} yet. "
        "Ask ops to add an approver."
    )
