"""What the ways back to the platforms have in common, apart from the calls themselves."""

import html
from datetime import datetime, timedelta

from triage.vocabulary import Act
from workers.channels.base import NotSent, Sending

CLOCKS = timedelta(minutes=5)
"""How far a platform's clock may be off ours."""
NAMES: dict[Act, str] = {
    Act.REPLY: "a reply",
    Act.HIDE: "hiding",
    Act.UNHIDE: "showing it again",
    Act.LIKE: "a like",
    Act.UNLIKE: "taking back a like",
    Act.DELETE: "deleting",
}


def unoffered(name: str, act: Act) -> NotSent:
    """For an act that a platform does not have."""
    return NotSent(f"{name} does not offer {NAMES[act]} to programs: do it at {name} itself")


def is_reply_of(sending: Sending, text: str | None, written: datetime | None) -> bool:
    """Whether one of our own posts is what an earlier try of `sending` left behind.

    Platforms trim texts and write some characters as HTML; a post from before somebody asked for
    the reply is another one, even with the same words.
    """
    asked = sending.asked_at - CLOCKS
    return _bare(text or "") == _bare(sending.text) and (written is None or written >= asked)


def _bare(text: str) -> str:
    return " ".join(html.unescape(text).split())
