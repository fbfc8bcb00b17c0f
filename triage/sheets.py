"""Sheets: rows as CSV, a line at a time, with no cell that a spreadsheet takes for a formula."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

FORMULA = re.compile(r"^\s*[=+\-@|%\t\r\n＝＋－＠]")
"""What spreadsheets run or hand on (OWASP, CSV injection), full-width forms included."""
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""What a file begins with that a spreadsheet opens: without it what is not English is misread."""
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


class _Line:
    """What the CSV writer writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The heading, then each row. None is an empty cell, yes and no are true and false."""
    writer = csv.writer(_Line())
    yield writer.writerow(columns)
    for row in rows:
        yield writer.writerow([cell(row[column]) for column in columns])


def cell(value: Any) -> Any:
    """A value as a cell. An apostrophe before what would run makes it text; numbers stay."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and FORMULA.match(value) and not NUMBER.fullmatch(value):
        return f"'{value}"
    return value
