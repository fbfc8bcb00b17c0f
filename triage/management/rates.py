"""`triage rates`: how often items go to review, and how often people hand off the others."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import click
from django.utils import timezone

from triage.management.database import with_database
from triage.management.output import counted, emit, json_option, note
from triage.numbers import between, percent
from triage.tuning.accuracy import WEEKS
from triage.tuning.agreement import Share
from triage.tuning.rates import Rates, came_in, handed_off_rates, unsure_rates

Row = dict[str, Any]


@click.command()
@click.option("--weeks", default=WEEKS, type=click.IntRange(1, 520), show_default=True)
@json_option
@with_database
def rates(weeks: int, as_json: bool) -> None:
    """Say how many items went to review, and how many of the others people handed off.

    Of all that came in, by channel, by intent as the model said it, and by week; each with its
    95% interval and the number of items behind it.
    """
    cells = came_in(timezone.now() - timedelta(weeks=weeks))
    if not cells:
        note(f"Nothing came in within {counted(weeks, 'week')}, so there is nothing to count.")
    for row in _rows(unsure_rates(cells), handed_off_rates(cells)):
        emit(row, as_json=as_json, text=_text(row))


def _rows(unsure: Rates, again: Rates) -> Iterator[Row]:
    """Both rates of all items, then of each channel, intent and week."""
    yield _row("all", "", unsure.whole, again.whole)
    for group, ours, theirs in (
        ("channel", unsure.channels, again.channels),
        ("intent", unsure.intents, again.intents),
        ("week", unsure.weeks, again.weeks),
    ):
        yield from (_row(group, name, share, theirs[name]) for name, share in ours.items())


def _row(group: str, name: str, unsure: Share, again: Share) -> Row:
    return {
        "group": group,
        "name": name,
        "unsure": unsure._asdict(),
        "handed_off": again._asdict(),
    }


def _text(row: Row) -> str:
    name = f"{row['group']} {row['name']}".strip()
    sides = (("sent to review", row["unsure"]), ("handed off", row["handed_off"]))
    return "\t".join([f"{name:<28}", *(_told(words, share) for words, share in sides)])


def _told(words: str, share: Row) -> str:
    if share["estimate"] is None:
        return f"{words}: unknown"
    range_ = between(share["low"], share["high"], digits=1)
    items = counted(share["n"], "item")
    return f"{words}: {percent(share['estimate'], digits=1)} ({range_}) of {items}"
