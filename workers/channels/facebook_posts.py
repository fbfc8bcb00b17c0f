"""Records of a Facebook page as Posts: its feed, the comments there, and what tags it."""

import re

from triage.posts import Post, PostRejected
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

FEED_FIELDS = (
    "id,from,message,created_time,updated_time,permalink_url,attachments,"
    "comments.filter(stream).limit(0).summary(1)"
)
COMMENT_FIELDS = (
    "id,from,parent{id,message},message,created_time,permalink_url,attachment,message_tags,"
    "is_hidden,can_hide,can_reply_privately,like_count,comment_count,user_likes"
)
TAGGED_FIELDS = "id,from,message,tagged_time,permalink_url"
SHAPE = Shape(
    text="message",
    times=("created_time", "tagged_time"),
    comments=("comments", "summary", "total_count"),
    link="permalink_url",
    changed="updated_time",
)
COMMENT_IN_LINK = re.compile(r"[?&](?:reply_)?comment_id=(\d+)")


def feed_post(record: Record, page_id: str | None) -> Post:
    """A post of the page, of a visitor, or one that tags the page; own where the page wrote it."""
    post_id = needed_id(record)
    author_id = identifier(part(record, "from", "id"))
    return Post(
        id=post_id,
        text=message(record, "message", required=False),
        author=words(part(record, "from", "name")),
        author_id=author_id,
        created_at=moment(record.get("created_time")) or moment(record.get("tagged_time")),
        url=words(record.get("permalink_url")) or f"https://www.facebook.com/{post_id}",
        conversation=post_id,
        platform="facebook",
        own=author_id is not None and author_id == page_id,
        raw=plain(record),
    )


def comment_post(record: Record, post: Commented, page_id: str | None) -> Post:
    """A comment, or a reply to one, under a post."""
    author_id = identifier(part(record, "from", "id"))
    answered = identifier(part(record, "parent", "id"))
    return Post(
        id=_comment_id(record, post.id),
        text=message(record, "message", required=False),
        author=words(part(record, "from", "name")),
        author_id=author_id,
        created_at=moment(record.get("created_time")),
        url=words(record.get("permalink_url")),
        conversation=post.id,
        in_reply_to=answered or post.id,
        parent_text=words(part(record, "parent", "message")) or post.text or None,
        platform="facebook",
        own=author_id is not None and author_id == page_id,
        raw=plain(record),
    )


def _comment_id(record: Record, post_id: str) -> str:
    """The id; Graph leaves it out for apps with page public content access only.

    Then the link of the comment names it, and `<post>_<comment>` is how ids are made.
    """
    found = identifier(record.get("id"))
    if found:
        return found
    in_link = COMMENT_IN_LINK.findall(words(record.get("permalink_url")) or "")
    if not in_link:
        raise PostRejected("the comment has neither an id nor a link that names it")
    return f"{post_id.rpartition('_')[2]}_{in_link[-1]}"
