"""Files of posts: JSONL or CSV read record by record, in bounded memory, bad ones reported.

A file may hold 100,000 lines and is never read as a whole. A record that cannot be read as a
post becomes a `BadLine` with its number, and the reading goes on behind it.
"""

import csv
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, TextIO

from triage.posts import RAW_LIMIT, Post, PostRejected, from_json
from triage.walk.bytelines import BOM, LINE_LIMIT, ByteLine, ByteLines

csv.field_size_limit(LINE_LIMIT)  # the module's own limit of 128 KiB is below a long line of ours

ROW_LINES = 1_000
"""Lines that one CSV row may take before its opening quote counts as a mistake."""
DELIMITERS = ",;\t"
"""What may stand between two cells; which one it is, the header says."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A record that is no post: the number of its first line (from 1), why, and its beginning."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Position:
    """A place between two records of a file: bytes and lines before it."""

    offset: int = 0
    line: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a file, and where the next one begins.

    `ended` is False where the file stops inside the record: no line end, or a quote left open.
    Whoever watches a growing file leaves such a record for the next time.
    """

    line: int
    found: Post | BadLine
    after: Position
    ended: bool = True


def read_posts(
    source: str | os.PathLike[str] | BinaryIO | TextIO, format: str | None = None
) -> Iterator[tuple[int, Post] | BadLine]:
    """Posts with the number of their line, and bad lines, in the order of the file.

    `format` is "jsonl" or "csv"; None takes it from the name or, in a stream, from the beginning.
    """
    if isinstance(source, str | os.PathLike):
        with open(source, "rb") as stream:
            yield from _posts(stream, format or format_of(source))
    else:
        binary = (
            source.buffer if isinstance(source, TextIO) or hasattr(source, "buffer") else source
        )
        yield from _posts(binary, format)


def read_lines(path: str | os.PathLike[str], start: Position = Position()) -> Iterator[Record]:
    """The records of a file from a position on that an earlier record gave as `after`."""
    with open(path, "rb") as stream:
        yield from _records(ByteLines(stream), format_of(path), start)


def format_of(path: str | os.PathLike[str]) -> str:
    """Whether a file's name says CSV; every other name means JSONL."""
    return "csv" if Path(path).suffix.lower() in (".csv", ".tsv") else "jsonl"


def _posts(stream: BinaryIO, format: str | None) -> Iterator[tuple[int, Post] | BadLine]:
    lines = ByteLines(stream)
    for record in _records(lines, format or _guessed(lines), Position()):
        if isinstance(record.found, BadLine):
            yield record.found
        else:
            yield record.line, record.found


def _guessed(lines: ByteLines) -> str:
    """A JSON object begins with a brace; a header line of a CSV file does not."""
    first = lines.next()
    if first is None:
        return "jsonl"
    lines.put_back([first])
    return "jsonl" if first.text()[0].lstrip()[:1] in ("", "{", "[") else "csv"


def _records(lines: ByteLines, format: str, start: Position) -> Iterator[Record]:
    if format == "csv":
        return _csv(lines, start)
    if format == "jsonl":
        return _jsonl(lines, start)
    raise ValueError(f"format is {format!r}; it must be jsonl or csv")


def _jsonl(lines: ByteLines, start: Position) -> Iterator[Record]:
    if start.offset:
        lines.seek(start.offset, start.line)
    while (line := lines.next()) is not None:
        if line.data.strip() in (b"", BOM):
            continue
        found = _too_long(line) if line.cut else _json_post(line)
        # A line end that comes later belongs to this line and is not counted as a further one.
        after = Position(line.after, line.number if line.ended else line.number - 1)
        yield Record(line.number, found, after, line.ended)


def _json_post(line: ByteLine) -> Post | BadLine:
    text, broken = line.text()
    try:
        post = from_json(json.loads(text))
    except RecursionError:
        return _bad(line, "the JSON is nested too deep", text)
    except PostRejected as error:
        return _bad(line, str(error), text)
    except json.JSONDecodeError as error:
        return _bad(line, f"not JSON: {error.msg} at character {error.pos + 1}", text)
    except ValueError as error:  # a number of thousands of digits
        return _bad(line, f"not JSON that can be read: {error}", text)
    return replace(post, cleaned=True) if broken else post


