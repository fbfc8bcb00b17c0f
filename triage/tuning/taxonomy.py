"""The taxonomy: what the table of intents says, brought into this process (`triage.intents`).

A process looks when it reads the policy, so that every batch of a worker goes by what is in force,
and at most every few seconds for pages. A look costs one number; the rows are read when it changed.
"""

from contextlib import suppress
from pathlib import Path
from time import monotonic

from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet, Subquery

from triage.intents import SHIPPED, Taxonomy, know, known
from triage.tables import IntentRow
from triage.vocabulary import Intent, Queue

FRESH_FOR = 3.0
"""Seconds for which a page need not look again."""
_looked_at = float("-inf")


def look() -> None:
    """Know what is in force now. One query, and another where it has changed."""
    see(_newest().first())


def look_if_there() -> None:
    """Know what is in force if there is a database that can say; none is made for it."""
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return
    with suppress(DatabaseError), transaction.atomic():
        look()


def look_now_and_then(*, now: float | None = None) -> None:
    """Look, unless this process did in the last seconds; `now` is a monotonic clock's."""
    global _looked_at
    at = monotonic() if now is None else now
    if at - _looked_at >= FRESH_FOR:
        _looked_at = at
        look()


def see(revision: int | None) -> None:
    """Read the rows if they are not those that are known; None is what is shipped."""
    if revision != (known().revision or None):
        know(_read())


def newest_revision() -> Subquery:
    """The number of the last change, as part of another query; null where nothing was changed."""
    return Subquery(_newest()[:1])


def _newest() -> "QuerySet[IntentRow, int]":
    return IntentRow.objects.order_by("-revision").values_list("revision", flat=True)


def _read() -> Taxonomy:
    rows = list(IntentRow.objects.select_related("merged_into"))
    if not rows:
        return SHIPPED
    return Taxonomy.of(map(intent_of, rows), revision=max(row.revision for row in rows))


def intent_of(row: IntentRow) -> Intent:
    """A row as the rest of the product knows it."""
    return Intent(
        name=row.name,
        measure=row.measure or None,
        department=row.department or None,
        public=Queue(row.public),
        community=Queue(row.community),
        guide=row.guide,
        examples=tuple(row.examples),
        retired=row.retired_at is not None,
        successor=row.merged_into.name if row.merged_into else "",
    )
