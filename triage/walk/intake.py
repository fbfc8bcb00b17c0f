"""Intake: store a page of posts and move the cursor, in one transaction.

What is known is dropped, what is edited or deleted is brought up to date, what cannot be read is
kept aside. The brand's own posts are stored as context, never as work.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from django.db import transaction
from django.utils import timezone

from triage.back.ours import note_answers, take_over
from triage.bulk import insert_missing
from triage.posts import Post, clean, clean_raw, safe_post
from triage.tables import Channel, DeadLetter, PostRow, PostVersion
from triage.walk.persons import store_persons
from triage.walk.tombstones import not_erased

State = PostRow.State


class LeaseLost(Exception):
    """Another worker took the channel over; what this one fetched must not be stored."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of one page."""

    seen: int = 0
    new: int = 0
    changed: int = 0
    rejected: int = 0

    def __add__(self, other: "Stored") -> "Stored":
        return Stored(
            self.seen + other.seen,
            self.new + other.new,
            self.changed + other.changed,
            self.rejected + other.rejected,
        )


def store(
    channel: Channel,
    posts: Sequence[Post],
    *,
    rejected: Iterable[tuple[str, Any]] = (),
    cursor: Mapping[str, Any] | None = None,
    epoch: int | None = None,
    backfilled_before: datetime | None = None,
) -> Stored:
    """Store one page, and the cursor behind it, all or nothing.

    `epoch` is the fencing number of the caller's lease: raises LeaseLost, and stores nothing, when
    the channel has been leased again since. Storing the same page twice changes nothing.
    `backfilled_before` says that the page is part of a backfill: what is older than that is marked
    so, and nothing in it counts as the channel's last new post. What was erased is left out.
    """
    safe = list(map(safe_post, posts))
    new_ids: set[str] = set()
    changed = 0
    with transaction.atomic():
        if cursor is not None:
            _move_cursor(channel, cursor, epoch)
        for wave in _waves(not_erased(channel, safe)):
            inserted = _insert(channel, list(wave.values()), backfilled_before)
            changed += _update_known(channel, [p for p in wave.values() if p.id not in inserted])
            new_ids |= inserted
            if backfilled_before is None:
                ours = [p for p in wave.values() if p.own or _is_brand(p, channel)]
                note_answers(channel, [post for post in ours if post.id in inserted])
        aside = _keep_aside(channel, rejected)
        if new_ids and backfilled_before is None:
            _note_arrival(channel, [post for post in posts if post.id in new_ids])
    return Stored(len(posts) + aside, len(new_ids), changed, aside)


def _note_arrival(channel: Channel, posts: Sequence[Post]) -> None:
    """When the last new post came, and how long the platform's posts took to reach us.

    What a first pull brings was there before us and says nothing of that.
    """
    now = timezone.now()
    changes: dict[str, object] = {"last_post_at": now}
    took = [(now - post.created_at).total_seconds() for post in posts if post.created_at]
    if took and channel.last_success_at:
        changes["lag_seconds"] = max(0.0, median(took))
    Channel.objects.filter(pk=channel.pk).update(**changes)


def _waves(posts: Sequence[Post]) -> list[dict[str, Post]]:
    """The page as rounds in which each id comes once: a post first, then its edits and its end."""
    waves: list[dict[str, Post]] = []
    for post in sorted(posts, key=_age):
        free = next((wave for wave in waves if post.id not in wave), None)
        if free is None:
            waves.append(free := {})
        free[post.id] = post
    return waves


def _age(post: Post) -> tuple[int, float]:
    moment = post.edited_at or post.created_at
    return post.deleted + 2 * post.restored, moment.timestamp() if moment else 0.0


def _move_cursor(channel: Channel, cursor: Mapping[str, Any], epoch: int | None) -> None:
    row = Channel.objects.filter(pk=channel.pk)
    if epoch is not None:
        row = row.filter(lease_epoch=epoch)
    if row.update(cursor=dict(cursor)) != 1:
        raise LeaseLost(f"channel {channel.name} was taken over by another worker")


def _insert(channel: Channel, posts: list[Post], backfilled_before: datetime | None) -> set[str]:
    if not posts:
        return set()
    persons = store_persons(channel, posts)
    conversations = _conversations(channel, posts)
    now = timezone.now()
    rows = [
        _row(
            channel,
            post,
            conversation=conversations[post.id],
            person_id=persons.get(post.id),
            now=now,
            backfilled_before=backfilled_before,
        )
        for post in posts
        if not post.deleted  # a notice about a post that we never had
    ]
    return {str(key) for _, key in insert_missing(PostRow, rows, returning="external_id")}


