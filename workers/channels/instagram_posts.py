"""Records of an Instagram account as Posts: its media, the comments there, and what tags it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from triage.posts import Post
from workers.channels.graph_round import Commented, Shape
from workers.channels.records import (
    Record,
    identifier,
    message,
    moment,
    needed_id,
    part,
    plain,
    words,
)

SHAPE = Shape(
    text="caption",
    times=("timestamp",),
    comments=("comments_count",),
    link="permalink",
    again=timedelta(hours=1),
    deep=10,
    ordered=True,
)
MEDIA_FIELDS = "id,permalink,caption,comments_count,timestamp,username,media_type"
TAGGED_FIELDS = "id,permalink,caption,timestamp,username,media_type"
REPLY_FIELDS = "id,text,timestamp,username,from,parent_id,hidden,like_count"
COMMENT_FIELDS = REPLY_FIELDS + ",replies.limit(50){" + REPLY_FIELDS + "}"

Account = Mapping[str, str]
"""Id and user name of the account, as far as they are known."""


def media_post(record: Record, account: Account, *, ours: bool) -> Post:
    """A picture or a video with its caption: our own, or one that tags us."""
    media_id = needed_id(record)
    author = words(record.get("username")) or words(part(record, "owner", "username"))
    if ours:
        author = author or account.get("name")
    return Post(
        id=media_id,
        text=message(record, "caption", required=False),
        author=author,
        author_id=(account.get("id") if ours else None)
        or identifier(part(record, "owner", "id"))
        or author,
        created_at=moment(record.get("timestamp")),
        url=words(record.get("permalink")),
        conversation=media_id,
        platform="instagram",
        own=ours or is_ours(author, None, account),
        raw=plain(record),
    )


def comment_post(record: Record, media: Commented, above: Record | None, account: Account) -> Post:
    """A comment on our media, or a reply to the comment `above`."""
    author, author_id = author_of(record)
    context = words(part(above, "text")) or media.text
    answered = identifier(record.get("parent_id")) or identifier(part(above, "id"))
    return Post(
        id=needed_id(record),
        text=message(record, "text", required=False),
        author=author,
        author_id=author_id or author,
        created_at=moment(record.get("timestamp")),
        url=media.link,
        conversation=media.id,
        in_reply_to=answered or media.id,
        parent_text=context or None,
        platform="instagram",
        own=is_ours(author, author_id, account),
        raw=plain({name: value for name, value in record.items() if name != "replies"}),
    )


def author_of(record: Record) -> tuple[str | None, str | None]:
    """User name and id of who wrote a comment, as far as they are told."""
    author = words(part(record, "from", "username")) or words(record.get("username"))
    return author, identifier(part(record, "from", "id"))


def is_ours(author: str | None, author_id: str | None, account: Account) -> bool:
    """Whether that is our own account."""
    same_name = author is not None and author.casefold() == account.get("name", "").casefold()
    return same_name or (author_id is not None and author_id == account.get("id"))


def replies_in(record: Any) -> list[Any]:
    """The replies inside a comment; none where there is no list of them."""
    found = part(record, "replies", "data")
    return list(found) if isinstance(found, list) else []
