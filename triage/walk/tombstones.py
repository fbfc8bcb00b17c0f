"""Tombstones: what was erased stays away, whatever a platform sends again.

A tombstone is a plain SHA-256 of an id, so nobody's name lies in the table. It has no key, because
a changed key would let everything come back.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from triage.posts import Post
from triage.tables import Channel, Person, PostRow, Tombstone


def lay_down(*, person: Person, posts: Sequence[PostRow], at: datetime) -> None:
    """Keep these posts away for good, and of this person whatever is older than `at`."""
    digests = {_post(row.channel_id, row.external_id) for row in posts}
    digests.add(_person(person.platform, person.external_id))
    Tombstone.objects.bulk_create(
        [Tombstone(digest=digest, at=at) for digest in sorted(digests)],
        update_conflicts=True,
        unique_fields=["digest"],
        update_fields=["at"],
    )


def not_erased(channel: Channel, posts: Sequence[Post]) -> list[Post]:
    """Those posts of a page that were not erased. One query."""
    digests = {_post(channel.pk, post.id) for post in posts}
    writers = {post.id: _writer(channel, post) for post in posts}
    digests.update(digest for digest in writers.values() if digest)
    found = dict(Tombstone.objects.filter(digest__in=digests).values_list("digest", "at"))
    if not found:
        return list(posts)
    return [
        post
        for post in posts
        if _post(channel.pk, post.id) not in found
        and not _is_older(post, found.get(writers[post.id] or ""))
    ]


def _is_older(post: Post, erased_at: datetime | None) -> bool:
    """Whether a post is from before its author was erased; one without a time may be."""
    return erased_at is not None and (post.created_at is None or post.created_at <= erased_at)


def _writer(channel: Channel, post: Post) -> str | None:
    person = post.author_id or post.author
    return _person(post.platform or channel.source, person) if person else None


def _post(channel_id: int, external_id: str) -> str:
    return _digest("post", str(channel_id), external_id)


def _person(platform: str, external_id: str) -> str:
    return _digest("person", platform, external_id)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
