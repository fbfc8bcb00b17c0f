"""The shapes that the API takes and gives."""

from datetime import datetime
from typing import Literal

from ninja import Field, Schema


class ItemShape(Schema):
    """An item, as `triage queue --json` gives it, and what its latest post sounds like.

    `sentiment` is a person's word, or else the model's: positive, neutral or negative; null where
    neither says one.
    """

    id: str
    queue: str
    intent: str | None
    measure: str | None
    role: str
    department: str | None
    confidence: float | None
    unsure: bool
    also: str | None
    priority: int
    status: str
    channel: str
    author: str | None
    text: str
    url: str | None
    created_at: datetime
    why: str
    sentiment: str | None


class ItemPage(Schema):
    """Some items; `after` asks for those behind them, and is null at the end."""

    items: list[ItemShape]
    after: str | None


class HitShape(Schema):
    """An item that was found, and the text of the post or note in which it was."""

    item: ItemShape
    matched: str


class SearchPage(Schema):
    """Some of what was found; `after` asks for what lies behind it, and is null at the end."""

    items: list[HitShape]
    after: int | None


class PostShape(Schema):
    """One post of the item's conversation."""

    id: str
    author: str | None
    text: str
    url: str | None
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    ours: bool


class MoveShape(Schema):
    """One entry of an item's history."""

    at: datetime
    event: str
    source: str | None
    target: str
    by: str
    person: str | None
    why: str
    policy: int | None


class OutgoingShape(Schema):
    """What somebody has sent, or wants to send, from an item; what was called back is left out.

    `state` is pending (a colleague has to approve it first), waiting, sending, sent, refused,
    failed or unknown. `text` is what leaves, `written` what its author wrote where that differs.
    """

    id: int
    act: str
    state: str
    text: str
    written: str | None
    person: str | None
    approved_by: str | None
    error: str | None
    url: str | None
    created_at: datetime
    sent_at: datetime | None


class ItemDetail(Schema):
    """An item with its conversation and history. Send `version` back as `seen` with an act."""

    item: ItemShape
    version: int
    owner: str | None
    posts: list[PostShape]
    outgoing: list[OutgoingShape]
    moves: list[MoveShape]


class Act(Schema):
    """An act on an item. It is refused when the item has changed since version `seen`."""

    seen: int | None = Field(None, ge=1)


class HandOff(Act):
    """Where an item belongs, and why; the reason teaches the model."""

    to: Literal["promo", "support", "archive"]
    reason: str = Field("", max_length=500)
    intent: str = Field("", max_length=32)


class Sentiment(Act):
    """What the author of an item's latest post feels, as a person says."""

    sentiment: Literal["positive", "neutral", "negative"]


class Error(Schema):
    """What went wrong, in one sentence."""

    error: str
