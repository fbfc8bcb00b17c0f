"""Growing: ops add an intent, change it, merge it, retire it or bring it back.

Rows are never deleted, and no verdict, lesson or item is changed here: what a word means from now
on is all that changes. Each change is in the audit log with its author and reason.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from triage.posts import clean
from triage.staff.audit import COMMAND, note
from triage.tables import IntentRow, User
from triage.tuning.taxonomy import look
from triage.vocabulary import INTENTS, NOISE, Intent, Queue, label

NAME = re.compile(r"[a-z][a-z0-9_]{1,31}")
RESERVED = ("unknown",)
"""What reports call conversations that nobody has named yet."""
QUEUES = (Queue.PROMO, Queue.SUPPORT, Queue.ARCHIVE)
MOST, MOST_EXAMPLES, EXAMPLE_LIMIT = 30, 20, 1000
LIMITS = {"measure": 200, "department": 100, "guide": 300, "reason": 500}


class IntentRefused(ValueError):
    """A change that cannot be made; the message is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants an intent to be."""

    measure: str
    department: str
    public: str
    community: str
    guide: str
    examples: tuple[str, ...] = ()


def add_intent(name: str, wanted: Wanted, *, by: User | None, reason: str) -> IntentRow:
    """A new intent, the last in order. People can say it at once; the model once it was taught.

    Raises IntentRefused, as all of these do, and changes nothing.
    """
    values = _checked(wanted)
    with _change() as rows:
        _check_name(name, rows)
        _check_room(rows)
        position = max(row.position for row in rows.values()) + 1
        row = IntentRow(name=name, position=position, **values)
        return _write(row, "intent_added", by=by, reason=reason)


def edit_intent(
    name: str, wanted: Wanted, *, by: User | None, reason: str, seen: int | None = None
) -> IntentRow:
    """Change what an intent in force is; `seen` is the revision that somebody looked at."""
    values = _checked(wanted, noise=name == NOISE)
    with _change() as rows:
        row = _in_force(name, rows)
        if seen is not None and row.revision != seen:
            raise IntentRefused(
                f"{label(name).capitalize()} has changed since you opened it. Look again."
            )
        before = {key: getattr(row, key) for key in values if getattr(row, key) != values[key]}
        for key, value in values.items():
            setattr(row, key, value)
        _check_queues(rows)
        return _write(row, "intent_changed", by=by, reason=reason, before=before)


def merge_intents(name: str, *, into: str, by: User | None, reason: str) -> IntentRow:
    """Read an intent as another from now on: what models say, and what people taught."""
    with _change() as rows:
        row = _in_force(name, rows, verb="merged")
        target = _in_force(into, rows)
        if target is row:
            raise IntentRefused("An intent cannot be merged into itself; choose another.")
        row.retired_at, row.merged_into = timezone.now(), target
        _check_queues(rows)
        return _write(row, "intent_merged", by=by, reason=reason, into=into)


def retire_intent(name: str, *, by: User | None, reason: str) -> IntentRow:
    """Have an intent said no more: what a model still calls so goes to review."""
    with _change() as rows:
        row = _in_force(name, rows, verb="retired")
        row.retired_at = timezone.now()
        _check_queues(rows)
        return _write(row, "intent_retired", by=by, reason=reason)


def restore_intent(name: str, *, by: User | None, reason: str) -> IntentRow:
    """Bring back an intent that was retired or merged, with all that people taught it."""
    with _change() as rows:
        row = _known(name, rows)
        if row.retired_at is None:
            raise IntentRefused(f"{label(name).capitalize()} is already active.")
        _check_room(rows)
        row.retired_at, row.merged_into = None, None
        return _write(row, "intent_restored", by=by, reason=reason)


def intent_rows() -> list[IntentRow]:
    """Every intent in its order. A database without any has the shipped ones now."""
    rows = IntentRow.objects.select_related("merged_into", "author")
    if not rows.exists():
        shipped = enumerate(INTENTS.values(), start=1)
        # Another process may do it at the same moment; then theirs are as good.
        IntentRow.objects.bulk_create(
            [_shipped(n, one) for n, one in shipped], ignore_conflicts=True
        )
    return list(rows)


def _shipped(number: int, intent: Intent) -> IntentRow:
    return IntentRow(
        name=intent.name,
        measure=intent.measure or "",
        department=intent.department or "",
        public=intent.public,
        community=intent.community,
        guide=intent.guide,
        position=number,
        revision=number,
        reason="shipped",
    )


@contextmanager
def _change() -> Iterator[dict[str, IntentRow]]:
    """The rows by name, locked, for one change; afterwards this process knows it."""
    try:
        with transaction.atomic():
            intent_rows()
            locked = IntentRow.objects.select_for_update(of=("self",)).order_by("position", "id")
            yield {row.name: row for row in locked}
    except IntegrityError:
        raise IntentRefused(
            "Somebody else changed the intents at the same moment; look at them again."
        ) from None
    look()


def _write(
    row: IntentRow, event: str, *, by: User | None, reason: str, **details: Any
) -> IntentRow:
    why = clean(" ".join(reason.split()), limit=LIMITS["reason"])[0]
    if not why:
        raise IntentRefused("Give a short reason. It is shown in the log.")
    newest = IntentRow.objects.aggregate(newest=Max("revision"))["newest"] or 0
    row.revision, row.author, row.reason, row.changed_at = newest + 1, by, why, timezone.now()
    row.save()
    note(event, by=by or COMMAND, target=row.name, reason=why, **details)
    return row


def _known(name: str, rows: Mapping[str, IntentRow]) -> IntentRow:
    if name not in rows:
        here = ", ".join(name for name, row in rows.items() if row.retired_at is None)
        raise IntentRefused(f"There is no intent {name!r}; known are {here}.")
    return rows[name]


def _in_force(name: str, rows: Mapping[str, IntentRow], *, verb: str = "") -> IntentRow:
    row = _known(name, rows)
    if row.retired_at is not None:
        raise IntentRefused(f"{label(name).capitalize()} is not active. Restore it first.")
    if verb and name == NOISE:
        raise IntentRefused(f"Noise cannot be {verb}: the archive stands on it.")
    return row


def _check_name(name: str, rows: Mapping[str, IntentRow]) -> None:
    if not NAME.fullmatch(name) or name in RESERVED:
        raise IntentRefused(
            f"The name is {name[:40]!r}; write 2 to 32 small letters, digits and underscores, the "
            "first a letter."
        )
    if name in rows:
        ended = rows[name].retired_at is not None
        raise IntentRefused(
            f"There is an intent {name!r} already; {'bring it back' if ended else 'change that'}."
        )


def _check_room(rows: Mapping[str, IntentRow]) -> None:
    if sum(row.retired_at is None for row in rows.values()) >= MOST:
        raise IntentRefused(f"There are {MOST} intents in force; merge or retire one first.")


def _check_queues(rows: Mapping[str, IntentRow]) -> None:
    """Both teams keep an intent on both kinds of channel; the archive has noise."""
    left = [row for row in rows.values() if row.retired_at is None]
    for queue in (Queue.PROMO, Queue.SUPPORT):
        for place in ("public", "community"):
            if all(getattr(row, place) != queue for row in left):
                raise IntentRefused(
                    f"Then no intent would lead to {queue} on {place} channels; "
                    "add one there first."
                )


def _checked(wanted: Wanted, *, noise: bool = False) -> dict[str, Any]:
    """The values of a row. Of noise only what describes it can be changed."""
    told = {"guide": _text("guide", wanted.guide), "examples": _examples(wanted.examples)}
    if noise:
        return told
    for place in ("public", "community"):
        if getattr(wanted, place) not in list(QUEUES):
            raise IntentRefused(
                f"The queue on {place} channels is {getattr(wanted, place)!r}; "
                "choose promo, support or archive."
            )
    return {
        "measure": _text("measure", wanted.measure),
        "department": _text("department", wanted.department),
        "public": wanted.public,
        "community": wanted.community,
        **told,
    }


def _text(name: str, typed: str) -> str:
    text = " ".join(clean(typed, limit=LIMITS[name] + 1)[0].split())
    if not text or len(text) > LIMITS[name]:
        raise IntentRefused(f"An intent needs a {name} of 1 to {LIMITS[name]} characters.")
    return text


def _examples(typed: Sequence[str]) -> list[str]:
    texts = [text for each in typed if (text := clean(each.strip(), limit=EXAMPLE_LIMIT)[0])]
    if len(texts) > MOST_EXAMPLES:
        raise IntentRefused(f"There are {len(texts)} examples; {MOST_EXAMPLES} are enough.")
    return list(dict.fromkeys(texts))