def _row(
    channel: Channel,
    post: Post,
    *,
    conversation: str,
    person_id: int | None,
    now: datetime,
    backfilled_before: datetime | None,
) -> PostRow:
    own = post.own or _is_brand(post, channel)
    posted_at = min(post.created_at, now) if post.created_at else now
    return PostRow(
        channel=channel,
        external_id=post.id,
        state=State.CONTEXT if own else State.NEW,
        person_id=person_id,
        author=post.author or "",
        text=post.text,
        parent_text=post.parent_text or "",
        lang=post.lang or "",
        kind=post.kind or channel.kind,
        platform=post.platform or channel.source,
        brand=post.brand or channel.brand,
        url=post.url or "",
        conversation=conversation,
        in_reply_to=post.in_reply_to or "",
        reach=post.reach,
        posted_at=posted_at,
        received_at=now,
        edited_at=min(post.edited_at, now) if post.edited_at else None,
        repost=post.repost,
        truncated=post.truncated,
        cleaned=post.cleaned,
        backfilled=backfilled_before is not None and posted_at < backfilled_before,
        raw=dict(post.raw),
    )


def _is_brand(post: Post, channel: Channel) -> bool:
    brand = (post.brand or channel.brand).lstrip("@").casefold()
    return bool(brand) and brand in {
        name.lstrip("@").casefold() for name in (post.author, post.author_id) if name
    }


def _conversations(channel: Channel, posts: Sequence[Post]) -> dict[str, str]:
    """The conversation of each post: as the platform says, else that of the post it answers."""
    by_id = {post.id: post for post in posts}
    outside = {p.in_reply_to for p in posts if not p.conversation and p.in_reply_to} - set(by_id)
    stored = dict(
        PostRow.objects.filter(
            channel=channel, external_id__in=[key for key in outside if key]
        ).values_list("external_id", "conversation")
    )
    return {post.id: _conversation(post, by_id, stored) for post in posts}


def _conversation(post: Post, by_id: Mapping[str, Post], stored: Mapping[str, str]) -> str:
    visited = set()
    while not post.conversation and post.in_reply_to and post.id not in visited:
        visited.add(post.id)
        parent = by_id.get(post.in_reply_to)
        if parent is None:
            return stored.get(post.in_reply_to, post.in_reply_to)
        post = parent
    return post.conversation or post.id


def _update_known(channel: Channel, posts: Sequence[Post]) -> int:
    if not posts:
        return 0
    # Without the key, so that whoever only refers to one of these posts does not wait for us: an
    # item's latest post may be one of them, while its sorter holds another of them.
    rows = PostRow.objects.select_for_update(no_key=True).filter(
        channel=channel, external_id__in=[post.id for post in posts]
    )
    by_id = {post.id: post for post in posts}
    return sum(_update_one(row, by_id[row.external_id]) for row in rows.order_by("id"))


def _update_one(row: PostRow, post: Post) -> bool:
    if post.deleted:
        return _mark_deleted(row)
    if post.restored and row.deleted_at:
        _mark_restored(row)
        return _update_one(row, post) or True
    if take_over(row, post):
        return False
    if post.text == row.text or _is_older(post, row):
        return False
    PostVersion.objects.get_or_create(post=row, version=row.version, defaults={"text": row.text})
    row.text = post.text
    row.truncated, row.cleaned = post.truncated, post.cleaned
    now = timezone.now()
    row.edited_at = min(post.edited_at, now) if post.edited_at else now
    _back_to_sorting(row)
    row.save(update_fields=[*CHANGED, "text", "truncated", "cleaned", "edited_at"])
    return True


def _is_older(post: Post, row: PostRow) -> bool:
    """Whether a page that arrived late brings an earlier version of the post."""
    if row.deleted_at or post.first:
        return True
    if post.edited_at:
        return bool(row.edited_at and post.edited_at <= row.edited_at)
    # The platform does not say when: what the post said once before is the older page.
    never_replaced = row.version == 1 and row.edited_at is not None
    return never_replaced or row.versions.filter(text=post.text).exists()


def _mark_deleted(row: PostRow) -> bool:
    if row.deleted_at:
        return False
    row.deleted_at = timezone.now()
    _back_to_sorting(row)
    row.save(update_fields=[*CHANGED, "deleted_at"])
    return True


def _mark_restored(row: PostRow) -> None:
    row.deleted_at = None
    _back_to_sorting(row)
    row.save(update_fields=[*CHANGED, "deleted_at"])


CHANGED = ["version", "state", "attempts", "retry_at"]


def _back_to_sorting(row: PostRow) -> None:
    row.version += 1
    row.attempts, row.retry_at = 0, None
    if row.state != State.CONTEXT:
        row.state = State.NEW


def _keep_aside(channel: Channel, rejected: Iterable[tuple[str, Any]]) -> int:
    letters = []
    for reason, raw in rejected:
        kept = {} if (found := clean_raw(raw)) is None else found  # a column that is never null
        digest = hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()
        letters.append(
            DeadLetter(channel=channel, digest=digest, reason=clean(reason, limit=500)[0], raw=kept)
        )
    DeadLetter.objects.bulk_create(letters, ignore_conflicts=True)
    return len(letters)
