"""What X charges for reading, by its pay-per-use prices of August 2026.

A post that is read twice on one day (UTC) is charged once by X and counted twice here, so the
meter is never below the bill on that account.
"""

from collections.abc import Mapping
from typing import Any

from workers.channels.metering import charge
from workers.channels.records import listed, part

OWNED_POST, POST, USER = 1_000, 5_000, 10_000
"""Millionths of a dollar: a mention read by its own account's app, any other post, an author."""


def charge_reading(answer: Any, *, owned: bool, authors: bool) -> None:
    """Put an answer on the meter: its posts, what they answer, and, if `authors`, their authors.

    Whether X bills authors that come along with posts, its pages do not say.
    """
    found = len(listed(part(answer, "data")))
    along = len(_included(answer, "tweets"))
    users = len(_included(answer, "users")) if authors else 0
    price = found * (OWNED_POST if owned else POST) + along * POST + users * USER
    charge(posts=found + along, microdollars=price)


def cap_problem(settings: Mapping[str, str]) -> str | None:
    """What is wrong with the monthly cap, None where it is fine or not given."""
    value = settings.get("monthly_cap")
    if not value:
        return None
    try:
        fine = value.isascii() and 0 < float(value) <= 1_000_000
    except ValueError:
        fine = False
    return None if fine else f"monthly_cap is {value[:20]!r}; it must be dollars, like 25 or 2.50"


def _included(answer: Any, name: str) -> list[Any]:
    found = part(answer, "includes", name)
    return found if isinstance(found, list) else []
