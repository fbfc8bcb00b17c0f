"""Lines of a binary stream with their place in it, none longer in memory than a limit."""

from dataclasses import dataclass
from typing import BinaryIO

LINE_LIMIT = 16 * 1024 * 1024
"""Bytes of a line, or of a CSV row over several lines, that are read; the rest is skipped."""
CHUNK = 1024 * 1024
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class ByteLine:
    """One line: its number from 1, the byte offset behind it, and whether it has a line end.

    `cut` says that it was longer than the limit and `data` holds only its beginning.
    """

    data: bytes
    number: int
    after: int
    ended: bool
    cut: bool = False

    def text(self) -> tuple[str, bool]:
        """The line as text, and whether it had bytes that are no UTF-8 (replaced by U+FFFD)."""
        data = self.data.removeprefix(BOM) if self.number == 1 else self.data
        try:
            return data.decode("utf-8"), False
        except UnicodeDecodeError:
            return data.decode("utf-8", "replace"), True


class ByteLines:
    """A stream read line by line, from which lines can be put back. Needs no seekable stream."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._offset = 0
        self._number = 0
        self._back: list[ByteLine] = []

    def seek(self, offset: int, number: int) -> None:
        """Go on at a byte offset, behind that many lines."""
        self._stream.seek(offset)
        self._offset, self._number = offset, number
        self._back.clear()

    def put_back(self, lines: list[ByteLine]) -> None:
        """Hand lines back in their order; they come first again."""
        self._back.extend(reversed(lines))

    def next(self) -> ByteLine | None:
        """The next line, None at the end."""
        if self._back:
            return self._back.pop()
        data = self._stream.readline(LINE_LIMIT + 1)
        if not data:
            return None
        self._offset += len(data)
        self._number += 1
        ended, cut = data.endswith(b"\n"), False
        if not ended and len(data) > LINE_LIMIT:
            data, cut, ended = data[:CHUNK], True, self._skip_rest()
        return ByteLine(data, self._number, self._offset, ended, cut)

    def _skip_rest(self) -> bool:
        """Read past the end of a line that is too long; False where the stream ends first."""
        while data := self._stream.readline(CHUNK):
            self._offset += len(data)
            if data.endswith(b"\n"):
                return True
        return False
