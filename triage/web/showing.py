"""Showing: times, numbers and foreign text in the words and marks that the pages use."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from triage.intents import every_intent
from triage.vocabulary import Kind, Queue, label

QUEUE_NAMES = {queue: queue.value.capitalize() for queue in Queue}
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_TURNING = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks that turn the direction of text
# They end a link, so that an address cannot be shown backwards.
_LINK = re.compile(rf"https?://[^\s<>\"{_TURNING}]+")
_TRAILING = ".,;:!?…)]}'»”\u2019"


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time: for machines, in a row, and in full."""

    iso: str
    short: str
    full: str
    age: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A small coloured word; `tone` is a queue or empty."""

    text: str
    tone: str = ""


def moment(at: datetime, *, now: datetime) -> Moment:
    """`10:41` today, `21 Nov, 10:41` this year, `21 Nov 2024` before."""
    local, today = timezone.localtime(at), timezone.localtime(now)
    if local.date() == today.date():
        short = f"{local:%H:%M}"
    elif local.year == today.year:
        short = f"{local.day} {local:%b}, {local:%H:%M}"
    else:
        short = f"{local.day} {local:%b %Y}"
    full = f"{local:%a} {local.day} {local:%b %Y, %H:%M:%S %Z}"
    return Moment(local.isoformat(), short, full, age((now - at).total_seconds()))


def maybe(at: datetime | None, *, now: datetime) -> Moment | None:
    """The moment, or None where there was none."""
    return moment(at, now=now) if at else None


def age(seconds: float) -> str:
    """Seconds -> `now`, `5 min`, `3 h`, `2 d`. The script of the pages says it the same way."""
    if seconds < _MINUTE:
        return "now"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min"
    if seconds < 2 * _DAY:
        return f"{int(seconds // _HOUR)} h"
    return f"{int(seconds // _DAY)} d"


def thousands(number: int) -> str:
    """1234567 -> `1 234 567`, with narrow spaces that do not break."""
    return f"{number:,}".replace(",", "\u202f")


def short(number: int) -> str:
    """950 -> `950`, 41200 -> `41 k`, 1234567 -> `1.2 M`, with spaces that do not break."""
    for size, sign in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            share = number / size
            words = f"{share:.1f}".removesuffix(".0") if share < 10 else str(int(share))
            return f"{words}\u202f{sign}"
    return str(number)


def plural(number: int, one: str, many: str = "") -> str:
    """1, post -> `1 post`; 3, post -> `3 posts`."""
    return f"{thousands(number)} {one if number == 1 else many or one + 's'}"


def sentence(text: str) -> str:
    """The text with a full stop, where it has no ending of its own."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def intent_tag(intent: str, *, kind: str, form: str = "{}") -> Tag | None:
    """An intent in the colour of its queue; None for no intent."""
    known = every_intent().get(intent)
    if known is None:
        return None
    queue = known.queue(Kind(kind) if kind in set(Kind) else Kind.PUBLIC)
    return Tag(form.format(label(intent)), queue.value)


def queue_name(queue: str) -> str:
    """`support` -> `Support`."""
    return QUEUE_NAMES[Queue(queue)]


def straight(name: str) -> str:
    """A foreign name for places that cannot keep directions apart, like the title of a window."""
    return re.sub(f"[{_TURNING}]", "", name)


def web_address(url: str) -> str:
    """The address if it is safe to link to, else nothing."""
    return url if url.startswith(("https://", "http://")) else ""


def linked(text: str) -> SafeString:
    """Foreign text, escaped, with its web addresses as links that tell the other side nothing."""
    parts: list[SafeString] = []
    end = 0
    for found in _LINK.finditer(text):
        url = found.group().rstrip(_TRAILING)
        parts += [format_html("{}", text[end : found.start()]), _link(url)]
        end = found.start() + len(url)
    parts.append(format_html("{}", text[end:]))
    return format_html_join("", "{}", ((part,) for part in parts)) if parts else mark_safe("")


def _link(url: str) -> SafeString:
    return format_html(
        '<a href="{}" target="_blank" rel="noopener noreferrer nofollow"><bdi>{}</bdi></a>',
        url,
        url,
    )
