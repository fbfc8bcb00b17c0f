"""Paging by key: a page begins after the last row that was seen, at the same price at any depth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

from triage.desk.waiting import WAITING_ORDER
from triage.tables import Item

Row = TypeVar("Row", bound=Model)
SIZE = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, mostly items, and the key to go on after them; the key is empty at the end."""

    items: list[Row]
    after: str


def waiting_page(items: QuerySet[Item], after: str = "", *, size: int = SIZE) -> Page[Item]:
    """Most urgent first, then oldest. A key that cannot be read begins at the top."""
    rows = items.order_by(*WAITING_ORDER)
    key = _read(after, parts=3)
    if key is None:
        return _page(list(rows[: size + 1]), _waiting_key, size)
    priority, moment, pk = key
    at = _time(moment)
    # Two ranges of the index instead of one condition with "or", which would be filtered row by
    # row from the top of the queue.
    level = rows.filter(priority=priority, posted_at__gte=at).exclude(posted_at=at, pk__lte=pk)
    found = list(level[: size + 1])
    if len(found) <= size:
        found += rows.filter(priority__lt=priority)[: size + 1 - len(found)]
    return _page(found, _waiting_key, size)


def newest_page(
    items: QuerySet[Item], field: str, after: str = "", *, size: int = SIZE
) -> Page[Item]:
    """Newest first by a time. A key that cannot be read begins at the top."""
    rows = items.order_by(f"-{field}", "-id")
    key = _read(after, parts=2)
    if key is not None:
        at = _time(key[0])
        rows = rows.filter(**{f"{field}__lte": at}).exclude(**{field: at, "pk__gte": key[1]})
    return _page(
        list(rows[: size + 1]), lambda item: f"{_micros(getattr(item, field))}~{item.pk}", size
    )


def soonest_page(
    parts: Sequence[QuerySet[Row]], field: str, after: str = "", *, size: int = SIZE
) -> Page[Row]:
    """Soonest first by a time, out of several sets of rows that have nothing in common."""
    key = _read(after, parts=2)
    found: list[Row] = []
    for items in parts:
        rows = items.order_by(field, "id")
        if key is not None:
            at = _time(key[0])
            rows = rows.filter(**{f"{field}__gte": at}).exclude(**{field: at, "pk__lte": key[1]})
        found += rows[: size + 1]
    found.sort(key=lambda item: (getattr(item, field), item.pk))
    return _page(found, lambda item: f"{_micros(getattr(item, field))}~{item.pk}", size)


def _page(found: list[Row], key: Callable[[Row], str], size: int) -> Page[Row]:
    items = found[:size]
    return Page(items, key(items[-1]) if len(found) > size else "")


def _waiting_key(item: Item) -> str:
    return f"{item.priority}~{_micros(item.posted_at)}~{item.pk}"


def _read(after: str, *, parts: int) -> tuple[int, ...] | None:
    try:
        numbers = tuple(int(part) for part in after.split("~"))
        _time(numbers[-2])
    except (ValueError, OverflowError, IndexError):
        return None
    fits = all(abs(number) < 2**63 for number in numbers)
    return numbers if len(numbers) == parts and fits else None


def _time(micros: int) -> datetime:
    return _EPOCH + micros * _MICROSECOND


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND
