"""A rule as a form: a control for each condition and action, from TOML and back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from triage.web.rulecontrols import CHECKS, CONTROLS, FLAG, LINES, NUMBER, ON, Control


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
    return "; ".join(each.rstrip() for each in told)


def _form(typed: Mapping[str, str], place: str, name: str, *, go_on: bool) -> RuleForm:
    controls = [replace(each, value=_typed(each, typed.get(each.name, ""))) for each in CONTROLS]
    return RuleForm(
        place=place,
        name=name,
        when=tuple(each for each in controls if each.name.startswith("when.")),
        then=tuple(each for each in controls if each.name.startswith("then.")),
        go_on=go_on,
    )


def _typed(control: Control, value: str) -> str:
    """A value as the page shows it, however it was sent: the same rule makes the same form."""
    lines = value.splitlines()
    if control.form == CHECKS:
        order = {choice: place for place, choice in enumerate(control.offered)}
        lines.sort(key=lambda line: order.get(line, len(order)))
    return "\n".join(lines)


def _value(control: Control, typed: str) -> Any:
    if control.form == FLAG:
        return typed == ON or typed
    if control.form in (LINES, CHECKS):
        return [line.strip() for line in typed.splitlines() if line.strip()]
    if control.form == NUMBER:
        for number in (int, float):
            try:
                return number(typed)
            except ValueError:
                continue
    return typed


def _shown(value: Any) -> str:
    if value is True:
        return ON
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def _listed(value: Any) -> str:
    if value is True:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
