"""Thread: the conversation around an item, in time order, with everybody in their place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from django.db.models import Case, QuerySet, When, prefetch_related_objects
from django.utils.safestring import SafeString

from triage.access import may_work, posts_for
from triage.desk.feeling import felt, felt_by
from triage.tables import Item, Note, Outgoing, PostRow, User
from triage.web.feelings import Feelings, Mark, feelings
from triage.web.leaving import NOTHING, Standing, standing
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
    """One post or note of a thread. `kind` is own, ours, other, parent or note."""

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
    post: int = 0
    platform: Standing = NOTHING
    felt: Mark | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Entries that are shown together; `folded` says in words what is behind the fold."""

    entries: tuple[Entry, ...]
    folded: str = ""


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation. `left_out` says that there is more of it than is shown; `felt` is what the
    model hears in the item's own posts of it."""

    parts: tuple[Part, ...]
    left_out: bool
    felt: Feelings


def thread(
    user: User,
    item: Item,
    sent: Sequence[Outgoing],
    *,
    notes: Iterable[Note],
    now: datetime,
) -> Thread:
    """The conversation of an item: its own posts, ours, others' dimmed, quoted parents, notes."""
    rows, left_out = _rows(user, item)
    works = may_work(user, item.queue)
    stands = {row.pk: standing(row, sent, item, user, works=works, now=now) for row in rows}
    entries = [entry for row in rows for entry in _entries(row, rows, item, stands[row.pk], now)]
    heard = feelings(row for row in rows if row.item_id == item.holder_id)
    entries = [replace(entry, felt=heard.marks.get(entry.post)) for entry in entries]
    said = [_note(note, now) for note in notes]
    return Thread(tuple(_parts(_in_time(entries, said))), left_out, heard)


def _in_time(entries: list[Entry], notes: list[Entry]) -> list[Entry]:
    """Notes at their time between the posts, whose own order is left alone."""
    found = list(entries)
    for note in reversed(notes):
        later = (n for n, entry in enumerate(entries) if _after(entry, note))
        found.insert(next(later, len(entries)), note)
    return found


def _after(entry: Entry, note: Entry) -> bool:
    return entry.at is not None and note.at is not None and entry.at > note.at


def _note(note: Note, now: datetime) -> Entry:
    author = note.user.shown_name if note.user else "Somebody"
    when = moment(note.at, now=now)
    return Entry("note", author, when, linked(note.text), at=note.at)


def _rows(user: User, item: Item) -> tuple[list[PostRow], bool]:
    everywhere = posts_for(user).order_by("-posted_at", "-id")
    holder = item.holder_id
    heard = everywhere.annotate(
        felt=Case(When(item=holder, then=felt())), felt_by=Case(When(item=holder, then=felt_by()))
    )
    posts = everywhere.filter(channel=item.channel_id)
    talk = heard.filter(channel=item.channel_id, conversation=item.conversation)
    around = list(talk[: AROUND_SHOWN + 1])
    held = around[:AROUND_SHOWN]
    if _own_are_missing(item, held):
        held += heard.filter(item=holder)[:OWN_SHOWN]
    found = {row.pk: row for row in [*_answered(posts, held, item), *held]}
    rows = sorted(found.values(), key=lambda row: (row.posted_at, row.pk))
    prefetch_related_objects([row for row in rows if row.edited_at], "versions")
    return rows, len(around) > AROUND_SHOWN


def _own_are_missing(item: Item, held: Sequence[PostRow]) -> bool:
    """Whether it has posts elsewhere: in what was cut off, or of another item merged into it."""
    own = [row for row in held if row.item_id == item.pk]
    return bool(item.twin_of_id) or len(own) < item.posts_count


def _answered(posts: QuerySet[PostRow], held: Sequence[PostRow], item: Item) -> Iterable[PostRow]:
    """What the item's posts answer, however long ago it was, and the post that began it all."""
    own = (row for row in held if row.item_id == item.holder_id and row.in_reply_to)
    ids = {row.in_reply_to for row in own} | {item.conversation}
    ids -= {row.external_id for row in held}
    return posts.filter(external_id__in=ids) if ids else ()


def _entries(
    row: PostRow, rows: Sequence[PostRow], item: Item, stands: Standing, now: datetime
) -> Iterable[Entry]:
    held = {other.external_id for other in rows}
    if row.item_id == item.holder_id and row.parent_text and row.in_reply_to not in held - {""}:
        yield Entry("parent", "", None, linked(row.parent_text))
    yield _entry(row, item, stands, now)


def _entry(row: PostRow, item: Item, stands: Standing, now: datetime) -> Entry:
    ours = row.state == PostRow.State.CONTEXT
    own = row.item_id == item.holder_id
    versions = row.versions.all() if row.edited_at else ()
    return Entry(
        kind="ours" if ours else "own" if own else "other",
        author=row.author or ("We" if ours else "Unknown author"),
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
        post=row.pk,
        platform=stands,
        at=row.posted_at,
    )


def _parts(entries: Sequence[Entry]) -> Iterable[Part]:
    for other, run in groupby(entries, key=lambda entry: entry.kind == "other"):
        group = tuple(run)
        folded = other and len(group) > SINGLE_OTHERS
        yield Part(group, f"{plural(len(group), 'post')} by other people" if folded else "")
