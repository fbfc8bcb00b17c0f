"""Cards: what a reader is shown of a post in the review lane, and what only afterwards.

In the sample the model's answer is hidden until the reader has given theirs, so that it can bias
nobody.
"""

from typing import Any, NamedTuple

from triage.access import posts_for
from triage.intents import today
from triage.tables import PostRow, Reading, User, Verdict
from triage.tuning.readings import Card, Lane

BEFORE = 4
"""Posts of the conversation that are shown above the one to be read."""


class Said(NamedTuple):
    """What a model said: the intent as it is read today, how sure it was of the queue (0 to 1),
    and why it could not judge; empty where it could."""

    intent: str
    confidence: float
    strange: str


def leaning(card: Card) -> Said | None:
    """What the model said of a post that is to be read; None in the sample, and without a model."""
    return _said(card.verdict) if card.lane == Lane.UNSURE else None


def revealed(reading: Reading) -> Said | None:
    """What the model had said of a post of the sample, for whoever has just read it first."""
    first = reading.lane == Lane.SAMPLE and not reading.second
    return _said(reading.verdict) if first else None


def conversation(post: PostRow, user: User) -> list[PostRow]:
    """The last posts before it in its conversation, the oldest first, as this person sees them."""
    rows = posts_for(user).filter(
        channel=post.channel_id,
        conversation=post.conversation,
        posted_at__lte=post.posted_at,
        deleted_at=None,
    )
    last = rows.exclude(pk=post.pk).order_by("-posted_at", "-id")[:BEFORE]
    return list(reversed(last))


def card_json(card: Card, user: User) -> dict[str, Any]:
    """A card as one JSON object; `said` and `confidence` are null where they are hidden."""
    post, said = card.post, leaning(card)
    return {
        "lane": card.lane.value,
        "post": post.pk,
        "version": post.version,
        "item": post.item_id,
        "channel": post.channel.name,
        "kind": post.kind,
        "author": post.author,
        "posted_at": post.posted_at.isoformat(),
        "url": post.url or None,
        "text": post.text,
        "parent_text": post.parent_text or None,
        "before": [_line_json(row) for row in conversation(post, user)],
        "said": said.intent if said else None,
        "confidence": said.confidence if said else None,
        "strange": (said.strange or None) if said else None,
    }


def _said(verdict: Verdict | None) -> Said | None:
    if verdict is None:
        return None
    return Said(today(verdict.intent), verdict.confidence, verdict.strange or "")


def _line_json(row: PostRow) -> dict[str, Any]:
    return {
        "author": row.author,
        "posted_at": row.posted_at.isoformat(),
        "text": row.text,
        "ours": row.state == PostRow.State.CONTEXT,
    }
