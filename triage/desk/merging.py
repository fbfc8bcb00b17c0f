"""Merging: two items about the same thing become one, and the other says where it went."""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from triage.desk.acting import (
    AWAKE,
    ActRefused,
    Status,
    check_may_work,
    open_or_own,
    what_happened,
    write_move,
)
from triage.desk.feeling import felt_in
from triage.desk.pending import check_nothing_pending
from triage.tables import Item, ItemTag, Note, PostRow, User


def merge(item: Item, user: User, *, into: Item, seen: int | None = None) -> Item:
    """Move all posts, notes and tags of an item into another one -> that one; the item is resolved.

    Later posts that would have joined the item join the other. Both must be of one person or one
    conversation, open, and nobody else's. Raises ActRefused; a merge cannot be undone.
    """
    check_may_work(item, user)
    check_may_work(into, user)
    _check_belong_together(item, into)
    with transaction.atomic():
        _lock_posts(item)
        # In the order of their ids, so that two who merge never wait for each other in a ring.
        for each in sorted((item, into), key=lambda row: row.pk):
            _lock(each, user, seen if each is item else None)
        check_nothing_pending(item)
        _take_in(into, PostRow.objects.filter(item=item).update(item=into))
        _bring_along(item, into)
        _close(item, user, into)
        Item.objects.filter(merged_into=item).update(merged_into=into)
        write_move(item, event="merged", user=user, why=f"into item {into.pk}")
        write_move(into, event="took_in", user=user, why=f"item {item.pk}")
    return Item.objects.select_related("channel", "owner", "latest_post").get(pk=into.pk)


LOOKED_AT = 500
"""Posts of a conversation, the newest, whose items are offered."""


def duplicates_of(item: Item, *, limit: int = 20) -> list[Item]:
    """Open items that could be merged with this one, the newest first."""
    talk = PostRow.objects.filter(channel=item.channel_id, conversation=item.conversation)
    there = talk.exclude(item=None).order_by("-posted_at").values_list("item", flat=True)
    together = Item.objects.filter(pk__in=set(there[:LOOKED_AT]))  # items have no index by talk
    if item.person_id:
        together = together | Item.objects.filter(person=item.person_id)
    rows = together.exclude(pk=item.pk).exclude(status=Status.RESOLVED).filter(twin_of=None)
    return list(rows.select_related("channel", "owner").order_by("-posted_at", "-id")[:limit])


def _check_belong_together(item: Item, into: Item) -> None:
    if item.pk == into.pk:
        raise ActRefused("It is the same item. Choose another one.")
    if item.twin_of_id or into.twin_of_id or item.twins.exists() or into.twins.exists():
        raise ActRefused("One of these items is shared between teams, so they cannot be merged.")
    person = item.person_id is not None and item.person_id == into.person_id
    talk = (item.channel_id, item.conversation) == (into.channel_id, into.conversation)
    if not person and not talk:
        raise ActRefused("They are from different people in different conversations. Keep both.")


def _lock_posts(item: Item) -> None:
    """Posts before items, as whoever sorts does it, so that neither waits for the other."""
    posts = PostRow.objects.filter(item=item).order_by("id")
    list(posts.select_for_update(no_key=True).values_list("pk", flat=True))


def _lock(item: Item, user: User, seen: int | None) -> None:
    rows = open_or_own(item, user, seen).select_for_update(no_key=True)
    if not rows.values("pk").first():
        raise ActRefused(f"Item {item.pk}: {what_happened(item, user, 'merged')}")


def _take_in(into: Item, posts: int) -> None:
    latest = PostRow.objects.filter(item=into, deleted_at=None).order_by("-posted_at", "-id")
    changes: dict[str, Any] = {}
    if post := latest.first():
        changes = {"latest_post": post, "text": post.text, "url": post.url}
        changes |= {"sentiment": felt_in(post), "lang": post.language}
    _change(into, posts_count=F("posts_count") + posts, **changes)


def _bring_along(item: Item, into: Item) -> None:
    Note.objects.filter(item=item).update(item=into)
    there = list(ItemTag.objects.filter(item=into).values_list("tag", flat=True))
    ItemTag.objects.filter(item=item).exclude(tag__in=there).update(item=into)
    if Item.objects.filter(pk=item.pk, needs_approval=True).exists():
        _change(into, needs_approval=True)


def _close(item: Item, user: User, into: Item) -> None:
    now = timezone.now()
    _change(
        item,
        posts_count=0,
        status=Status.RESOLVED,
        resolved_at=now,
        owner=user,
        merged_into=into,
        **AWAKE,
    )


def _change(item: Item, **changes: Any) -> None:
    """Change a row that is locked already."""
    rows = Item.objects.filter(pk=item.pk)
    rows.update(version=F("version") + 1, changed_at=timezone.now(), **changes)
