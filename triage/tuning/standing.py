"""Standing: which of the items that wait stand elsewhere, or otherwise, than a policy wants it.

Only what the model or a rule placed, and nobody has touched, is ever named: open items that no
person has, snoozed, moved, shared or merged, and whose author is not muted.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction

from triage.access import may_tune
from triage.tables import Item, Move, Mute, Resorting, User
from triage.tuning.lacking import lacking
from triage.tuning.pastfacts import Heard, columns, outcome_of, past
from triage.tuning.policies import policy_in_force
from triage.tuning.policy import PolicyError, Rulebook
from triage.tuning.rules import NONE, Outcome
from triage.tuning.told import (
    COLUMNS,
    WIDTH,
    Line,
    Told,
    follow_ups,
    heard_in,
    speaks_for_it,
)
from triage.vocabulary import Queue
from triage.walk.routing import Bars, Ranks

AT_ONCE = 500
"""Items whose tags are asked for together."""


class Standing(NamedTuple):
    """An item that waits, the verdict that put it there, and where the policy would have it.

    `target` is None where no verdict speaks for it, or where the policy has no say. `had` is its
    priority and `priority` what the policy gives it; `tags` are those that rules give and it lacks.
    """

    item: int
    version: int
    source: Queue
    target: Queue | None
    verdict: int | None = None
    had: int = 0
    priority: int = 0
    tags: tuple[str, ...] = ()

    @property
    def misplaced(self) -> bool:
        """Whether the policy would have it elsewhere."""
        return self.target is not None and self.target != self.source

    @property
    def adjustable(self) -> bool:
        """Whether it would stay, with another priority or a tag more."""
        return self.target == self.source and (self.priority != self.had or bool(self.tags))


class Outlook(NamedTuple):
    """How many items wait untouched, how many of them would move, and how many would stay with
    another priority or a tag more."""

    waiting: int
    moving: int
    adjusting: int


def standings(policy: Rulebook, *, after: int = 0) -> Iterator[Standing]:
    """The untouched items that wait, in the order of their ids, behind the item `after`."""
    found = _standings(policy, after)
    while batch := list(islice(found, AT_ONCE)):
        lacked = lacking({each.item: each.tags for each in batch if each.tags})
        for each in batch:
            yield each._replace(tags=lacked.get(each.item, ())) if each.tags else each


def outlook(policy: Rulebook) -> Outlook:
    """What a re-sorting under this policy would do, if it began now."""
    waiting = moving = adjusting = 0
    for standing in standings(policy):
        waiting += 1
        moving += standing.misplaced
        adjusting += standing.adjustable
    return Outlook(waiting, moving, adjusting)


def _standings(policy: Rulebook, after: int = 0) -> Iterator[Standing]:
    """The same as `standings`, with every tag that the rules give."""
    look = _Look(policy)
    facts = columns(look.around.needs, prefix="verdict__post__") if look.around else []
    rows = _moves(after).values_list(*COLUMNS, *facts).iterator(chunk_size=5000)
    told = Told._make
    for _, group in groupby(rows, key=itemgetter(0)):
        yield _standing([(told(row[:WIDTH]), row[WIDTH:]) for row in group], look)


class _Look:
    """A policy, ready to look at many posts."""

    def __init__(self, policy: Rulebook) -> None:
        self._policy = policy
        self.around = past(policy)
        self.bars, self.ranks = Bars(policy), Ranks(policy)

    def outcome(self, heard: Heard, kind: str, row: Sequence[Any]) -> Outcome:
        """What its rules say of a post; nothing where it has none."""
        if self.around is None:
            return NONE
        return outcome_of(self._policy, self.around.facts(heard, kind, row))


def _standing(moves: Sequence[Line], look: _Look) -> Standing:
    item, speaks = moves[0][0], speaks_for_it(moves)
    if speaks is None:
        return Standing(item.item, item.version, Queue(item.queue), None)
    told, row = speaks
    heard, kind = heard_in(told), told.kind or ""
    outcome = look.outcome(heard, kind, row)
    priority, tags = look.ranks.priority_of(heard.intent, outcome), outcome.tags
    for later, row in follow_ups(moves, told) if len(moves) > 1 else ():
        said = heard_in(later)
        also = look.outcome(said, later.kind or "", row)
        priority = max(priority, look.ranks.priority_of(said.intent, also))
        tags += also.tags
    return Standing(
        item.item,
        item.version,
        Queue(item.queue),
        look.bars.queue_of(heard, kind, outcome),
        told.verdict,
        item.priority,
        priority,
        tags,
    )


def _moves(after: int) -> Any:
    muted = Mute.objects.filter(lifted_at=None).values("person")
    return (
        Move.objects.filter(
            item__gt=after,
            item__status=Item.Status.OPEN,
            item__snoozed=False,
            item__decided_by_person=False,
            item__twin_of=None,
            item__twins=None,
            item__merged_into=None,
        )
        .exclude(item__person__in=muted)
        .order_by("item_id", "id")
    )


def ask_resorting(*, user: User) -> Resorting:
    """Ask that what waits be sorted anew under the policy in force; asking twice asks once.

    A worker answers. Raises PolicyError for whoever may not tune.
    """
    if not may_tune(user):
        raise PolicyError("Only ops and admins can have what waits sorted anew.")
    version = policy_in_force().version
    try:
        with transaction.atomic():
            return Resorting.objects.create(policy_version=version, user=user)
    except IntegrityError:
        return Resorting.objects.get(policy_version=version, finished_at=None)


def latest_resorting() -> Resorting | None:
    """What was asked for last, finished or not."""
    return Resorting.objects.select_related("user").order_by("-id").first()


def resorting_json(row: Resorting) -> dict[str, Any]:
    """How far a re-sorting is, as one JSON object."""
    return {
        "policy": row.policy_version,
        "by": row.user.username if row.user else None,
        "moved": row.moved,
        "adjusted": row.adjusted,
        "asked_at": row.asked_at.isoformat(),
        "finished_at": row.finished_at.isoformat() if row.finished_at else None,
    }
