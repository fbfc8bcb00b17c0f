"""Intent lines: an intent as the page shows it, with how far the model is with it."""

from dataclasses import dataclass
from datetime import datetime

from triage.desk.relabelling import mislabelled
from triage.numbers import percent
from triage.tables import IntentRow
from triage.tuning.growing import intent_rows
from triage.tuning.uptake import Uptake, uptakes
from triage.vocabulary import label
from triage.web.showing import Moment, moment, plural, queue_name


@dataclass(frozen=True, slots=True)
class Line:
    """One intent in words; `left` counts open items that still have the name of a merged one."""

    row: IntentRow
    words: str
    queues: str
    taught: str
    model: str
    share: str
    examples: str
    ended: str
    when: Moment
    left: int


def lines(*, now: datetime) -> list[Line]:
    """Every intent in its order."""
    found, left = uptakes(now=now), mislabelled()
    return [
        _line(row, found.get(row.name), left.get(row.name, 0), moment(row.changed_at, now=now))
        for row in intent_rows()
    ]


def _line(row: IntentRow, uptake: Uptake | None, left: int, when: Moment) -> Line:
    return Line(
        row=row,
        words=label(row.name),
        queues=_queues(row),
        taught=_taught(uptake),
        model=_model(uptake),
        share="" if uptake is None or uptake.share is None else percent(uptake.share),
        examples=plural(len(row.examples), "example") if row.examples else "",
        ended=_ended(row),
        when=when,
        left=left,
    )


def _queues(row: IntentRow) -> str:
    if row.public == row.community:
        return queue_name(row.public)
    return f"{queue_name(row.public)}, on community channels {queue_name(row.community)}"


def _taught(uptake: Uptake | None) -> str:
    if uptake is None:
        return ""
    if uptake.missing > 1:
        return f"{uptake.taught} of {uptake.needed} needed for training"
    return str(uptake.taught)


def _model(uptake: Uptake | None) -> str:
    if uptake is None:
        return ""
    if uptake.known:
        return "recognises it"
    return "not learned yet" if uptake.missing else "learns it next training"


def _ended(row: IntentRow) -> str:
    if row.merged_into:
        return f"merged into {label(row.merged_into.name)}"
    return "retired" if row.retired_at else ""
