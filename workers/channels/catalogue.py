"""What each channel kind is and needs, for people who add one."""

from collections.abc import Mapping
from typing import Any

from workers.channels import KINDS, source_class
from workers.channels.base import Option
from workers.channels.settings import number_problem


def describe(kind: str) -> dict[str, Any]:
    """A channel kind as data: title, whether its client is installed, its settings and secrets."""
    try:
        source = source_class(kind)
    except ImportError as error:
        return {
            "kind": kind,
            "title": kind,
            "installed": False,
            "install": f".venv/bin/pip install '.[{kind}]' ({error})",
            "interval": 60,
            "community": False,
            "settings": {},
            "secrets": {},
        }
    return {
        "kind": kind,
        "title": source.title,
        "installed": True,
        "install": None,
        "interval": source.interval,
        "community": source.community,
        "settings": {key: _option(option) for key, option in source.settings.items()},
        "secrets": {key: _option(option) for key, option in source.secrets.items()},
    }


def wrong_setup(kind: str, settings: Mapping[str, str], secrets: Mapping[str, str]) -> str | None:
    """What is wrong with a channel that somebody wants to add, in one sentence; None if nothing."""
    if kind not in KINDS:
        return f"there is no channel kind {kind!r}; known are {', '.join(KINDS)}"
    source = source_class(kind)
    return (
        _wrong_keys(kind, "--set", settings, source.settings)
        or _wrong_keys(kind, "--secret", secrets, source.secrets)
        or number_problem(settings, "backfill", 1, 365)
        or source.problem(settings, secrets)
    )


def _wrong_keys(
    kind: str, flag: str, given: Mapping[str, str], known: Mapping[str, Option]
) -> str | None:
    for key, value in given.items():
        if key not in known:
            return f"{kind} has no {flag} {key}; known are {', '.join(known) or 'none'}"
        choices = known[key].choices
        if choices and value not in choices:
            return f"{flag} {key} is {value!r}; it must be one of {', '.join(choices)}"
    for key, option in known.items():
        if option.required and not given.get(key):
            return f"{kind} needs {flag} {key}=…: {option.help}"
    return None


def _option(option: Option) -> dict[str, Any]:
    return {
        "help": option.help,
        "required": option.required,
        "default": option.default,
        "choices": list(option.choices),
    }
