"""How commands answer: JSON lines or text on stdout, everything else on stderr."""

import json
import re
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

import click
from django.utils import timezone
from tqdm import tqdm

from config.logging import CONTROLS

Entry = TypeVar("Entry")
Command = TypeVar("Command", bound=Callable[..., Any])
LINE_ENDS = re.compile("[\x85\u2028\u2029]")
"""Line ends that JSON leaves as they are, and at which many a reader would break the line."""


class Refusal(click.ClickException):
    """The command cannot do it: one sentence, exit status 1."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        """Print the sentence on stderr."""
        note(f"triage: {self.message}")


def json_option(command: Command) -> Command:
    """Add `--json` to a command."""
    option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    return option(command)


def emit(data: dict[str, Any], *, as_json: bool, text: str) -> None:
    """One answer on stdout: the object as a line of JSON, or the text."""
    click.echo(_json_line(data) if as_json else harmless(text))


def _json_line(data: dict[str, Any]) -> str:
    line = json.dumps(data, ensure_ascii=False, allow_nan=False)
    return LINE_ENDS.sub(lambda found: f"\\u{ord(found[0]):04x}", line)


def note(text: str) -> None:
    """A message for the person, on stderr."""
    click.echo(harmless(text), err=True)


def counted(number: int, noun: str) -> str:
    """`1 post`, `2 posts`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def when(at: datetime) -> str:
    """A time to the minute, in the time zone of the installation."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def span(seconds: float) -> str:
    """Seconds -> `45 s`, `12 min`, `3 h`, `5 d`; never more than went by."""
    for name, length, least in (("d", 86_400, 172_800), ("h", 3600, 7200), ("min", 60, 120)):
        if seconds >= least:
            return f"{seconds // length:.0f} {name}"
    return f"{seconds:.0f} s"


def harmless(text: str) -> str:
    """The text without what a terminal would obey: others have written much of what we print."""
    return CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


def progress(entries: Iterable[Entry], *, what: str, total: int | None = None) -> Iterable[Entry]:
    """The same entries, with a progress bar on stderr where that is a terminal."""
    bar: Iterable[Entry] = tqdm(
        entries, desc=what, total=total, unit=" posts", disable=not sys.stderr.isatty()
    )
    return bar
