"""What tests of pages put on the desk: channels, posts, and items through the real walk."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from models import Judgement
from triage.intents import queue_of
from triage.posts import Post
from triage.tables import Channel, Item, Outgoing, PostRow, User
from triage.tuning.policies import policy_in_force
from triage.walk.intake import store
from triage.walk.placing import place
from workers import settling
from workers.channels.base import Sent

NOON = datetime(2025, 11, 21, 12, tzinfo=UTC)
_numbers = count(1)


def watch(name: str = "X mentions", **fields: Any) -> Channel:
    """A channel, made on first use."""
    return Channel.objects.get_or_create(
        name=name, defaults={"source": "x", "brand": "VoltBike", **fields}
    )[0]


def arrive(
    text: str = "how do I pair it?",
    *,
    intent: str = "question",
    confidence: float = 0.9,
    channel: Channel | None = None,
    minutes: float = 0,
    **fields: Any,
) -> Item:
    """A post that has arrived, was judged like this and stands in a queue -> its item."""
    channel = channel or watch()
    number = next(_numbers)
    judged = {
        key: fields.pop(key, default)
        for key, default in (
            ("also", None),
            ("because", ("pair",)),
            ("strange", None),
            ("sentiment", ""),
        )
    }
    post = Post(
        **{
            "id": f"post-{number}",
            "text": text,
            "author": f"@writer{number}",
            "created_at": NOON + timedelta(minutes=minutes),
            **fields,
        }
    )
    store(channel, [post])
    row = PostRow.objects.get(channel=channel, external_id=post.id)
    sort(row, intent=intent, confidence=confidence, **judged)
    row.refresh_from_db()
    assert row.item is not None
    return row.item


def sort(row: PostRow, *, intent: str, confidence: float = 0.9, **judged: Any) -> None:
    """Place one stored post as if a model had said this of it."""
    judgement = Judgement(
        id=str(row.pk),
        queue=queue_of(intent, row.kind).value,
        intent=intent,
        confidence=confidence,
        intent_confidence=confidence,
        also=judged.get("also"),
        because=tuple(judged.get("because", ())),
        model="test-model",
        strange=judged.get("strange"),
        sentiment=judged.get("sentiment", ""),
    )
    assert place([row], [judgement], policy_in_force()) == 1


def ours(text: str, *, channel: Channel | None = None, minutes: float = 0, **fields: Any) -> None:
    """A post of the brand itself, kept as context."""
    at = NOON + timedelta(minutes=minutes)
    number = next(_numbers)
    post = {"id": f"ours-{number}", "text": text, "author": "VoltBike", "own": True, **fields}
    store(channel or watch(), [Post(created_at=at, **post)])


def pending(item: Item, author: User | None, **fields: Any) -> Outgoing:
    """A reply to the latest post of an item that waits for approval."""
    return Outgoing.objects.create(
        channel=item.channel,
        item=item,
        post=item.latest_post,
        act="reply",
        text="Hold both buttons.",
        user=author,
        state=Outgoing.State.PENDING,
        asked_version=item.version,
        **fields,
    )


def carry_out(outgoing: Outgoing, *, refused: str = "") -> None:
    """Let a worker have sent what waits, or have been refused by the platform."""
    Outgoing.objects.filter(pk=outgoing.pk).update(
        state=Outgoing.State.SENDING, lease_until=timezone.now() + timedelta(minutes=1)
    )
    row = Outgoing.objects.select_related("channel", "item", "post").get(pk=outgoing.pk)
    if refused:
        settling.give_up(row, Outgoing.State.REFUSED, why=refused)
    else:
        settling.note_sent(row, Sent(f"sent-{row.pk}"))
