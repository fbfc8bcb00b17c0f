"""Ours: the brand's own posts in a conversation, sent from here or written at the platform."""

from collections.abc import Sequence

from django.db.models import Q
from django.utils import timezone

from triage.bulk import insert_missing
from triage.desk.acting import act_alone
from triage.posts import Post, clean_field
from triage.tables import Channel, Item, Outgoing, PostRow

AS_SENT = "as_sent"
"""In the raw record of a post of ours that only we have told of so far."""


def store_ours(outgoing: Outgoing, *, id: str, url: str) -> None:
    """Show a reply in its thread as soon as it was sent. A pull that was faster is left alone."""
    answered = outgoing.post
    now = timezone.now()
    row = PostRow(
        channel=outgoing.channel,
        external_id=id,
        state=PostRow.State.CONTEXT,
        author=clean_field(outgoing.channel.brand, limit=200) or "",
        text=outgoing.text,
        parent_text=answered.text,
        kind=answered.kind,
        platform=answered.platform,
        brand=answered.brand,
        url=clean_field(url) or "",
        conversation=answered.conversation,
        in_reply_to=answered.external_id,
        posted_at=now,
        received_at=now,
        raw={AS_SENT: outgoing.key},
    )
    insert_missing(PostRow, [row], returning="external_id")


def take_over(row: PostRow, post: Post) -> bool:
    """Let a post that we sent read as the platform has it -> whether it was such a one.

    Platforms shorten links and trim spaces; that is no edit.
    """
    if AS_SENT not in row.raw or row.deleted_at or post.edited_at:
        return False
    row.text, row.raw = post.text, dict(post.raw)
    row.author, row.url = post.author or row.author, post.url or row.url
    row.save(update_fields=["text", "raw", "author", "url"])
    return True


def note_answers(channel: Channel, posts: Sequence[Post]) -> None:
    """Somebody of ours answered at the platform: whoever writes an answer here has to look again.

    `posts` are our own and were not known before. What we are sending ourselves is no news.
    """
    answered = {post.in_reply_to for post in posts if post.in_reply_to}
    if not answered:
        return
    items = Item.objects.filter(
        ~Q(status=Item.Status.RESOLVED), channel=channel, posts__external_id__in=answered
    )
    leaving = Outgoing.objects.filter(
        Q(state=Outgoing.State.SENDING) | Q(uncertain=True), act="reply", item__in=items
    )
    for item in items.exclude(pk__in=leaving.values("item")).distinct().order_by("id"):
        act_alone(item, event="answered", why="Somebody replied on the platform.")
