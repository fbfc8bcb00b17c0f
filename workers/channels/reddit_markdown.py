"""Plain text as Reddit's Markdown: what somebody typed is what people see."""

import re

LINK = re.compile(r"(https?://[^\s<>\"]+)")
MARKS = re.compile(r"[\\`*~^\[\]<>|]|(?<!\w)_|_(?!\w)|&(?=[#\w]+;)|!(?=[\[>])")
FIRST = re.compile(r"^(\s*)(#|[-+=](?=[\s=-]|$)|\d+(?=[.)](?:\s|$)))")
NUMBER = re.compile(r"^\d+$")


def markdown(text: str) -> str:
    """The text with its line ends kept and every mark of Markdown escaped; links stay whole.

    Underscores inside a word mean nothing to Reddit and are left, for they stand in names (u/…).
    """
    lines = [_line(line) for line in text.replace("\r\n", "\n").strip().split("\n")]
    broken = ((line, after) for line, after in zip(lines, [*lines[1:], ""], strict=True))
    # Two spaces at its end keep a line from running into the next one of its paragraph.
    return "\n".join(f"{line}  " if line and after else line for line, after in broken)


def _line(line: str) -> str:
    """One line. Spaces before it would make it code."""
    parts = LINK.split(line.strip())
    escaped = [part if at % 2 else MARKS.sub(r"\\\g<0>", part) for at, part in enumerate(parts)]
    return FIRST.sub(_first, "".join(escaped))


def _first(found: re.Match[str]) -> str:
    """What makes a heading, a list or a rule of a line. In `1.` the dot is what counts."""
    space, mark = found.groups()
    return f"{space}{mark}\\" if NUMBER.match(mark) else f"{space}\\{mark}"
