"""What Facebook delivers about a page: its feed, the comments there, and who mentions it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from triage.posts import Post, PostRejected
from workers.channels.base import Delivered
from workers.channels.events import PULL, Change, Told, changes, delivered, loaded
from workers.channels.records import identifier, mapping, message, moment, part, plain, words

POSTS = ("post", "status", "photo", "video", "share", "link", "note")
"""Items that stand in a page's feed; likes, reactions, albums and events do not."""
SITE = "https://www.facebook.com/"


def read_changes(body: bytes) -> Delivered:
    """The posts and comments that a delivery tells of."""
    found = changes(mapping(loaded(body)), "page")
    return delivered(found, _told, lambda change: plain(change.value))


def _told(change: Change) -> Told:
    value = change.value
    item = part(value, "item")
    if change.field not in ("feed", "mention") or item not in ("comment", *POSTS):
        return None
    verb = part(value, "verb")
    key = _key(value, item)
    if key is None and item in ("comment", "post", "status"):
        raise PostRejected(f"the {item} has no id")
    if key is None:
        return None  # a picture in an album, without a place of its own in the feed
    if verb == "remove":
        return Post(id=key, text="", deleted=True, platform="facebook", raw=plain(value))
    if verb not in ("add", "edit", "edited", "hide", "unhide"):
        return None
    if verb != "add" and value.get("message") is None:
        return PULL  # a change without the words must not empty the post
    edited = verb in ("edit", "edited")
    return replace(_post(change, key, item, edited=edited), first=verb == "add")


def _post(change: Change, key: str, item: str, *, edited: bool) -> Post:
    value = change.value
    author_id = identifier(part(value, "from", "id")) or identifier(value.get("sender_id"))
    made = moment(value.get("created_time"))
    under = identifier(value.get("post_id")) if item == "comment" else None
    return Post(
        id=key,
        text=message(value, "message", required=False),
        author=words(part(value, "from", "name")) or words(value.get("sender_name")),
        author_id=author_id,
        created_at=made,
        edited_at=_edited_at(change, made) if edited else None,
        url=(None if under else words(part(value, "post", "permalink_url"))) or SITE + key,
        conversation=under or key,
        in_reply_to=(identifier(value.get("parent_id")) or under) if item == "comment" else None,
        platform="facebook",
        own=author_id is not None and author_id == change.account,
        raw=plain(value),
    )


def _edited_at(change: Change, made: datetime | None) -> datetime | None:
    """The time of an edit is that of the delivery; the creation's may stand beside it."""
    return moment(change.at) or made


def _key(value: Any, item: str) -> str | None:
    return identifier(part(value, "comment_id" if item == "comment" else "post_id"))
