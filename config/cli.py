"""The command `triage`: one table of commands, each loaded only when it is called."""

import logging
import os
import sys
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

from triage import __version__

COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("workers.commands.up:up", "Serve the embedded product: web, worker and schedule."),
    "channel": ("workers.commands.channel:channel", "Add, list, check and pause channels."),
    "run": ("workers.commands.run:run", "Pull and send what is due once, sort, and exit."),
    "stream": ("workers.commands.stream:stream", "Hear of posts as they are written."),
    "doctor": ("workers.commands.doctor:doctor", "Say what is wrong with this installation."),
    "health": ("triage.management.health:health", "Say whether posts still move."),
    "runs": ("triage.management.runs:runs", "Show every pull, the newest first."),
    "alert": ("triage.management.alert:alert", "See what is wrong, say who looks after it."),
    "deadletter": (
        "triage.management.deadletter:deadletter",
        "See and replay what could not be read or sorted.",
    ),
    "import": ("triage.management.importing:import_posts", "Bring in posts from a file."),
    "classify": ("triage.management.classify:classify", "Judge posts and store nothing."),
    "queue": ("triage.management.queue:queue", "Show what stands in a queue, or how much in each."),
    "reply": ("triage.management.reply:reply", "Answer the post that an item is about."),
    "outbox": ("triage.management.outbox:outbox", "Show what waits to be sent."),
    "approval": ("triage.management.approval:approval", "Approve replies, or return them."),
    "report": ("triage.management.report:report", "Say which measure a week of talk moved."),
    "review": ("triage.management.review:review", "Read posts, as in the review lane."),
    "accuracy": ("triage.management.accuracy:accuracy", "Say how right the model is."),
    "rates": ("triage.management.rates:rates", "Say how much is unsure or handed off."),
    "lessons": ("triage.management.lessons:lessons", "Print every post that people labelled."),
    "train": ("triage.management.train:train", "Train a classifier."),
    "evaluate": (
        "triage.management.evaluate:evaluate",
        "Measure the classifier on labelled posts.",
    ),
    "model": ("triage.management.model:model", "List, show and choose models."),
    "training": ("triage.management.training:training", "See the trainings, and ask for one."),
    "shadow": ("triage.management.shadow:shadow", "Compare another model with the one in use."),
    "drift": ("triage.management.drift:drift", "Say what has changed in posts or verdicts."),
    "intent": ("triage.management.intent:intent", "See and change what posts can be about."),
    "policy": ("triage.management.policy:policy", "See, try and change the policy."),
    "user": ("triage.management.user:user", "Add people, change their teams, let them go."),
    "audit": ("triage.management.audit:audit", "Say who did what to this installation."),
    "erase": ("triage.management.erase:erase_person", "Erase somebody who wrote to us."),
    "apikey": ("triage.management.apikey:apikey", "Make and revoke keys of the HTTP API."),
    "tokens": ("triage.management.tokens:tokens", "Make and rotate the keys of stored tokens."),
    "migrate": ("triage.management.migrate:migrate", "Bring the database up to date."),
}


class Commands(click.Group):
    """A group that imports a command's module only when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load Django, then the command."""
        if cmd_name not in COMMANDS:
            return None
        _load_django()
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        found = getattr(import_module(module), name)
        assert isinstance(found, click.Command)
        return found

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command until it ends, or until whoever reads its output has seen enough."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # `triage queue support | head`
            return ctx.exit(0)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, help) for name, (_, help) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="triage")
def group() -> None:
    """A social inbox that sorts itself.

    Exit status: 0 done, 1 refused or failed (with a one-line reason), 2 wrong usage.
    """


def main() -> None:
    """The entry point: every failure that a person can cause ends in one sentence."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by who called us
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115  for as long as we run
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    status = _status()
    try:
        sys.stdout.flush()
    except OSError:  # what nobody can take any more; Python would try, and fail, once more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)


def _status() -> int:
    from django.db import DatabaseError

    from triage.tuning.policy import PolicyError

    try:
        return int(group.main(prog_name="triage", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return _failed("stopped")
    except DatabaseError as error:
        return _failed(f"the database refused: {' '.join(str(error).split())[:300]}")
    except PolicyError as error:
        return _failed(str(error))
    except OSError as error:
        return _failed(f"{error.filename or 'the system refused'}: {error.strerror or error}")
    except Exception as error:
        logging.getLogger("triage").exception("command_failed")
        return _failed(f"this is a fault of Triage itself ({type(error).__name__}); see the log")


def _failed(sentence: str) -> int:
    click.echo(f"triage: {sentence}", err=True)
    return 1


def _load_django() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # A person at a terminal reads sentences; a log collector reads JSON.
    if sys.stderr.isatty():
        os.environ.setdefault("LOG_FORMAT", "text")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    django.setup()


if __name__ == "__main__":
    main()
