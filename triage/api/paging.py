"""Paging over rows that are only added to: by id, the newest first."""

from typing import Annotated, Any, NamedTuple, TypeVar

from django.db.models import Model, QuerySet
from ninja import Query

Row = TypeVar("Row", bound=Model)
After = Annotated[int, Query(ge=0, lt=2**62, description="`after` of the page before")]
Limit = Annotated[int, Query(ge=1, le=200)]
SIZE = 50


class Rows(NamedTuple):
    """Some rows, and what to ask for those behind them; None at the end."""

    rows: list[Any]
    after: int | None


def newest(rows: QuerySet[Row], *, after: int, limit: int) -> Rows:
    """The newest rows, or those behind the row with the id `after`."""
    if after:
        rows = rows.filter(pk__lt=after)
    found = list(rows.order_by("-pk")[: limit + 1])
    return Rows(found[:limit], found[limit - 1].pk if len(found) > limit else None)
