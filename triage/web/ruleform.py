"""A rule as a form: a control for each condition and action, from TOML and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from triage.tuning.conditions import KNOWN, NEW
from triage.vocabulary import INTENTS, Kind, Queue

LINES, TEXT, NUMBER, CHOICE = "lines", "text", "number", "choice"


@dataclass(frozen=True, slots=True)
class Control:
    """One control; `name` begins with the part of the rule that it belongs to."""

    name: str
    words: str
    form: str
    value: str = ""
    choices: tuple[str, ...] = ()
    hint: str = ""

    @property
    def empty(self) -> str:
        """What it means to choose nothing."""
        return "any" if self.name.startswith("when.") else "where the model says"


CONTROLS = (
    Control("when.contains", "Text contains one of", LINES, hint="one a line"),
    Control("when.contains_all", "Text contains all of", LINES, hint="one a line"),
    Control("when.matches", "Text matches the pattern", TEXT, hint="RE2, for example order \\d+"),
    Control("when.author", "Written by one of", LINES, hint="one name a line"),
    Control("when.relation", "Its author is", CHOICE, choices=(NEW, KNOWN)),
    Control("when.reach_at_least", "Followers at least", NUMBER),
    Control("when.reach_below", "Followers below", NUMBER),
    Control("when.channel", "On one of the channels", LINES, hint="one name a line"),
    Control("when.platform", "On one of the platforms", LINES, hint="one a line"),
    Control("when.kind", "The place is", CHOICE, choices=tuple(Kind)),
    Control("when.language", "In one of the languages", LINES, hint="codes like de, one a line"),
    Control("when.intent", "The model says one of", LINES, hint=", ".join(INTENTS)),
    Control("when.confidence_at_least", "The model is at least this sure", NUMBER, hint="0 to 1"),
    Control("when.confidence_below", "The model is less sure than", NUMBER, hint="0 to 1"),
    Control("when.hours", "It comes while the teams are", CHOICE, choices=("open", "closed")),
    Control("then.queue", "Put it into", CHOICE, choices=tuple(Queue)),
    Control("then.priority", "Give it the priority", NUMBER, hint="-9 to 9"),
    Control("then.tag", "Tag it", LINES, hint="one a line"),
    Control("then.assign", "Give it to", TEXT, hint="a sign-in name"),
    Control("then.notify", "Tell", LINES, hint="sign-in names, one a line"),
)


@dataclass(frozen=True, slots=True)
class RuleForm:
    """The controls with what is typed into them; `place` is of the rule that they change."""

    place: str
    name: str
    when: tuple[Control, ...]
    then: tuple[Control, ...]
    go_on: bool


def form_of(rule: Mapping[str, Any], *, place: str) -> RuleForm:
    """The form of a rule; of an empty one for a new rule."""
    typed = {
        f"{part}.{key}": _shown(value)
        for part in ("when", "then")
        for key, value in dict(rule.get(part, {})).items()
    }
    return _form(typed, place, str(rule.get("name", "")), go_on=bool(rule.get("go_on")))


def form_as_typed(typed: Mapping[str, str]) -> RuleForm:
    """The form as somebody filled it in."""
    return _form(typed, typed.get("place", ""), typed.get("name", ""), go_on="go_on" in typed)


def rule_of(typed: Mapping[str, str]) -> dict[str, Any]:
    """A filled form as the table of a rule; whoever reads the policy checks its values."""
    rule: dict[str, Any] = {"name": typed.get("name", "").strip(), "when": {}, "then": {}}
    for control in CONTROLS:
        value = typed.get(control.name, "").strip()
        if value:
            part, _, key = control.name.partition(".")
            rule[part][key] = _value(control, value)
    if "go_on" in typed:
        rule["go_on"] = True
    return rule


def in_words(part: Mapping[str, Any]) -> str:
    """The conditions or actions of a rule as a short text."""
    words = {control.name.partition(".")[2]: control.words for control in CONTROLS}
    told = (f"{words.get(key, key)} {_listed(value)}" for key, value in part.items())
    return "; ".join(told)


def _form(typed: Mapping[str, str], place: str, name: str, *, go_on: bool) -> RuleForm:
    controls = [
        Control(each.name, each.words, each.form, typed.get(each.name, ""), each.choices, each.hint)
        for each in CONTROLS
    ]
    return RuleForm(
        place=place,
        name=name,
        when=tuple(each for each in controls if each.name.startswith("when.")),
        then=tuple(each for each in controls if each.name.startswith("then.")),
        go_on=go_on,
    )


def _value(control: Control, typed: str) -> Any:
    if control.form == LINES:
        return [line.strip() for line in typed.splitlines() if line.strip()]
    if control.form == NUMBER:
        for number in (int, float):
            try:
                return number(typed)
            except ValueError:
                continue
    return typed


def _shown(value: Any) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def _listed(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
