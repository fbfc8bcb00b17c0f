"""What Instagram delivers about an account: comments on its media, and mentions elsewhere."""

from dataclasses import replace

from triage.posts import PostRejected
from workers.channels.base import Delivered, Lookup
from workers.channels.events import Change, Told, changes, delivered, loaded
from workers.channels.graph_round import Commented
from workers.channels.instagram_posts import Account, comment_post
from workers.channels.records import identifier, mapping, moment, part, plain


def read_changes(body: bytes, account: Account) -> Delivered:
    """The comments that a delivery tells of. A mention is told by its ids only."""
    found = changes(mapping(loaded(body)), "instagram")
    return delivered(
        found, lambda change: _told(change, account), lambda change: plain(change.value)
    )


def _told(change: Change, account: Account) -> Told:
    if change.field == "mentions":
        return _named(change.value)
    if change.field != "comments" or change.value is None:
        return None
    record = mapping(change.value)
    media = Commented(identifier(part(record, "media", "id")) or "", "", None)
    ours = {**account, "id": change.account} if change.account else account
    post = comment_post(record, media, None, ours)
    return replace(post, created_at=post.created_at or moment(change.at))


def _named(value: object) -> Lookup:
    """The ids of a mention: of the media, and of the comment where it stands in one."""
    told = {name: identifier(part(value, name)) for name in ("media_id", "comment_id")}
    ids = {name: key for name, key in told.items() if key}
    if "media_id" not in ids or not all(key.isascii() and key.isalnum() for key in ids.values()):
        raise PostRejected("the mention has no id that could be asked for")
    return ids
