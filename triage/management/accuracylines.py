"""Accuracy lines: the numbers of the accuracy page as rows, one a line."""

from collections.abc import Iterator, Sequence
from typing import Any

from triage.management.output import counted
from triage.tuning.accuracy import Accuracy, Rate
from triage.tuning.agreement import Share
from triage.tuning.expecting import Step
from triage.tuning.rates import Rates

Row = dict[str, Any]
TOLD = 10
"""One step of risk and coverage in so many is told in words; programs get them all."""


def accuracy_rows(found: Accuracy, risks: Sequence[Step]) -> Iterator[Row]:
    """One row a number: what it is of, which one, and how much it rests on."""
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
    for part in found.bins:
        row = {"confidence": part.confidence, "estimate": part.accuracy, "n": part.n}
        yield {"what": "reliability", "name": f"{part.confidence:.2f}", **row}
    for step in risks:
        row = {"coverage": step.coverage, "risk": step.risk}
        yield {"what": "risk", "name": f"{step.at:.2f}", **row}
    for read, cells in found.confusion.items():
        for said, number in cells.items():
            yield {"what": "confusion", "name": read, "said": said, "number": number}
    for pair in found.pairs:
        name = f"{pair.one} and {pair.other}"
        told = {"estimate": pair.kappa, "agreed": pair.agreed, "n": pair.n}
        yield {"what": "kappa", "name": name, **told}
    yield from _rates("handed off", found.handed_off, found.handed_off_by)
    yield from _rates("unsure", found.unsure, found.unsure_by)


def accuracy_text(row: Row) -> str:
    """A row in words; nothing for what only programs get (`triage rates` tells rates by group)."""
    title = f"{row['what']} {row['name']}".strip()
    if row["what"] == "confusion":
        return f"read as {row['name']}, judged {row['said']}\t{counted(row['number'], 'post')}"
    if row["what"] == "risk":
        return _risk(row)
    if row["what"].startswith(("handed off in", "unsure in")):
        return ""
    if row["what"] == "reliability":
        right = f"{row['estimate']:.3f} right"
        return f"reliability, sure by {row['name']}\t{right}\t{counted(row['n'], 'reading')}"
    if "of" in row:
        return f"{title}\t{row['number']} of {row['of']}"
    if row["estimate"] is None:
        return f"{title}\tnot known\t{counted(row['n'], 'reading')}"
    parts = [title, f"{row['estimate']:.3f}"]
    if "low" in row:
        parts.append(f"{row['low']:.3f} to {row['high']:.3f}")
    return "\t".join([*parts, counted(row["n"], "reading")])


def _share(what: str, name: str, share: Share) -> Row:
    return {"what": what, "name": name, **share._asdict()}


def _rates(what: str, whole: Rate, rates: Rates) -> Iterator[Row]:
    yield {"what": what, "name": "", **whole._asdict()}
    groups = {"week": rates.weeks, "channel": rates.channels, "intent": rates.intents}
    for group, shares in groups.items():
        yield from (_share(f"{what} in {group}", name, each) for name, each in shares.items())


def _risk(row: Row) -> str:
    if round(100 * float(row["name"])) % TOLD:
        return ""
    return (
        f"risk from {row['name']} on\t{row['risk']:.3f} wrong\t{row['coverage']:.3f} of all posts"
    )
