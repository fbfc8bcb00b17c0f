"""Muting: what a person posts goes to the archive, with the reason, until somebody lifts it."""

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from triage.access import visible_queues
from triage.desk.acting import ActRefused, Status, act, reason_of
from triage.tables import Item, Move, Mute, Person, User
from triage.vocabulary import Queue

BLOCKED, UNBLOCKED = "blocked", "unblocked"
How = Mute.How


def mute(person: Person, user: User, *, reason: str, how: str = How.MUTE) -> Mute:
    """Send what a person posts from now on to the archive; `block` sends there what is open, too.

    Nothing is deleted, and what a colleague has in hand stays there. Raises ActRefused without a
    reason, and for somebody who is already muted.
    """
    _check_in_a_team(user)
    if how not in set(How):
        raise ActRefused(f"There is no way to silence somebody that is called {how!r}.")
    why = reason_of(reason, asked="Give a short reason. It is shown in the list of muted people.")
    try:
        with transaction.atomic():
            row = Mute.objects.create(person=person, how=how, reason=why, user=user)
            if how == How.BLOCK:
                _put_away(person, user, why)
    except IntegrityError:
        raise ActRefused(f"{person.name or 'This person'} is already muted.") from None
    return row


def lift(row: Mute, user: User, *, now: datetime | None = None) -> None:
    """Let a person's posts be sorted again; what blocking put away comes back to its queue."""
    _check_in_a_team(user)
    with transaction.atomic():
        standing = Mute.objects.filter(pk=row.pk, lifted_at=None)
        if standing.update(lifted_at=now or timezone.now(), lifted_by=user) != 1:
            raise ActRefused("Somebody already unmuted them.")
        _bring_back(row, user)


def muted_list() -> QuerySet[Mute]:
    """Who is muted now, by whom and why, the latest first."""
    rows = Mute.objects.filter(lifted_at=None).select_related("person", "user")
    return rows.order_by("-at", "-id")


def mute_of(person: Person | None) -> Mute | None:
    """The standing mute of a person, if there is one."""
    return muted_list().filter(person=person).first() if person else None


def muted_among(persons: Collection[int]) -> dict[int, str]:
    """Why each of these persons is muted, by person id; those who are not are not in it."""
    if not persons:
        return {}
    return {row.person_id: _why(row) for row in muted_list().filter(person__in=persons)}


def _why(row: Mute) -> str:
    who = row.user.shown_name if row.user else "a colleague"
    done = "blocked" if row.how == How.BLOCK else "muted"
    return f"{row.person.name or 'Its author'} was {done} by {who}: {row.reason}"


def _put_away(person: Person, user: User, why: str) -> None:
    open_items = Item.objects.filter(person=person).exclude(status=Status.RESOLVED)
    for item in open_items.exclude(queue=Queue.ARCHIVE):
        free = open_items.filter(pk=item.pk).exclude(status=Status.CLAIMED, owner__isnull=False)
        own = open_items.filter(pk=item.pk, owner=user)
        try:
            act(
                free | own,
                item,
                user,
                event=BLOCKED,
                reason=why,
                queue=Queue.ARCHIVE,
                status=Status.OPEN,
                owner=None,
                unsure=False,
            )
        except ActRefused:  # a colleague has it in hand: it stays there
            continue


def _bring_back(row: Mute, user: User) -> None:
    moves = Move.objects.filter(item__person=row.person_id, event=BLOCKED, at__gte=row.at)
    for move in moves.select_related("item").order_by("id"):
        item = move.item
        latest = item.moves.order_by("-id").first()
        if latest == move and item.queue == Queue.ARCHIVE:
            act(
                Item.objects.filter(pk=item.pk, version=item.version),
                item,
                user,
                event=UNBLOCKED,
                queue=move.source,
            )


def _check_in_a_team(user: User) -> None:
    if not visible_queues(user):
        raise ActRefused("You are not in a team yet, so you cannot mute anyone.")
