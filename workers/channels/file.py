"""Files: a JSONL or CSV file, or a folder of them, whose new lines are posts.

A file that grows is read on from where it was; one that was rewritten is read anew (what is known
is dropped by its id). The cursor holds a checksum of what was read, so that the two are told apart
whatever the file system says.
"""

import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from triage.posts import Post
from triage.walk.reading import BadLine, Position, Record, format_of, read_lines
from workers.channels.base import Cursor, Option, Page, Refused, Rejected, Source, Unreachable

PAGE_LINES = 500
PAGE_BYTES = 8 * 1024 * 1024
"""A page ends after so many lines, or after the line with which it has so many bytes."""
SUFFIXES = {".jsonl", ".ndjson", ".json", ".csv", ".tsv"}
CHUNK = 1024 * 1024


@dataclass(slots=True)
class Reading:
    """One file and how far it was read: bytes, lines, and the checksum of those bytes.

    `size` and `changed` are those of the last look; `shown` is the size at which an unfinished
    last row was taken as a whole one.
    """

    path: Path
    offset: int = 0
    line: int = 0
    crc: int = 0
    size: int = -1
    changed: int = -1
    shown: int = -1

    def settled(self) -> bool:
        """Look at the file again -> whether it is as it was at the last look."""
        found = self.path.stat()
        same = (found.st_size, found.st_mtime_ns) == (self.size, self.changed)
        if not same and (
            found.st_size < self.offset or checksum(self.path, 0, self.offset) != self.crc
        ):
            self.offset = self.line = self.crc = 0
        self.size, self.changed = found.st_size, found.st_mtime_ns
        return same

    def move(self, after: Position) -> None:
        """Everything up to `after` is read."""
        self.crc = checksum(self.path, self.offset, after.offset, self.crc)
        self.offset, self.line = after.offset, after.line

    def state(self) -> dict[str, int]:
        """What the cursor keeps."""
        names = ("offset", "line", "crc", "size", "changed", "shown")
        return {name: getattr(self, name) for name in names}


@dataclass(slots=True)
class Haul:
    """What a page has taken in so far."""

    posts: list[Post] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    size: int = 0

    @property
    def full(self) -> bool:
        """Whether the page ends here."""
        return len(self.posts) + len(self.rejected) >= PAGE_LINES or self.size >= PAGE_BYTES

    def take(self, record: Record, name: str) -> None:
        """Add a record: a post, or the line that is none."""
        if isinstance(record.found, BadLine):
            reason = f"{name}line {record.line}: {record.found.reason}"
            self.rejected.append(Rejected(reason, record.found.raw))
        else:
            self.posts.append(record.found)


class FileSource(Source):
    """New lines of a JSONL or CSV file, or of every such file in a folder."""

    kind: ClassVar[str] = "file"
    title: ClassVar[str] = "File or folder"
    platform: ClassVar[str] = "file"
    interval: ClassVar[int] = 30
    settings: ClassVar[dict[str, Option]] = {
        "path": Option("a .jsonl or .csv file, or a folder of them", required=True),
    }

    @classmethod
    def problem(cls, settings: Mapping[str, str], secrets: Mapping[str, str]) -> str | None:
        """What is wrong with the settings."""
        if not settings.get("path"):
            return "say which file or folder to watch: path"
        if secrets:
            return "a file needs no key"
        return None

    def fetch(self, cursor: Cursor) -> Page:
        """Up to `PAGE_LINES` new lines."""
        try:
            return self._page(cursor.get("files") or {})
        except FileNotFoundError as error:
            raise Unreachable(f"{error.filename} went away while it was read") from None
        except PermissionError as error:
            raise Refused(f"{error.filename} may not be read by this program") from None
        except OSError as error:
            raise Unreachable(f"{self._path()} cannot be read: {error.strerror}") from None
        except (TypeError, ValueError, AttributeError):
            raise Unreachable(f"the place in {self._path()} is lost; reset the channel") from None

    def check(self) -> str:
        """Look whether there is something to read."""
        names = [path.name for path in self._paths()]
        self.fetch({})
        return f"{self._path()} can be read: {', '.join(names[:5]) or 'no file yet'}"

    def _path(self) -> Path:
        return Path(os.path.expanduser(self.config.get("path")))

    def _paths(self) -> list[Path]:
        """The files to read, by name. Raises Refused where the path leads nowhere."""
        if problem := self.problem(self.config.settings, self.config.secrets):
            raise Refused(problem)
        path = self._path()
        try:
            if path.is_dir():
                found = [each for each in path.iterdir() if each.suffix.lower() in SUFFIXES]
                return sorted(each for each in found if each.is_file() and each.name[0] != ".")
            if path.is_file():
                return [path]
        except (OSError, ValueError):
            raise Refused(f"{path} may not be read by this program") from None
        raise Refused(f"there is no file or folder {path}")

    def _page(self, before: Mapping[str, Any]) -> Page:
        haul = Haul()
        states: dict[str, Any] = {}
        folder = self._path().is_dir()
        for path in self._paths():
            state = before.get(path.name) or {}
            if not haul.full:
                reading = Reading(path, **state)
                _read(reading, haul, name=f"{path.name} " if folder else "")
                state = reading.state()
            states[path.name] = state
        kept = {name: state for name, state in states.items() if state}
        return Page(tuple(haul.posts), {"files": kept}, haul.full, tuple(haul.rejected))


def _read(reading: Reading, haul: Haul, *, name: str) -> None:
    settled = reading.settled()
    start = after = Position(reading.offset, reading.line)
    for record in read_lines(reading.path, start):
        if not (record.ended or _whole(record, reading)):
            # Somebody is still writing this line. A last row of CSV does not say so; it is taken
            # when the file has rested for a pull, and stays unread in case it grows after all.
            if settled and format_of(reading.path) == "csv" and reading.shown != reading.size:
                haul.take(record, name)
                reading.shown = reading.size
            break
        haul.take(record, name)
        haul.size += record.after.offset - after.offset
        after = record.after
        if haul.full:
            break
    reading.move(after)


def _whole(record: Record, reading: Reading) -> bool:
    """Whether a record without a line end is whole: JSON that can be read is, CSV may go on."""
    return isinstance(record.found, Post) and format_of(reading.path) == "jsonl"


def checksum(path: Path, start: int, end: int, before: int = 0) -> int:
    """CRC-32 of the bytes from `start` to `end`, going on from that of the bytes before."""
    with open(path, "rb") as stream:
        stream.seek(start)
        left = end - start
        while left > 0 and (chunk := stream.read(min(CHUNK, left))):
            before = zlib.crc32(chunk, before)
            left -= len(chunk)
    return before
