"""Figures: how soon a week's conversations were answered and done, for each group of them.

Page, API, export and command all show these rows, so that they can never disagree.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, NamedTuple, get_args

from django.db.models import QuerySet

from triage.intents import every_intent, today
from triage.tables import Item
from triage.times.doers import Doers, doers_of
from triage.times.reports import UNKNOWN, items_of_week
from triage.times.responses import kept
from triage.times.tallies import Tally, Took
from triage.tuning.policy import Rulebook

Group = Literal["all", "queue", "intent", "priority", "department", "person"]
GROUPS: tuple[Group, ...] = get_args(Group)
NOBODY = "nobody"
"""The department of what is accountable to none."""


class Figures(NamedTuple):
    """One group: how many conversations, how soon their first reply, how soon their end."""

    group: Group
    name: str
    conversations: int
    reply: Took
    resolution: Took


@dataclass(slots=True)
class _Sum:
    items: set[int] = field(default_factory=set)
    reply: Tally = field(default_factory=Tally)
    resolution: Tally = field(default_factory=Tally)


CONVERSATION = (
    "id", "channel", "opened_at", "status", "queue", "intent", "priority", "department",
    "reply_seconds", "reply_kept", "resolution_seconds", "resolution_kept",
)  # fmt: skip
"""What is told of each conversation."""
_Sums = dict[tuple[Group, str], _Sum]
COLUMNS = (
    "id", "queue", "intent", "priority", "reply_seconds", "reply_due_at", "resolve_seconds",
    "resolve_due_at",
)  # fmt: skip


def response_figures(
    items: QuerySet[Item],
    starts: date,
    *,
    policy: Rulebook,
    now: datetime,
    people: bool = False,
) -> list[Figures]:
    """The figures of the week that begins on the Monday `starts`: all, then group by group.

    With `people` also by person, in two queries more: the first reply under who sent it, the
    resolution under who called it done.
    """
    week = items_of_week(items, starts, zone=policy.hours.zone)
    doers: Mapping[int, Doers] = doers_of(week) if people else {}
    sums: _Sums = defaultdict(_Sum)
    for row in week.values(*COLUMNS).iterator(chunk_size=5000):
        _add(sums, row, _kept(row, policy, now), doers.get(row["id"], Doers()))
    if not sums:
        sums["all", ""] = _Sum()
    return [
        Figures(group, name, len(found.items), found.reply.told(), found.resolution.told())
        for (group, name), found in sorted(sums.items(), key=_order)
    ]


def flat(row: Figures) -> dict[str, Any]:
    """One row of an export: group, name, conversations, then `reply_…` and `resolution_…`."""
    sides = {"reply": row.reply, "resolution": row.resolution}
    return {
        "group": row.group,
        "name": row.name,
        "conversations": row.conversations,
        **{
            f"{side}_{name}": value
            for side, took in sides.items()
            for name, value in took._asdict().items()
        },
    }


def each_conversation(
    items: QuerySet[Item], starts: date, *, policy: Rulebook, now: datetime
) -> Iterator[dict[str, Any]]:
    """A row for each conversation behind the figures, oldest first, in bounded memory.

    Seconds are business time; `…_kept` is None where nothing was promised or is not due yet.
    """
    week = items_of_week(items, starts, zone=policy.hours.zone).order_by("opened_at", "id")
    more = ("channel__name", "status", "opened_at")
    for row in week.values(*COLUMNS, *more).iterator(chunk_size=2000):
        reply, resolution = _kept(row, policy, now)
        yield {
            "id": row["id"],
            "channel": row["channel__name"],
            "opened_at": row["opened_at"].isoformat(),
            "status": row["status"],
            "queue": row["queue"],
            "intent": row["intent"],
            "priority": row["priority"],
            "department": _department(row["intent"]),
            "reply_seconds": row["reply_seconds"],
            "reply_kept": reply,
            "resolution_seconds": row["resolve_seconds"],
            "resolution_kept": resolution,
        }


def _kept(
    row: Mapping[str, Any], policy: Rulebook, now: datetime
) -> tuple[bool | None, bool | None]:
    """Whether both promises to an item were kept."""
    target = policy.target(row["queue"], row["intent"], row["priority"])
    reply, end = target.first_reply, target.resolution
    return (
        kept(row["reply_seconds"], promise=reply, due_at=row["reply_due_at"], now=now),
        kept(row["resolve_seconds"], promise=end, due_at=row["resolve_due_at"], now=now),
    )


def _add(
    sums: _Sums, row: Mapping[str, Any], in_time: tuple[bool | None, bool | None], by: Doers
) -> None:
    keys: Iterable[tuple[Group, str]] = (
        ("all", ""),
        ("queue", row["queue"]),
        ("intent", today(row["intent"]) or UNKNOWN),
        ("priority", str(row["priority"])),
        ("department", _department(row["intent"])),
    )
    took = row["reply_seconds"], row["resolve_seconds"]
    for found in (sums[key] for key in keys):
        found.items.add(row["id"])
        found.reply.add(took[0], in_time[0])
        found.resolution.add(took[1], in_time[1])
    if by.replied and took[0] is not None:
        sums["person", by.replied].items.add(row["id"])
        sums["person", by.replied].reply.add(took[0], in_time[0])
    if by.resolved and took[1] is not None:
        sums["person", by.resolved].items.add(row["id"])
        sums["person", by.resolved].resolution.add(took[1], in_time[1])


def _department(intent: str) -> str:
    known = every_intent().get(today(intent))
    return (known.department if known else None) or NOBODY


def _order(found: tuple[tuple[Group, str], _Sum]) -> tuple[int, int, str]:
    (group, name), sums = found
    busiest = -int(name) if group == "priority" else -len(sums.items)
    return GROUPS.index(group), busiest, name
