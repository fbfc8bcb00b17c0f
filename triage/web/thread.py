"""Thread: the conversation around an item, in time order, with everybody in their place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import QuerySet, prefetch_related_objects
from django.utils.safestring import SafeString

from triage.access import posts_for
from triage.tables import Item, PostRow, User
from triage.web.showing import Moment, linked, maybe, moment, plural, web_address

OWN_SHOWN, AROUND_SHOWN = 100, 100
"""Posts of the item, and posts around them, that are shown; the newest of each."""
SINGLE_OTHERS = 2
"""Others' posts in a row that are shown; a longer run of them is folded."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a post said before an edit."""

    text: SafeString
    until: Moment


@dataclass(frozen=True, slots=True)
class Entry:
    """One post of a thread. `kind` is own, ours, other or parent."""

    kind: str
    author: str
    when: Moment | None
    text: SafeString
    address: str = ""
    reach: str = ""
    edited: Moment | None = None
    earlier: tuple[Earlier, ...] = ()
    deleted: Moment | None = None
    cut: bool = False
    waiting: bool = False
    answer_here: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Entries that are shown together; `folded` says in words what is behind the fold."""

    entries: tuple[Entry, ...]
    folded: str = ""


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation. `left_out` says that there is more of it than is shown."""

    parts: tuple[Part, ...]
    left_out: bool


def thread(user: User, item: Item, *, now: datetime) -> Thread:
    """The conversation of an item: its own posts, ours, others' dimmed, quoted parents."""
    rows, left_out = _rows(user, item)
    entries = [entry for row in rows for entry in _entries(row, rows, item, now)]
    return Thread(tuple(_parts(entries)), left_out)


def _rows(user: User, item: Item) -> tuple[list[PostRow], bool]:
    posts = posts_for(user).filter(channel=item.channel_id).order_by("-posted_at", "-id")
    own = list(posts.filter(item=item.holder_id)[:OWN_SHOWN])
    around = list(posts.filter(conversation=item.conversation)[: AROUND_SHOWN + 1])
    found = {row.pk: row for row in [*own, *around[:AROUND_SHOWN], *_answered(posts, own, item)]}
    rows = sorted(found.values(), key=lambda row: (row.posted_at, row.pk))
    prefetch_related_objects([row for row in rows if row.edited_at], "versions")
    return rows, len(around) > AROUND_SHOWN


def _answered(posts: QuerySet[PostRow], own: Sequence[PostRow], item: Item) -> QuerySet[PostRow]:
    """What the item's posts answer, however long ago it was, and the post that began it all."""
    ids = {row.in_reply_to for row in own if row.in_reply_to} | {item.conversation}
    return posts.filter(external_id__in=ids)


def _entries(row: PostRow, rows: Sequence[PostRow], item: Item, now: datetime) -> Iterable[Entry]:
    held = {other.external_id for other in rows}
    if row.item_id == item.holder_id and row.parent_text and row.in_reply_to not in held - {""}:
        yield Entry("parent", "", None, linked(row.parent_text))
    yield _entry(row, item, now)


def _entry(row: PostRow, item: Item, now: datetime) -> Entry:
    ours = row.state == PostRow.State.CONTEXT
    own = row.item_id == item.holder_id
    versions = row.versions.all() if row.edited_at else ()
    return Entry(
        kind="ours" if ours else "own" if own else "other",
        author=row.author or ("We" if ours else "Author not given"),
        when=moment(row.posted_at, now=now),
        text=linked(row.text),
        address=web_address(row.url),
        reach=plural(row.reach, "follower") if row.reach is not None and not ours else "",
        edited=maybe(row.edited_at, now=now),
        earlier=tuple(
            Earlier(linked(version.text), moment(version.replaced_at, now=now))
            for version in sorted(versions, key=lambda version: version.version)
            if version.text != row.text
        ),
        deleted=maybe(row.deleted_at, now=now),
        cut=row.truncated,
        waiting=row.state == PostRow.State.NEW,
        answer_here=row.pk == item.latest_post_id,
    )


def _parts(entries: Sequence[Entry]) -> Iterable[Part]:
    for other, run in groupby(entries, key=lambda entry: entry.kind == "other"):
        group = tuple(run)
        folded = other and len(group) > SINGLE_OTHERS
        yield Part(group, f"{plural(len(group), 'post')} by other people" if folded else "")
