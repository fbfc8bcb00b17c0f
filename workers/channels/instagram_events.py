"""What Instagram delivers about an account: comments on its media, and mentions elsewhere."""

from dataclasses import replace

from workers.channels.base import Delivered
from workers.channels.events import PULL, Change, Told, changes, delivered, loaded
from workers.channels.graph_round import Commented
from workers.channels.instagram_posts import Account, comment_post
from workers.channels.records import identifier, mapping, moment, part, plain


def read_changes(body: bytes, account: Account) -> Delivered:
    """The comments that a delivery tells of. A mention is told by its ids only: see `PULL`."""
    found = changes(mapping(loaded(body)), "instagram")
    return delivered(
        found, lambda change: _told(change, account), lambda change: plain(change.value)
    )


def _told(change: Change, account: Account) -> Told:
    if change.field == "mentions":
        return PULL
    if change.field != "comments" or change.value is None:
        return None
    record = mapping(change.value)
    media = Commented(identifier(part(record, "media", "id")) or "", "", None)
    ours = {**account, "id": change.account} if change.account else account
    post = comment_post(record, media, None, ours)
    return replace(post, created_at=post.created_at or moment(change.at))
