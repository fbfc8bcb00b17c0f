"""Sweeping: one act for many items at a stroke, each only if it is still as it was seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from triage.access import items_for
from triage.desk.acting import ActRefused, new_stroke
from triage.tables import Item, User

AT_ONCE = 200


class Act(Protocol):
    """An act of items, claims, assigning, tagging or snoozing, with all but these filled in."""

    def __call__(self, item: Item, user: User, /, *, seen: int | None, stroke: str) -> Any:
        """Do it, or raise ActRefused."""


@dataclass(frozen=True, slots=True)
class Swept:
    """Which items the act was done to, which not and why; `stroke` undoes those that it was."""

    done: tuple[int, ...]
    refused: tuple[tuple[int, str], ...]
    stroke: str


def sweep(user: User, act: Act, seen: Mapping[int, int]) -> Swept:
    """Do an act to every item of `seen` (id -> the version that was shown).

    Write `partial(hand_off, to="promo", reason="…")` for an act that needs more. Raises ActRefused
    for none, or more than 200, at once; a refusal of one item leaves the others alone.
    """
    if not seen:
        raise ActRefused("Select at least one item.")
    if len(seen) > AT_ONCE:
        raise ActRefused(f"Select at most {AT_ONCE} items at a time.")
    around = ("channel", "owner", "latest_post")
    items = items_for(user).select_related(*around).in_bulk(list(seen))
    stroke = new_stroke()
    done: list[int] = []
    refused: list[tuple[int, str]] = []
    for pk, version in seen.items():
        try:
            _one(items.get(pk), user, act, version=version, stroke=stroke)
        except ActRefused as why:
            refused.append((pk, str(why)))
        else:
            done.append(pk)
    return Swept(tuple(done), tuple(refused), stroke)


def _one(item: Item | None, user: User, act: Act, *, version: int, stroke: str) -> None:
    if item is None:
        raise ActRefused("This item no longer exists.")
    act(item, user, seen=version, stroke=stroke)
