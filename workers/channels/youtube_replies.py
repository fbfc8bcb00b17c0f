"""The way back to YouTube: comments in a thread, holding comments back, deleting our own.

Each write costs 50 units of the quota. Threads have one level: the answer to an answer goes below
the comment that both are about.
"""

from typing import Any

from triage.vocabulary import Act
from workers.channels.acting import is_reply_of, unoffered
from workers.channels.base import NotSent, Refused, Sending, Sent, SourceError
from workers.channels.failing import quoted
from workers.channels.http import Wire
from workers.channels.records import identifier, listed, mapping, moment, needed_id, part, words
from workers.channels.youtube_client import YouTube, error_of
from workers.channels.youtube_errors import (
    BAD_KEY,
    BLOCKED,
    DAY_OVER,
    MISSING,
    NO_SCOPE,
    TOO_FAST,
)
from workers.channels.youtube_posts import address_of

ACTS = (Act.REPLY, Act.HIDE, Act.UNHIDE, Act.DELETE)
LONGEST = 10_000
"""Characters of a comment."""
PAGES = 5
OF_THE_KEY = DAY_OVER | TOO_FAST | BAD_KEY | BLOCKED | NO_SCOPE | {"processingFailure"}
"""Reasons that say nothing of the act itself."""
GONE = MISSING | {"commentNotFound", "parentCommentNotFound"}
WORDS = {
    "commentsDisabled": "the comments of this video are switched off at YouTube",
    "commentTextTooLong": "the reply is longer than YouTube takes: shorten it",
    "commentTextRequired": "YouTube takes no reply without a text",
    "parentCommentIsPrivate": "the comment is held back at YouTube: show it before you answer it",
    "operationNotSupported": "YouTube does not let programs do this to this comment",
}
OWNER = "at YouTube only the owner of the video's channel can do this, with a token of theirs"


def carry_out(youtube: YouTube, wire: Wire, sending: Sending) -> Sent:
    """One act. Raises what the client raises, or NotSent."""
    match sending.act:
        case Act.REPLY:
            return _sent(youtube.reply(_thread(sending), sending.text), sending)
        case Act.HIDE:
            youtube.moderate(sending.post, "heldForReview")
        case Act.UNHIDE:
            youtube.moderate(sending.post, "published")
        case Act.DELETE:
            _delete(youtube, wire, sending.post)
        case _:
            raise unoffered("YouTube", sending.act)
    return Sent()


def find(youtube: YouTube, wire: Wire, sending: Sending) -> Sent | None:
    """Our comment that an earlier try left; None where none did, or the thread is gone."""
    ours = {identifier(part(each, "id")) for each in listed(part(youtube.mine(), "items"))}
    token: str | None = None
    for _ in range(PAGES):
        try:
            answer = youtube.replies(_thread(sending), token=token)
        except Exception:
            if wire.status != 404:
                raise
            return None
        for record in listed(part(answer, "items")):
            if identifier(part(record, "snippet", "authorChannelId", "value")) in ours and _is(
                record, sending
            ):
                return _sent(record, sending)
        token = words(part(answer, "nextPageToken"))
        if token is None:
            return None
    return None


def refusal(wire: Wire, act: Act, secrets: list[str]) -> SourceError | None:
    """An error answer to an act; None where it says nothing of the act itself."""
    found = error_of(wire)
    if found is None or wire.status not in (400, 403, 404):
        return None
    reasons, message = found
    if reasons & OF_THE_KEY:
        return None
    why = quoted(message, secrets) or f"status {wire.status}"
    for reason, sentence in WORDS.items():
        if reason in reasons:
            return NotSent(sentence)
    if reasons & GONE or wire.status == 404:
        return NotSent("YouTube no longer has this comment; it may have been deleted")
    if "ineligibleAccount" in reasons:
        return Refused("the account of the token has no channel at YouTube: make one there")
    if wire.status == 403 and act in (Act.HIDE, Act.UNHIDE):
        return NotSent(OWNER)
    if wire.status == 403 and act == Act.DELETE:
        return NotSent("YouTube lets an account delete only its own comments: hide this one")
    return NotSent(f"YouTube does not take this: {why}")


def _thread(sending: Sending) -> str:
    """The first comment of the thread: the id of an answer begins with it and a dot."""
    return sending.post.partition(".")[0]


def _delete(youtube: YouTube, wire: Wire, comment: str) -> None:
    try:
        youtube.delete(comment)
    except Exception:
        if wire.status != 404:  # else it was deleted before
            raise


def _is(record: Any, sending: Sending) -> bool:
    snippet = part(record, "snippet")
    text = words(part(snippet, "textOriginal")) or words(part(snippet, "textDisplay"))
    return is_reply_of(sending, text, moment(part(snippet, "publishedAt")))


def _sent(record: Any, sending: Sending) -> Sent:
    comment = needed_id(mapping(record))
    known = words(part(record, "snippet", "videoId")) or sending.conversation
    video = known if known not in ("", sending.post, _thread(sending)) else None
    return Sent(comment, address_of(video, comment))
