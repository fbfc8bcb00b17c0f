"""Indexing: bring what can be found up to date with posts and notes.

A tick of the schedule looks for posts whose version is newer than the one indexed, so nothing that
stores, edits, deletes or erases has to think of the search.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, Max

from triage.finding.words import folded
from triage.tables import Note, PostRow, SearchText

AT_ONCE = 500
"""Posts, and notes, in one go."""
Place = tuple[int, str]
"""Channel, conversation."""


def index_new() -> int:
    """Index what is new or changed -> how many rows were looked at. Safe to call twice."""
    return _index_posts() + _index_notes()


def _index_posts() -> int:
    states = (PostRow.State.SORTED, PostRow.State.CONTEXT)
    stale = PostRow.objects.filter(version__gt=F("searched_version"), state__in=states)
    posts = list(stale.select_related("person").defer("raw").order_by("id")[:AT_ONCE])
    homes = _homes(posts)
    texts = [
        SearchText(item_id=home, post=post, author=folded(_names(post)), words=folded(post.text))
        for post in posts
        if (home := homes.get(post.pk)) and not post.deleted_at
    ]
    with transaction.atomic():
        SearchText.objects.filter(post__in=posts).delete()
        SearchText.objects.bulk_create(texts, ignore_conflicts=True)
        for version in sorted({post.version for post in posts}):
            same = [post.pk for post in posts if post.version == version]
            PostRow.objects.filter(pk__in=same, version=version).update(searched_version=version)
    return len(posts)


def _index_notes() -> int:
    notes = list(Note.objects.filter(searched=False).order_by("id")[:AT_ONCE])
    texts = [SearchText(item_id=n.item_id, note=n, words=folded(n.text)) for n in notes]
    with transaction.atomic():
        SearchText.objects.bulk_create(texts, ignore_conflicts=True)
        Note.objects.filter(pk__in=[note.pk for note in notes]).update(searched=True)
    return len(notes)


def _names(post: PostRow) -> str:
    """Every name of the author: as it stood with the post, as it is now, and the platform's."""
    names = [post.author]
    if post.person:
        names += [post.person.name, post.person.external_id]
    return " ".join(dict.fromkeys(name for name in names if name))


def _homes(posts: Iterable[PostRow]) -> dict[int, int]:
    """The item of each post by its id; a post of our own belongs to the latest of its talk.

    What we wrote where nobody has answered has no item, and cannot be found by one.
    """
    homes = {post.pk: post.item_id for post in posts if post.item_id}
    ours = {post.pk: (post.channel_id, post.conversation) for post in posts if not post.item_id}
    talks = _latest_items(set(ours.values()))
    return homes | {pk: talks[place] for pk, place in ours.items() if place in talks}


def _latest_items(talks: set[Place]) -> dict[Place, int]:
    """The latest item of each conversation that has one, by its posts, which have an index."""
    channels, words = {channel for channel, _ in talks}, {talk for _, talk in talks}
    rows = PostRow.objects.filter(channel__in=channels, conversation__in=words).exclude(item=None)
    found = rows.order_by().values_list("channel_id", "conversation").annotate(latest=Max("item"))
    return {(channel, talk): item for channel, talk, item in found}
