"""Persons: who wrote the posts of a page."""

from collections.abc import Mapping, Sequence

from django.db.models import Q

from triage.bulk import insert_missing
from triage.posts import Post
from triage.tables import Channel, Person

Key = tuple[str, str]
"""Platform, and the person's id there."""


def store_persons(channel: Channel, posts: Sequence[Post]) -> dict[str, int]:
    """Make sure that every author is known -> person id by post id; authors may be missing.

    Name and reach of somebody known are brought up to date. Persons belong to a platform, so all
    its channels share them.
    """
    keys = {post.id: _key(channel, post) for post in posts}
    latest = {keys[post.id]: post for post in posts if keys[post.id]}
    wanted = sorted(key for key in latest if key)
    known = _known(wanted)
    _refresh(known, latest)
    missing = [
        Person(
            platform=key[0], external_id=key[1], name=_name(latest[key]), reach=latest[key].reach
        )
        for key in wanted
        if key not in known
    ]
    if missing:
        insert_missing(Person, missing, returning="external_id")
        known |= _known([(person.platform, person.external_id) for person in missing])
    return {post_id: known[key].pk for post_id, key in keys.items() if key}


def _refresh(known: Mapping[Key, Person], latest: Mapping[Key | None, Post]) -> None:
    """Write what has changed, in the order of the ids, so that two workers never wait in a ring."""
    for key, person in sorted(known.items(), key=lambda entry: entry[1].pk):
        post = latest[key]
        name = post.author or person.name
        reach = person.reach if post.reach is None else post.reach
        if (name, reach) != (person.name, person.reach):
            Person.objects.filter(pk=person.pk).update(name=name, reach=reach)


def _key(channel: Channel, post: Post) -> Key | None:
    person = post.author_id or post.author
    return (post.platform or channel.source, person) if person else None


def _name(post: Post) -> str:
    return post.author or post.author_id or ""


def _known(keys: Sequence[Key]) -> dict[Key, Person]:
    if not keys:
        return {}
    by_platform: dict[str, list[str]] = {}
    for platform, external_id in keys:
        by_platform.setdefault(platform, []).append(external_id)
    wanted = Q()
    for platform, ids in by_platform.items():
        wanted |= Q(platform=platform, external_id__in=ids)
    return {(p.platform, p.external_id): p for p in Person.objects.filter(wanted)}