def _csv(lines: ByteLines, start: Position) -> Iterator[Record]:
    first = lines.next()
    if first is None:
        return
    names, delimiter = _header(first.text()[0])
    if missing := [name for name in ("id", "text") if name not in names]:
        if not start.offset:
            reason = f"the first line must name the columns; missing: {', '.join(missing)}"
            yield Record(1, _bad(first, reason), Position(first.after, 1), first.ended)
        return
    if start.offset > first.after:
        lines.seek(start.offset, start.line)
    while (row := _CsvRow.read(lines, delimiter)) is not None:
        if row.cells is None or any(cell.strip() for cell in row.cells):
            last = row.lines[-1]
            after = Position(last.after, last.number)
            yield Record(row.lines[0].number, row.post(names), after, row.ended)


def _header(line: str) -> tuple[list[str], str]:
    """The column names and what separates them: the separator that shows most of them wins."""
    rows = [(next(csv.reader([line], delimiter=each), []), each) for each in DELIMITERS]
    cells, delimiter = max(rows, key=lambda row: len(row[0]))
    return [cell.strip().lower() for cell in cells], delimiter


@dataclass(frozen=True, slots=True)
class _CsvRow:
    """One row, which may take several lines; `cells` is None where they cannot be told apart."""

    lines: list[ByteLine]
    cells: list[str] | None
    problem: str = ""
    ended: bool = True

    @classmethod
    def read(cls, lines: ByteLines, delimiter: str) -> "_CsvRow | None":
        taken: list[ByteLine] = []
        feed = _Feed(lines, taken)
        try:
            cells = next(csv.reader(feed, delimiter=delimiter), None)
        except csv.Error as error:
            return cls(taken, None, f"not CSV: {error}", taken[-1].ended)
        if cells is None:
            return None
        if feed.full or feed.at_end:
            # The quote may have opened in this line by mistake: give the lines behind it back,
            # so that one bad row does not take the good ones with it.
            lines.put_back(taken[1:])
            return cls(taken[:1], None, "a quoted cell is never closed", not feed.at_end)
        if any(line.cut for line in taken):
            return cls(taken, None, _too_long_reason(), taken[-1].ended)
        return cls(taken, cells, ended=taken[-1].ended)

    def post(self, names: list[str]) -> Post | BadLine:
        if self.cells is None:
            return _bad(self.lines[0], self.problem)
        if len(self.cells) > len(names):
            counts = f"{len(self.cells)} cells where the first line names {len(names)}"
            return _bad(self.lines[0], counts)
        try:
            cells = zip(names, self.cells, strict=False)  # cells left out at the end are null
            post = from_json({name: cell or None for name, cell in cells})
        except PostRejected as error:
            return _bad(self.lines[0], str(error))
        broken = any(line.text()[1] for line in self.lines)
        return replace(post, cleaned=True) if broken else post


class _Feed:
    """Lines for one row of the CSV reader, which asks for a further one only inside a quote.

    So a row for which it asked in vain has a quote left open: the file is `at_end`, or the row
    is `full`, longer than any row we take.
    """

    def __init__(self, lines: ByteLines, taken: list[ByteLine]) -> None:
        self.lines = lines
        self.taken = taken
        self.size = 0
        self.full = self.at_end = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.size > LINE_LIMIT or len(self.taken) == ROW_LINES:
            self.full = True
            raise StopIteration
        line = self.lines.next()
        if line is None:
            self.at_end = bool(self.taken)
            raise StopIteration
        self.taken.append(line)
        self.size += len(line.data)
        return line.text()[0]


def _too_long(line: ByteLine) -> BadLine:
    return _bad(line, _too_long_reason())


def _too_long_reason() -> str:
    return f"the line is longer than {LINE_LIMIT // 1024 // 1024} MiB"


def _bad(line: ByteLine, reason: str, text: str | None = None) -> BadLine:
    shown = line.text()[0] if text is None else text
    return BadLine(line.number, reason, shown.rstrip("\r\n")[:RAW_LIMIT])
