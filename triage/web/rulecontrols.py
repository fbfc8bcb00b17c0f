"""The controls of a rule's form: one for each condition and each action, in groups."""

from collections.abc import Callable
from dataclasses import dataclass

from triage.intents import intents
from triage.times.clock import WEEK
from triage.tuning.conditions import SENTIMENTS
from triage.tuning.facts import KNOWN, NEW
from triage.vocabulary import Kind, Queue

LINES, TEXT, NUMBER, CHOICE, CHECKS, FLAG = "lines", "text", "number", "choice", "checks", "flag"
ON = "true"
"""The value of a flag that is set."""
ROWS = 8


@dataclass(frozen=True, slots=True)
class Option:
    """One of the things that can be ticked."""

    value: str
    words: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class Control:
    """One control; `name` begins with the part of the rule that it belongs to.

    Several values stand on a line each.
    """

    name: str
    words: str
    form: str
    group: str
    choices: tuple[str, ...] | Callable[[], tuple[str, ...]] = ()
    hint: str = ""
    value: str = ""

    @property
    def empty(self) -> str:
        """What it means to choose nothing."""
        return "Any" if self.name.startswith("when.") else "Where the model says"

    @property
    def rows(self) -> int:
        """The lines that it shows at once."""
        return min(ROWS, self.value.count("\n") + 1)

    @property
    def offered(self) -> tuple[str, ...]:
        """What can be chosen now."""
        return self.choices() if callable(self.choices) else self.choices

    @property
    def options(self) -> tuple[Option, ...]:
        """What can be ticked, and what is though it is not offered any more."""
        ticked = self.value.splitlines()
        every = dict.fromkeys((*self.offered, *ticked))
        return tuple(Option(each, each.replace("_", " "), each in ticked) for each in every)


def _intents() -> tuple[str, ...]:
    return tuple(intents())


_TEXT, _AUTHOR, _PLACE, _MODEL, _TIME, _THEN = (
    "Text", "Author", "Channel", "Model", "Time", "",
)  # fmt: skip

CONTROLS = (
    Control("when.contains", "Text contains any of", LINES, _TEXT, hint="one per line"),
    Control("when.contains_all", "Text contains all of", LINES, _TEXT, hint="one per line"),
    Control(
        "when.matches", "Text matches pattern", TEXT, _TEXT, hint="RE2, for example order \\d+"
    ),
    Control("when.language", "Language is one of", LINES, _TEXT, hint="codes such as de"),
    Control("when.author", "Author is one of", LINES, _AUTHOR, hint="one name per line"),
    Control("when.relation", "Author type", CHOICE, _AUTHOR, (NEW, KNOWN)),
    Control("when.reach_at_least", "Followers at least", NUMBER, _AUTHOR),
    Control("when.reach_below", "Fewer followers than", NUMBER, _AUTHOR),
    Control("when.channel", "Channel is one of", LINES, _PLACE, hint="one name per line"),
    Control("when.platform", "Platform is one of", LINES, _PLACE, hint="one per line"),
    Control("when.kind", "Channel kind", CHOICE, _PLACE, tuple(Kind)),
    Control("when.intent", "Intent is one of", CHECKS, _MODEL, _intents),
    Control("when.sentiment", "Sentiment", CHECKS, _MODEL, SENTIMENTS),
    Control("when.confidence_at_least", "Confidence at least", NUMBER, _MODEL, hint="0 to 1"),
    Control("when.confidence_below", "Confidence below", NUMBER, _MODEL, hint="0 to 1"),
    Control(
        "when.weekday", "Written on", CHECKS, _TIME, WEEK, "in the time zone of the policy's hours"
    ),
    Control("when.time", "Written between", LINES, _TIME, hint="22:00-06:00, one range per line"),
    Control("when.hours", "Arrives while the teams are", CHOICE, _TIME, ("open", "closed")),
    Control("when.age_at_least", "Age at least", TEXT, _TIME, hint="on arrival, such as 8h or 3d"),
    Control("when.age_below", "Age below", TEXT, _TIME, hint="on arrival, such as 45m or 8h"),
    Control("then.queue", "Send to queue", CHOICE, _THEN, tuple(Queue)),
    Control("then.priority", "Set priority", NUMBER, _THEN, hint="-9 to 9"),
    Control("then.tag", "Add tags", LINES, _THEN, hint="one per line"),
    Control("then.assign", "Assign to", TEXT, _THEN, hint="a user name"),
    Control("then.notify", "Notify", LINES, _THEN, hint="user names, one per line"),
    Control("then.approval", "Hold replies for approval", FLAG, _THEN),
)
