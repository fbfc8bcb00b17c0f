"""Erasing: take a person out of everything that is kept here, and keep them out.

What they wrote goes, with all that hangs on it: versions, raw records, verdicts, lessons, notes,
drafts, our answers, and their items. Where colleagues name them elsewhere, the name goes. What a
later pull or webhook brings of it again is left out (`triage.walk.tombstones`).
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from triage.desk.feeling import felt_in
from triage.staff.audit import note
from triage.staff.redacting import redact, texts_naming
from triage.staff.traces import dead_letters_about, deliveries_about
from triage.tables import (
    Channel,
    DeadLetter,
    Delivery,
    Draft,
    Item,
    Lesson,
    Note,
    Opinion,
    Outgoing,
    Person,
    PostRow,
    PostVersion,
    User,
)
from triage.walk.tombstones import lay_down

LEAVING = (Outgoing.State.WAITING, Outgoing.State.SENDING)


class EraseRefused(Exception):
    """Somebody cannot be erased now; one sentence that says what to wait for."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What goes, or went: rows of each kind. `named` counts texts of colleagues on other items."""

    posts: int = 0
    versions: int = 0
    answers: int = 0
    items: int = 0
    notes: int = 0
    drafts: int = 0
    lessons: int = 0
    deliveries: int = 0
    dead_letters: int = 0
    named: int = 0


@dataclass(frozen=True, slots=True)
class Traces:
    """Where somebody stands in the tables."""

    person: Person
    posts: list[PostRow]
    answers: list[PostRow]
    items: list[int]
    shared: list[int]
    deliveries: list[int]
    dead_letters: list[int]


def find_persons(persons: QuerySet[Person], name: str, *, platform: str = "") -> list[Person]:
    """Those persons who are called so, or have that id, with how much they wrote as `written`."""
    bare = name.strip().lstrip("@")
    if not bare:
        return []
    called = Q()
    for form in (bare, f"@{bare}"):
        called |= Q(name__iexact=form) | Q(external_id__iexact=form)
    found = persons.filter(called, platform=platform) if platform else persons.filter(called)
    return list(found.annotate(written=Count("posts")).order_by("platform", "name", "id")[:50])


def preview(person: Person) -> Erased:
    """What erasing somebody would take away. Changes nothing."""
    return _count(_trace(person))


def erase(person: Person, *, by: User | str, now: datetime | None = None) -> Erased:
    """Erase a person for good -> what went. The audit log keeps the counts, and no name.

    Raises EraseRefused while an answer to them is on its way or a delivery about them waits to be
    read, and where somebody else was first.
    """
    now = now or timezone.now()
    with transaction.atomic():
        # Whoever stores a post of theirs meanwhile waits for this lock, and then finds nobody.
        locked = Person.objects.select_for_update().filter(pk=person.pk).first()
        if locked is None:
            raise EraseRefused("This person is erased already.")
        traces = _trace(locked)
        _check_nothing_moves(traces)
        went = _count(traces)
        lay_down(person=locked, posts=[*traces.posts, *traces.answers], at=now)
        _take_away(traces)
        note("erased", by=by, target=f"person {person.pk} of {person.platform}", **asdict(went))
    return went


def _trace(person: Person) -> Traces:
    posts = list(PostRow.objects.filter(person=person).only(*POST_FIELDS))
    answers = list(_answers_to(posts))
    ids = [row.pk for row in posts]
    touched = Item.objects.filter(Q(posts__in=ids) | Q(person=person)).values_list("pk", flat=True)
    touched_ids = set(touched)
    shared = set(
        PostRow.objects.filter(item__in=touched_ids)
        .exclude(pk__in=[*ids, *(row.pk for row in answers)])
        .values_list("item", flat=True)
    )
    own = touched_ids - shared
    own |= set(Item.objects.filter(twin_of__in=own).values_list("pk", flat=True))
    channels = list(Channel.objects.filter(pk__in={row.channel_id for row in posts}))
    return Traces(
        person=person,
        posts=posts,
        answers=answers,
        items=sorted(own),
        shared=sorted(pk for pk in shared if pk is not None),
        deliveries=deliveries_about(person, posts, channels),
        dead_letters=dead_letters_about(person, posts, channels),
    )


POST_FIELDS = ("channel_id", "external_id", "item_id")


def _answers_to(posts: Iterable[PostRow]) -> Iterable[PostRow]:
    """Our own posts that answer one of these: they hold the other's words, or speak of them."""
    for channel, ids in _by_channel(posts).items():
        yield from PostRow.objects.filter(
            channel=channel, in_reply_to__in=ids, state=PostRow.State.CONTEXT
        ).only(*POST_FIELDS)


def _by_channel(posts: Iterable[PostRow]) -> dict[int, list[str]]:
    by_channel: dict[int, list[str]] = {}
    for row in posts:
        by_channel.setdefault(row.channel_id, []).append(row.external_id)
    return by_channel


def _check_nothing_moves(traces: Traces) -> None:
    ids = [row.pk for row in traces.posts]
    if Outgoing.objects.filter(post__in=ids, state__in=LEAVING).exists():
        raise EraseRefused("An answer to this person is on its way; try again when it has left.")
    unread = Delivery.objects.filter(pk__in=traces.deliveries, state=Delivery.State.NEW)
    if unread.exists():
        raise EraseRefused("A delivery about this person is being read; try again in a minute.")


def _count(traces: Traces) -> Erased:
    ids = [row.pk for row in traces.posts]
    return Erased(
        posts=len(ids),
        versions=PostVersion.objects.filter(post__in=ids).count(),
        answers=len(traces.answers),
        items=len(traces.items),
        notes=Note.objects.filter(item__in=traces.items).count(),
        drafts=Draft.objects.filter(item__in=traces.items).count(),
        lessons=sum(said.objects.filter(post__in=ids).count() for said in (Lesson, Opinion)),
        deliveries=len(traces.deliveries),
        dead_letters=len(traces.dead_letters),
        named=texts_naming(traces.person, besides=traces.items),
    )


def _take_away(traces: Traces) -> None:
    for channel, ids in _by_channel(traces.posts).items():  # what others answered quotes them
        quoting = PostRow.objects.filter(channel=channel, in_reply_to__in=ids)
        quoting.exclude(parent_text="").update(parent_text="")
    Delivery.objects.filter(pk__in=traces.deliveries).delete()
    DeadLetter.objects.filter(pk__in=traces.dead_letters).delete()
    Item.objects.filter(pk__in=traces.items).delete()
    PostRow.objects.filter(pk__in=[row.pk for row in (*traces.posts, *traces.answers)]).delete()
    redact(traces.person)
    for item in Item.objects.filter(pk__in=traces.shared):
        _leave_the_others(item)
    traces.person.delete()


def _leave_the_others(item: Item) -> None:
    """An item into which another's was merged goes on with what the others wrote."""
    latest = item.posts.order_by("-posted_at", "-id").first()
    if latest is None:  # cannot be: it is shared because others wrote in it
        return
    Item.objects.filter(Q(pk=item.pk) | Q(twin_of=item.pk)).update(
        latest_post=latest,
        text=latest.text,
        url=latest.url,
        sentiment=felt_in(latest),
        lang=latest.language,
        author=latest.author,
        person=latest.person_id,
        version=F("version") + 1,
        changed_at=timezone.now(),
    )
    Item.objects.filter(pk=item.pk).update(posts_count=item.posts.count())
