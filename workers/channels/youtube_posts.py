"""A comment on YouTube as a Post, and what a thread says of its comments."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from triage.posts import Post
from workers.channels.newest import Sign, crc
from workers.channels.records import (
    Record,
    count,
    identifier,
    mapping,
    message,
    moment,
    needed_id,
    part,
    plain,
    words,
)
from workers.channels.settings import is_own

CONTEXT = 300
"""Characters of a comment that its replies carry as what they answer."""


@dataclass(frozen=True, slots=True)
class Thread:
    """What the comments of a thread have in common. Channel pages have threads without a video."""

    id: str
    video: str | None = None
    text: str = ""


def thread_of(record: Any) -> Thread | None:
    """The thread in a record; None where it has no id, and then no readable comment either."""
    top = part(record, "snippet", "topLevelComment")
    found = identifier(part(record, "id")) or identifier(part(top, "id"))
    if found is None:
        return None
    video = words(part(record, "snippet", "videoId")) or words(part(top, "snippet", "videoId"))
    return Thread(found, video, _shown(part(top, "snippet"))[:CONTEXT])


def comments_in(record: Any) -> list[Any]:
    """The comments that a thread brings along: the first, and at most five replies.

    A record that is no thread stands for itself, to be set aside.
    """
    top = part(record, "snippet", "topLevelComment")
    return [record if top is None else top, *_inline(record)]


def has_further_replies(record: Any) -> bool:
    """Whether a thread has more replies than it brings along."""
    total = count(part(record, "snippet", "totalReplyCount")) or 0
    return total > len(_inline(record)) and thread_of(record) is not None


def sign(record: Any) -> Sign:
    """A thread has changed when a comment was added, taken away or edited."""
    top = part(record, "snippet", "topLevelComment")
    state = [part(record, "snippet", "totalReplyCount")]
    state += [[part(c, "id"), part(c, "snippet", "updatedAt")] for c in (top, *_inline(record))]
    found = thread_of(record)
    return found.id if found else None, crc(state), moment(part(top, "snippet", "publishedAt"))


def post_of(
    record: Record, thread: Thread | None, titles: Mapping[str, str], own: frozenset[str]
) -> Post:
    """One comment. Raises PostRejected."""
    comment_id = needed_id(record)
    snippet = mapping(record.get("snippet"))
    video = words(snippet.get("videoId")) or (thread and thread.video) or None
    parent = identifier(snippet.get("parentId"))
    written, updated = moment(snippet.get("publishedAt")), moment(snippet.get("updatedAt"))
    author_id = identifier(part(snippet, "authorChannelId", "value"))
    context = (thread.text if thread else "") if parent else titles.get(video or "", "")
    return Post(
        id=comment_id,
        text=_shown(snippet) or message(snippet, "textDisplay", required=True),
        author=words(snippet.get("authorDisplayName")),
        author_id=author_id,
        created_at=written,
        edited_at=updated if updated and written and updated > written else None,
        url=address_of(video, comment_id),
        conversation=video or parent or comment_id,
        in_reply_to=parent,
        parent_text=context or None,
        platform="youtube",
        own=is_own(own, author_id, words(snippet.get("authorDisplayName"))),
        raw=plain(record),
    )


def videos_of(records: Iterable[Any]) -> list[str]:
    """The videos of some threads, each once."""
    found = (thread_of(record) for record in records)
    return list(dict.fromkeys(each.video for each in found if each and each.video))


def _inline(record: Any) -> list[Any]:
    replies = part(record, "replies", "comments")
    return replies if isinstance(replies, list) else []


def _shown(snippet: Any) -> str:
    """The text as it was typed, which only some may see, else as it is shown."""
    return words(part(snippet, "textOriginal")) or words(part(snippet, "textDisplay")) or ""


def address_of(video: str | None, comment_id: str) -> str | None:
    """Comments on a channel's own page have no address of their own."""
    if video is None:
        return None
    watched, comment = (quote(part, safe="", errors="replace") for part in (video, comment_id))
    return f"https://www.youtube.com/watch?v={watched}&lc={comment}"
