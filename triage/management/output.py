"""How commands answer: JSON lines or text on stdout, everything else on stderr."""

import json
import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click
from tqdm import tqdm

Entry = TypeVar("Entry")
Command = TypeVar("Command", bound=Callable[..., Any])


class Refusal(click.ClickException):
    """The command cannot do it: one sentence, exit status 1."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        """Print the sentence on stderr."""
        click.echo(f"triage: {self.message}", err=True)


def json_option(command: Command) -> Command:
    """Add `--json` to a command."""
    option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    return option(command)


def emit(data: dict[str, Any], *, as_json: bool, text: str) -> None:
    """One answer on stdout: the object as a line of JSON, or the text."""
    click.echo(json.dumps(data, ensure_ascii=False) if as_json else text)


def note(text: str) -> None:
    """A message for the person, on stderr."""
    click.echo(text, err=True)


def progress(entries: Iterable[Entry], *, what: str, total: int | None = None) -> Iterable[Entry]:
    """The same entries, with a progress bar on stderr where that is a terminal."""
    bar: Iterable[Entry] = tqdm(
        entries, desc=what, total=total, unit=" posts", disable=not sys.stderr.isatty()
    )
    return bar
