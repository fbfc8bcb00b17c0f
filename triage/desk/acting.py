"""Acting: how an item is changed by a person, or by time. Each change is a conditional update.

What a person does can be refused, with one sentence, and is kept as a deed so that it can be
undone. What happens by itself is left alone when somebody was faster.
"""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from triage.access import may_work
from triage.posts import clean
from triage.tables import Deed, Item, Move, User

Status = Item.Status
KEPT = (
    "queue", "status", "owner_id", "claimed_until", "snoozed", "snoozed_until", "intent", "unsure",
    "decided_by_person", "priority", "why", "resolved_at", "sentiment",
)  # fmt: skip
"""What acts change of an item, and an undo brings back."""
UNDOABLE = ("resolved", "handed_off", "snoozed", "sentiment")
"""What can be undone; of the other acts, those that were done to many items in one go."""
AS_IT_IS = Q()
AWAKE = {"claimed_until": None, "snoozed": False, "snoozed_until": None}


class ActRefused(Exception):
    """An act that is not possible now; the message is one sentence for the person."""


def act(
    rows: QuerySet[Item],
    item: Item,
    user: User,
    *,
    event: str,
    reason: str = "",
    stroke: str = "",
    by: Move.By = Move.By.PERSON,
    **changes: Any,
) -> Item:
    """Change the row if it is still as the act needs it; write the move and the deed, or refuse.

    `rows` holds the item only as long as the act is possible. A lease and a snooze end with every
    act that does not set them. `stroke` binds acts that are undone together.
    """
    with transaction.atomic():
        before = rows.select_for_update(no_key=True).values("version", *KEPT).first()
        if before is None:
            raise ActRefused(what_happened(item, user, event))
        version = before.pop("version")
        same = rows.filter(version=version)
        values = {**AWAKE, **changes, "version": version + 1, "changed_at": timezone.now()}
        if same.update(**values) != 1:
            raise ActRefused(what_happened(item, user, event))
        changed = Item.objects.select_related("channel", "owner", "latest_post").get(pk=item.pk)
        write_move(changed, event=event, source=before["queue"], user=user, why=reason, by=by)
        if stroke or event in UNDOABLE:
            _keep_deed(changed, user, event=event, stroke=stroke, before=before)
    return changed


def _keep_deed(item: Item, user: User, *, event: str, stroke: str, before: dict[str, Any]) -> None:
    Deed.objects.create(
        user=user,
        item=item,
        stroke=stroke or new_stroke(),
        event=event,
        before={name: _plain(value) for name, value in before.items()},
        version=item.version,
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def act_alone(item: Item, *, event: str, why: str, only: Q = AS_IT_IS, **changes: Any) -> bool:
    """Change an item because its time has come -> whether it still was in the version given, and
    as `only` asks."""
    now = timezone.now()
    with transaction.atomic():
        same = Item.objects.filter(only, pk=item.pk, version=item.version)
        if same.update(**changes, version=F("version") + 1, changed_at=now) != 1:
            return False
        write_move(item, event=event, source=item.queue, why=why)
    return True


def write_move(
    item: Item,
    *,
    event: str,
    source: str | None = None,
    user: User | None = None,
    why: str = "",
    by: Move.By = Move.By.PERSON,
) -> Move:
    """Add to an item's history what a person did or had done, or what happened by itself."""
    return Move.objects.create(
        item=item,
        source=item.queue if source is None else source,
        target=item.queue,
        event=event,
        by=by if user else Move.By.RULE,
        user=user,
        why=why,
    )


def new_stroke() -> str:
    """A word for what is done in one go."""
    return uuid4().hex


def check_may_work(item: Item, user: User) -> None:
    """Raise ActRefused unless the person works in the queue of the item."""
    if not may_work(user, item.queue):
        raise ActRefused(f"Your team does not work the {item.queue} queue.")


def open_or_own(item: Item, user: User, seen: int | None) -> QuerySet[Item]:
    """The item, while nobody else has it and it is in version `seen` (None: in any)."""
    rows = Item.objects.filter(
        Q(status=Status.OPEN) | Q(status=Status.CLAIMED, owner=user), pk=item.pk, queue=item.queue
    )
    return in_version(rows, seen)


def in_version(rows: QuerySet[Item], seen: int | None) -> QuerySet[Item]:
    """The rows in the version that somebody has seen; all of them where none is given."""
    return rows if seen is None else rows.filter(version=seen)


def reason_of(text: str, *, asked: str) -> str:
    """A reason as it is kept. Raises ActRefused with `asked` where none is given."""
    said = clean(" ".join(text.split()), limit=500)[0]
    if not said:
        raise ActRefused(asked)
    return said


def what_happened(item: Item, user: User, event: str) -> str:
    """Why an act was not possible, as a sentence."""
    now = Item.objects.select_related("owner").filter(pk=item.pk).first()
    if now is None:
        return "This item no longer exists."
    if now.queue != item.queue:
        return f"It was moved to {now.queue} since you opened it. Look again."
    if now.status == Status.RESOLVED:
        return f"It was already resolved{f' by {now.owner.shown_name}' if now.owner else ''}."
    if now.owner and now.owner != user:
        return f"{now.owner.shown_name} has claimed it."
    if now.status == Status.OPEN and event in ("released", "reopened", "taken_over"):
        return "It is open and unclaimed. Look again."
    return "It has changed since you opened it. This is the current state."
