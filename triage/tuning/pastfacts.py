"""Past facts: what rules are told of posts that were sorted long ago, read back in bulk."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple, Protocol

from django.db.models import Min, TextField, Value

from triage.intents import in_use
from triage.tables import Channel, PostRow
from triage.times.clock import ALWAYS, Hours
from triage.tuning.facts import KNOWN, NEW, Facts, minute_of_week, minutes_between
from triage.tuning.policy import Rulebook
from triage.tuning.rules import NONE, Outcome, Rule, apply


class Said(Protocol):
    """What facts take from a model's judgement."""

    @property
    def intent(self) -> str:
        """A word of the vocabulary, as the model said it then."""

    @property
    def confidence(self) -> float:
        """Probability of the queue, 0 to 1."""

    @property
    def sentiment(self) -> str:
        """What the author feels; empty where nobody said."""


class Heard(NamedTuple):
    """What a model once said of a post, as routing and rules read it."""

    intent: str
    confidence: float
    strange: str | None
    because: Sequence[str] = ()
    sentiment: str = ""


COLUMNS = (
    "pk", "text", "author", "person", "reach", "channel", "platform", "lang", "posted_at",
    "received_at",
)  # fmt: skip
"""The columns of a post that its facts are made of, beside its kind."""
_FACTS_OF = {
    "text": {"text"},
    "author": {"author"},
    "person": {"relation"},
    "reach": {"reach"},
    "channel": {"channel"},
    "platform": {"platform"},
    "lang": {"language"},
    "posted_at": {"written", "age"},
    "received_at": {"open", "age"},
}
"""The facts that each column is for. The id is always wanted."""


@dataclass(frozen=True, slots=True)
class Past:
    """What the facts of stored posts need beyond their rows. Only `needs` of them are told."""

    needs: frozenset[str]
    channels: Mapping[int, str]
    first_posts: Mapping[int, int]
    """The first post of each person by id; whoever wrote before it was not known."""
    hours: Hours
    _days: dict[date, list[tuple[datetime, datetime]]] = field(default_factory=dict)

    def facts(self, said: Said, kind: str, row: Sequence[Any]) -> Facts:
        """The facts of one post; `row` has COLUMNS. What was true when it came is asked for."""
        pk, text, author, person, reach, channel, platform, lang, posted_at, received_at = row
        needs = self.needs
        known = person is not None and self.first_posts.get(person, pk) < pk
        return Facts(
            text=text or "",
            author=author or "",
            relation=KNOWN if known else NEW,
            reach=reach,
            channel=self.channels.get(channel, ""),
            platform=platform or "",
            kind=kind,
            language=lang or "",
            intent=in_use(said.intent),
            confidence=said.confidence,
            sentiment=said.sentiment,
            open=self._open(received_at) if "open" in needs else True,
            written=minute_of_week(posted_at, self.hours.zone) if "written" in needs else None,
            age=minutes_between(posted_at, received_at) if "age" in needs else None,
        )

    def _open(self, at: datetime) -> bool:
        if self.hours is ALWAYS:
            return True
        day = at.astimezone(UTC).date()  # many posts came on the same one
        if day not in self._days:
            midnight = datetime.combine(day, time(), UTC)
            self._days[day] = list(self.hours.spans(midnight, midnight + timedelta(days=1)))
        return any(opens <= at < closes for opens, closes in self._days[day])


def past(policy: Rulebook) -> Past | None:
    """What the rules of a policy need to look at past posts; None where it has none."""
    return past_of(policy.rules, policy.hours) if policy.rules else None


def past_of(rules: Collection[Rule], hours: Hours) -> Past:
    """What these rules need to look at past posts, and no more than that."""
    needs = frozenset(condition.needs for rule in rules for condition in rule.when)
    first: dict[int, int] = {}
    if "relation" in needs:
        written = PostRow.objects.filter(state=PostRow.State.SORTED, person__isnull=False)
        first = dict(written.order_by().values_list("person").annotate(Min("pk")))
    channels = Channel.objects.values_list("pk", "name") if "channel" in needs else ()
    return Past(needs=needs, channels=dict(channels), first_posts=first, hours=hours)


def columns(needs: Collection[str], *, prefix: str = "") -> list[str | Value]:
    """COLUMNS for a query, with nothing in place of those that no needed fact is made of."""
    wanted = {"pk", *(name for name, facts in _FACTS_OF.items() if facts & set(needs))}
    nothing = Value(None, TextField())
    return [f"{prefix}{name}" if name in wanted else nothing for name in COLUMNS]


def outcome_of(policy: Rulebook, facts: Facts | None) -> Outcome:
    """What the rules of a policy say of a post; nothing where there are no facts."""
    return apply(policy.rules, facts) if facts and policy.rules else NONE
