"""Notes: what colleagues tell each other about an item, and who is named in them."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from triage.access import visible_queues
from triage.desk.acting import ActRefused, write_move
from triage.posts import clean
from triage.tables import Item, Mention, Note, User

LENGTH = 5_000
_NAME = re.compile(r"(?<![\w@.])@([\w.@+-]+)")


@dataclass(frozen=True, slots=True)
class Noted:
    """A note that was kept, and whom it tells."""

    note: Note
    told: tuple[User, ...]


def add_note(item: Item, user: User, *, text: str) -> Noted:
    """Keep a note on an item; everybody named in it as @username is told, once.

    Every team may write notes on every item. An @name of nobody here is only text. Raises
    ActRefused for an empty or too long note.
    """
    if not visible_queues(user):
        raise ActRefused("You are not in a team yet, so you cannot write notes.")
    said = clean(text.strip(), limit=LENGTH + 1)[0]
    if not said:
        raise ActRefused("Write something first.")
    if len(said) > LENGTH:
        raise ActRefused(f"A note can have at most {LENGTH} characters. Shorten it.")
    told = tuple(each for each in named_in(said) if each != user)
    with transaction.atomic():
        note = Note.objects.create(item=item, user=user, text=said)
        Mention.objects.bulk_create(Mention(note=note, user=each) for each in told)
        write_move(item, event="noted", user=user)
    return Noted(note, told)


def named_in(text: str) -> list[User]:
    """The colleagues whom a text names as @username, in the order of their names."""
    names = {name.rstrip(".-+@").casefold() for name in _NAME.findall(text)}
    if not names:
        return []
    people = User.objects.filter(is_active=True).order_by("username")
    return [user for user in people if user.username.casefold() in names and visible_queues(user)]


def notes_on(item: Item) -> QuerySet[Note]:
    """The notes on an item, oldest first, with their authors."""
    return Note.objects.filter(item=item).select_related("user").order_by("id")


def unread_mentions(user: User) -> QuerySet[Mention]:
    """The notes that name a person and that they have not read, newest first."""
    rows = Mention.objects.filter(user=user, read_at=None)
    if not visible_queues(user):  # they have left their team since
        return rows.none()
    return rows.select_related("note__user", "note__item__channel").order_by("-id")


def read_mentions(user: User, *, item: Item | None = None, now: datetime | None = None) -> int:
    """Note that a person has read what names them, on one item or everywhere -> how many."""
    unread = Mention.objects.filter(user=user, read_at=None)
    if item is not None:
        unread = unread.filter(note__item=item)
    return unread.update(read_at=now or timezone.now())
