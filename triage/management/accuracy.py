"""`triage accuracy`."""

from collections.abc import Iterator
from typing import Any

import click
from django.utils import timezone

from triage.management.database import with_database
from triage.management.output import counted, emit, json_option
from triage.tuning.accuracy import WEEKS, Accuracy, Rate
from triage.tuning.accuracy import accuracy as numbers
from triage.tuning.agreement import Share
from triage.tuning.policies import policy_in_force

Row = dict[str, Any]


@click.command()
@click.option("--weeks", default=WEEKS, type=click.IntRange(1, 520), show_default=True)
@json_option
@with_database
def accuracy(weeks: int, as_json: bool) -> None:
    """Say how right the model is, from what was drawn by chance and read."""
    found = numbers(policy_in_force(), now=timezone.now(), weeks=weeks)
    for row in _rows(found):
        emit(row, as_json=as_json, text=_text(row))


def _rows(found: Accuracy) -> Iterator[Row]:
    """One row a number: what it is of, which one, and how many readings it rests on."""
    yield {"what": "read", "name": "", "number": found.read, "of": found.drawn}
    yield _share("sure", "", found.sure)
    groups = {
        "sure in queue": found.queues,
        "sure in week": found.weeks,
        "channel": found.channels,
        "language": found.languages,
        "intent": found.intents,
    }
    for what, shares in groups.items():
        yield from (_share(what, name, share) for name, share in shares.items())
    yield {"what": "calibration error", "name": "", "estimate": found.calibration, "n": found.read}
    for read, row in found.confusion.items():
        for said, number in row.items():
            yield {"what": "confusion", "name": read, "said": said, "number": number}
    for pair in found.pairs:
        name = f"{pair.one} and {pair.other}"
        yield {"what": "kappa", "name": name, "estimate": pair.kappa, "n": pair.n}
    yield _rate("handed off", found.handed_off)
    yield _rate("unsure", found.unsure)


def _share(what: str, name: str, share: Share) -> Row:
    return {"what": what, "name": name, **share._asdict()}


def _rate(what: str, rate: Rate) -> Row:
    return {"what": what, "name": "", **rate._asdict()}


def _text(row: Row) -> str:
    title = f"{row['what']} {row['name']}".strip()
    if row["what"] == "confusion":
        return f"read as {row['name']}, judged {row['said']}\t{counted(row['number'], 'post')}"
    if "of" in row:
        return f"{title}\t{row['number']} of {row['of']}"
    if row["estimate"] is None:
        return f"{title}\tnot known\t{counted(row['n'], 'reading')}"
    parts = [title, f"{row['estimate']:.3f}"]
    if "low" in row:
        parts.append(f"{row['low']:.3f} to {row['high']:.3f}")
    return "\t".join([*parts, counted(row["n"], "reading")])
