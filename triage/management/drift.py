"""`triage drift`: do people, or the model, say something else than they used to?"""

from collections.abc import Iterator
from typing import Any, TypeVar

import click
from django.db.models import QuerySet

from triage.management.database import with_database
from triage.management.names import CHANNEL, Name
from triage.management.output import counted, emit, json_option, note
from triage.management.which import channel_called
from triage.numbers import percent
from triage.tables import Channel, Drift, InputDrift
from triage.tuning.drifts import drift_json, input_json, most_changed, most_unusual

Row = dict[str, Any]
Compared = TypeVar("Compared", Drift, InputDrift)
UNKNOWN = "unknown"
"""What the language is called of posts in no known one."""
VERDICTS, INPUT = "verdicts", "input"
LEAST = 0.001
ADVICE = {
    INPUT: "Input: read some posts with these words. A launch or a season is normal and passes in "
    "two or three weeks. If people talk about something new, label such posts (`triage review "
    "work`) and train (`triage training ask`). A word that nobody uses any more can mean that a "
    "channel has lost a source (`triage channel check`).",
    VERDICTS: "Verdicts: an outage passes by itself. For new products or words, label posts "
    "(`triage review work`) and train (`triage training ask`).",
}
"""What to do about drift of either kind."""


@click.command()
@click.option("--channel", type=CHANNEL, help="Only this channel.")
@click.option(
    "--language", type=Name(16), help=f"Only this language, as `en`; `{UNKNOWN}` for none known."
)
@click.option("--all", "everything", is_flag=True, help="Also what is stable.")
@json_option
@with_database
def drift(channel: str | None, language: str | None, everything: bool, as_json: bool) -> None:
    """Say where the last week differs from the four before it, by channel and language.

    Drift of input is what people write, whatever the model says; drift of verdicts what the model
    says of it. Each channel is compared with itself.
    """
    if channel:
        channel_called(channel)
    rows = list(_compared(channel, language))
    shown = [row for row in rows if everything or row["drifting"]]
    for row in shown:
        emit(row, as_json=as_json, text=_text(row))
    drifting = [row for row in rows if row["drifting"]]
    if not drifting:
        note(_nothing(rows))
    for what in dict.fromkeys(row["what"] for row in drifting):
        note(ADVICE[what])


def _compared(channel: str | None, language: str | None) -> Iterator[Row]:
    """What was compared, drift of input first, in each those that somebody should see first."""
    for words in most_unusual(_of(InputDrift.objects.all(), channel, language)):
        yield {"what": INPUT, **input_json(words)}
    for said in most_changed(_of(Drift.objects.all(), channel, language)):
        yield {"what": VERDICTS, **drift_json(said)}


def _of(rows: QuerySet[Compared], channel: str | None, language: str | None) -> QuerySet[Compared]:
    rows = rows.exclude(channel__state=Channel.State.REMOVED)
    if channel:
        rows = rows.filter(channel__name=channel)
    if language:
        rows = rows.filter(lang="" if language == UNKNOWN else language)
    return rows


def _nothing(rows: list[Row]) -> str:
    if not rows:
        return (
            "Not enough data yet: a channel needs 100 conversations in one language in the last "
            "week, and 100 in the four before."
        )
    return f"Nothing drifts ({counted(len(rows), 'comparison')} of channels and languages)."


def _text(row: Row) -> str:
    where = f"{row['channel']}, {row['lang'] or UNKNOWN}"
    state = "changed" if row["drifting"] else "stable"
    figures = _input(row) if row["what"] == INPUT else _verdicts(row)
    return "\n  ".join([f"{row['what']}\t{where}\t{state}", *figures])


def _input(row: Row) -> list[str]:
    words = [
        f"“{word['word']}” {percent(word['before'] / row['before'])} → "
        f"{percent(word['now'] / row['now'])}"
        for word in row["words"]
    ]
    return [
        f"{row['now']} people this week, {row['before']} before; {_chance(row)}",
        f"changed words: {', '.join(words) or 'none'} (of {row['tested']})",
        f"median length: {row['length_now']:.0f} characters, was {row['length_before']:.0f}",
    ]


def _verdicts(row: Row) -> list[str]:
    counts = f"{counted(row['now'], 'conversation')} this week, {row['before']} before"
    figures = f"{counts}; effect size {row['effect']:.2f} (Cramér's V), {_chance(row)}"
    return [figures, row["said"]] if row["drifting"] else [figures]


def _chance(row: Row) -> str:
    chance = row["chance"]
    return f"p-value {f'< {LEAST}' if chance < LEAST else f'{chance:.3f}'}"
