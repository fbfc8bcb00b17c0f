"""What the X Activity API delivers: one event each, with a post of API v2 inside."""

from collections.abc import Mapping
from typing import Any

from triage.posts import Post
from workers.channels.base import Delivered
from workers.channels.events import delivered, loaded, records_in
from workers.channels.records import Record, identifier, mapping, needed_id, part, plain
from workers.channels.x_answers import Includes, post_of

ADDRESSED = ("post.mention.create", "post.reply.create", "post.quote.create")
OWN = "post.create"
GONE = "post.delete"


def read_events(body: bytes, own: frozenset[str]) -> Delivered:
    """The posts that a delivery tells of; other events are none of ours."""
    events = records_in(loaded(body), "data")
    return delivered(events, lambda event: _post(mapping(event), own))


def _post(event: Record, own: frozenset[str]) -> Post | None:
    kind = event.get("event_type")
    if kind not in (*ADDRESSED, OWN, GONE):
        return None
    payload: Mapping[str, Any] = mapping(event.get("payload"))
    if kind == GONE:
        return Post(id=needed_id(payload), text="", deleted=True, platform="x", raw=plain(event))
    # Who subscribed to the event is one of ours: nobody else may see an account's mentions.
    subscriber = identifier(part(event, "filter", "user_id"))
    ours = own | {subscriber} if subscriber else own
    post = post_of(payload, Includes(event, own=ours))
    return post if kind in ADDRESSED or post.own else None
