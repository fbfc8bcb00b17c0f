"""The shapes that the API takes and gives."""

from datetime import datetime
from typing import Literal

from ninja import Field, Schema


class ItemShape(Schema):
    """An item, as `triage queue --json` gives it."""

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


class ItemDetail(Schema):
    """An item with its conversation and history. Send `version` back as `seen` with an act."""

    item: ItemShape
    version: int
    owner: str | None
    posts: list[PostShape]
    moves: list[MoveShape]


class Act(Schema):
    """An act on an item. It is refused when the item has changed since version `seen`."""

    seen: int | None = Field(None, ge=1)


class HandOff(Act):
    """Where an item belongs, and why; the reason teaches the model."""

    to: Literal["promo", "support", "archive"]
    reason: str = Field("", max_length=500)
    intent: str = Field("", max_length=32)


class ChannelShape(Schema):
    """A channel and how it is."""

    name: str
    kind: str
    source: str
    state: str
    error: str | None
    last_success_at: datetime | None
    last_post_at: datetime | None
    next_pull_at: datetime


class Error(Schema):
    """What went wrong, in one sentence."""

    error: str
