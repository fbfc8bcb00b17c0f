"""Standing: which of the items that wait stand elsewhere than a policy would put them.

Only what the model or a rule placed, and nobody has touched, is ever named: open items that no
person has, snoozed, moved, shared or merged, and whose author is not muted.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction

from triage.access import may_tune
from triage.intents import today
from triage.tables import Item, Move, Mute, Resorting, User
from triage.tuning.pastfacts import Heard, columns, outcome_of, past
from triage.tuning.policies import policy_in_force
from triage.tuning.policy import PolicyError, Rulebook
from triage.tuning.rules import NONE
from triage.vocabulary import Queue
from triage.walk.routing import Bars


class Standing(NamedTuple):
    """An item that waits, the verdict that put it there, and where the policy would have it.

    `target` is None where no verdict speaks for it, or where the policy has no say.
    """

    item: int
    version: int
    source: Queue
    target: Queue | None
    verdict: int | None = None

    @property
    def misplaced(self) -> bool:
        """Whether the policy would have it elsewhere."""
        return self.target is not None and self.target != self.source


class _Told(NamedTuple):
    """One move of an item that waits, with the verdict behind it."""

    item: int
    version: int
    queue: str
    intent: str
    confidence: float | None
    by: str
    source: str
    target: str
    policy: int | None
    rules: dict[str, Any]
    verdict: int | None
    said: str | None
    sure: float | None
    sentiment: str | None
    strange: str | None
    kind: str | None


_TOLD = (
    "item_id", "item__version", "item__queue", "item__intent", "item__confidence", "by", "source",
    "target", "policy_version", "rules", "verdict_id", "verdict__intent", "verdict__confidence",
    "verdict__sentiment", "verdict__strange", "verdict__post__kind",
)  # fmt: skip


def standings(policy: Rulebook, *, after: int = 0) -> Iterator[Standing]:
    """The untouched items that wait, in the order of their ids, behind the item `after`."""
    around, bars = past(policy), Bars(policy)
    facts = columns(around.needs, prefix="verdict__post__") if around else []
    rows = _moves(after).values_list(*_TOLD, *facts).iterator(chunk_size=5000)
    for _, group in groupby(rows, key=itemgetter(0)):
        moves = [(_Told(*row[: len(_TOLD)]), row[len(_TOLD) :]) for row in group]
        item = moves[0][0]
        found = _speaks_for_it(moves)
        if found is None:
            yield Standing(item.item, item.version, Queue(item.queue), None)
            continue
        told, row = found
        heard = Heard(
            told.said or "", told.sure or 0.0, told.strange or None, (), told.sentiment or ""
        )
        kind = told.kind or ""
        outcome = outcome_of(policy, around.facts(heard, kind, row)) if around else NONE
        target = bars.queue_of(heard, kind, outcome)
        yield Standing(item.item, item.version, Queue(item.queue), target, told.verdict)


def misplaced(policy: Rulebook) -> list[Standing]:
    """What a re-sorting under this policy would move, if it began now."""
    return [standing for standing in standings(policy) if standing.misplaced]


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


def _speaks_for_it(
    moves: Sequence[tuple[_Told, Sequence[Any]]],
) -> tuple[_Told, Sequence[Any]] | None:
    """The move whose verdict an item stands on; None where a person moved it, where what placed it
    last is no matter of policies, or where no model judged it."""
    placed = [told for told, _ in moves if told.policy is not None]
    if not placed or (placed[-1].by == Move.By.RULE and not placed[-1].rules):
        return None
    moved = [told for told, _ in moves if told.source != told.target]
    if moved and moved[-1].by == Move.By.PERSON:
        return None
    for told, row in reversed(moves):
        same = today(told.said or "") == today(told.intent)
        if told.verdict and same and told.sure == told.confidence:
            return told, row
    return None


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
    return Resorting.objects.order_by("-id").first()
