"""Echoes: what campaigns have brought, of any set of items, like those of a week."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from triage.tables import Item


@dataclass(frozen=True, slots=True)
class Echo:
    """What one campaign has brought. `followers` are those of all who wrote, each person counted
    once; None where no platform told any."""

    campaign: int
    name: str
    opened: int
    open: int
    followers: int | None


def echoes(items: QuerySet[Item]) -> tuple[Echo, ...]:
    """The campaigns that items belong to, the loudest first. Two queries; one without any."""
    rows = items.exclude(campaign=None).order_by().values("campaign", "campaign__name")
    counted = list(
        rows.annotate(opened=Count("pk"), open=Count("pk", ~Q(status=Item.Status.RESOLVED)))
    )
    reached = followers(items) if counted else {}
    found = (
        Echo(
            campaign=row["campaign"],
            name=row["campaign__name"],
            opened=row["opened"],
            open=row["open"],
            followers=reached.get(row["campaign"]),
        )
        for row in counted
    )
    return tuple(sorted(found, key=lambda echo: (-echo.opened, echo.name)))


def followers(items: QuerySet[Item]) -> dict[int, int]:
    """The followers of the people behind each campaign's items, by its id; nothing where no
    platform told any."""
    told = items.exclude(campaign=None).exclude(person__reach=None).order_by()
    found: dict[int, int] = defaultdict(int)
    for campaign, _, reach in told.values_list("campaign", "person", "person__reach").distinct():
        found[campaign or 0] += reach or 0
    return dict(found)
