"""What the tests of the domain are made of: posts in one line, and a judge of their first word."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from models import Judgement
from triage.intents import queue_of
from triage.posts import Post
from triage.tables import Channel, Item, ItemTag, Lesson, PostRow
from triage.tuning.policy import Rulebook
from triage.tuning.standing import Standing, standings
from triage.walk.intake import store
from triage.walk.sorting import sort_all

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
_numbers = itertools.count(1)


def post(id: str | None = None, text: str = "question where is it", **more: Any) -> Post:
    """A post of Ann's, unless `more` says something else."""
    values = {"author": "ann", "author_id": "u-ann", "created_at": NOON, "platform": "x"} | more
    return Post(id=id or f"p{next(_numbers)}", text=text, **values)


def later(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def judged(rows: Sequence[PostRow], parents: dict[int, str]) -> list[Judgement | None]:
    """A judge whose word is the first one of the text; a question mark behind it says "unsure"."""
    return [judgement(row.text, kind=row.kind, id=str(row.pk)) for row in rows]


def judgement(text: str, *, kind: str = "public", id: str = "1", **more: Any) -> Judgement:
    word = text.split()[0]
    if word == "poison":
        raise ValueError("this text cannot be read \0")
    intent, confidence = word.rstrip("?"), 0.4 if word.endswith("?") else 0.95
    values: dict[str, Any] = {
        "id": id,
        "queue": queue_of(intent, kind).value,
        "intent": intent,
        "confidence": confidence,
        "intent_confidence": confidence,
        "also": None,
        "because": ("first", "word"),
        "model": "first-word",
        "strange": None,
    }
    return Judgement(**(values | more))


def misplaced(policy: Rulebook) -> list[Standing]:
    """The items that wait elsewhere than a policy would have them."""
    return [standing for standing in standings(policy) if standing.misplaced]


def bring(channel: Channel, *posts: Post) -> Item:
    """Store and sort posts -> the item of the last one."""
    store(channel, posts)
    sort_all()
    return item_of(channel, posts[-1].id)


def lesson(*, intent: str) -> Lesson:
    """A person's label of a post of its own."""
    channel, _ = Channel.objects.get_or_create(name="taught", source="import")
    latest = bring(channel, post()).latest_post
    assert latest is not None
    return Lesson.objects.create(
        post=latest, post_version=1, queue="promo", intent=intent, origin=Lesson.Origin.REVIEW
    )


def row_of(channel: Channel, id: str) -> PostRow:
    return PostRow.objects.get(channel=channel, external_id=id)


def item_of(channel: Channel, id: str) -> Item:
    item = row_of(channel, id).item
    assert item is not None
    return item


def tags_of(item: Item) -> list[str]:
    """The names of an item's tags, in the order of the alphabet."""
    tags = ItemTag.objects.filter(item=item).order_by("tag__name")
    return list(tags.values_list("tag__name", flat=True))
