"""Past facts: what rules are told of posts that were sorted long ago, read back in bulk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Min

from triage.tables import Channel, PostRow
from triage.times.clock import ALWAYS, Hours, worked_at
from triage.tuning.conditions import KNOWN, NEW, Facts
from triage.tuning.policy import Rulebook
from triage.tuning.rules import NONE, Outcome, apply
from triage.walk.routing import Judged


class Heard(NamedTuple):
    """What a model once said of a post, as routing reads it."""

    intent: str
    confidence: float
    strange: str | None
    because: Sequence[str] = ()


COLUMNS = (
    "pk", "text", "author", "person", "reach", "channel", "platform", "lang", "received_at",
)  # fmt: skip
"""The columns of a post that its facts need, beside its kind."""


@dataclass(frozen=True, slots=True)
class Past:
    """What the facts of stored posts need beyond their rows."""

    channels: Mapping[int, str]
    first_posts: Mapping[int, int]
    """The first post of each person by id; whoever wrote before it was not known."""
    hours: Hours
    _minutes: dict[datetime, bool] = field(default_factory=dict)

    def facts(self, heard: Judged, kind: str, row: Sequence[Any]) -> Facts:
        """The facts of one post; `row` has COLUMNS. What was true when it came is asked for."""
        pk, text, author, person, reach, channel, platform, lang, received_at = row
        known = person is not None and self.first_posts.get(person, pk) < pk
        return Facts(
            text=text,
            author=author,
            relation=KNOWN if known else NEW,
            reach=reach,
            channel=self.channels.get(channel, ""),
            platform=platform,
            kind=kind,
            language=lang,
            intent=heard.intent,
            confidence=heard.confidence,
            open=self._open(received_at),
        )

    def _open(self, at: datetime) -> bool:
        if self.hours is ALWAYS:
            return True
        minute = at.replace(second=0, microsecond=0)  # many posts came in the same one
        if minute not in self._minutes:
            self._minutes[minute] = worked_at(self.hours, at)
        return self._minutes[minute]


def past(policy: Rulebook) -> Past | None:
    """What the rules of a policy need to look at past posts; None where it has none."""
    if not policy.rules:
        return None
    written = PostRow.objects.filter(state=PostRow.State.SORTED, person__isnull=False)
    return Past(
        channels=dict(Channel.objects.values_list("pk", "name")),
        first_posts=dict(written.order_by().values_list("person").annotate(Min("pk"))),
        hours=policy.hours,
    )


def outcome_of(policy: Rulebook, facts: Facts | None) -> Outcome:
    """What the rules of a policy say of a post; nothing where there are no facts."""
    return apply(policy.rules, facts) if facts and policy.rules else NONE
