"""Views: lists kept under a name, for oneself or for everybody, with what stands in them."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from triage.access import may_tune, visible_queues
from triage.desk.acting import ActRefused
from triage.posts import clean
from triage.tables import User, View

LENGTH = 60
LONGEST = 1_000
"""Characters of the address of a list."""
MOST = 30
"""Views of one person; more are no help in a navigation."""
FRESH = timedelta(seconds=30)
"""So long a count serves everybody."""


def views_for(user: User) -> QuerySet[View]:
    """The views that a person sees: their own, and those shared, by name."""
    if not visible_queues(user):
        return View.objects.none()
    return View.objects.filter(Q(owner=user) | Q(shared=True)).order_by("name", "id")


def save_view(
    user: User, *, name: str, queue: str, show: str, query: str, shared: bool = False
) -> View:
    """Keep a list under a name; the own view of that name is replaced. Raises ActRefused."""
    if not visible_queues(user):
        raise ActRefused("You are in no team yet, so there is nothing to keep.")
    word = clean(" ".join(name.split()))[0]
    if not word:
        raise ActRefused("A view needs a name.")
    if len(word) > LENGTH:
        raise ActRefused(f"The name of a view has at most {LENGTH} characters.")
    if len(query) > LONGEST:
        raise ActRefused("This search is too long to be kept; shorten it.")
    own = View.objects.filter(owner=user).exclude(name=word)
    if own.count() >= MOST:
        raise ActRefused(f"You have {MOST} views; delete one first.")
    values = {"queue": queue, "show": show, "query": query, "shared": shared}
    fresh = {"counted": None, "counted_at": None}
    try:
        with transaction.atomic():
            return View.objects.update_or_create(owner=user, name=word, defaults=values | fresh)[0]
    except IntegrityError:  # twice at once, by a double click: the other one is as good
        return View.objects.get(owner=user, name=word)


def may_drop(view: View, user: User) -> bool:
    """Whether somebody may delete a view: its owner, and ops those that are shared."""
    return view.owner_id == user.pk or (view.shared and may_tune(user))


def drop_view(view: View, user: User) -> None:
    """Delete a view. Raises ActRefused where it is somebody else's."""
    if not may_drop(view, user):
        raise ActRefused("Only its owner, or ops, can delete this view.")
    view.delete()


def count_stale(
    views: list[View], count: Callable[[View], int], *, now: datetime | None = None
) -> bool:
    """Count the one view whose count is oldest, if it is not fresh -> whether one was counted.

    One at a time, and by whoever comes first, so that many open pages cost what one costs.
    """
    now = now or timezone.now()
    stale = [view for view in views if view.counted_at is None or view.counted_at < now - FRESH]
    if not stale:
        return False
    view = min(stale, key=lambda each: (each.counted_at is not None, each.counted_at or now))
    mine = View.objects.filter(pk=view.pk, counted_at=view.counted_at)
    if mine.update(counted_at=now) != 1:
        return False
    view.counted_at, view.counted = now, count(view)
    View.objects.filter(pk=view.pk).update(counted=view.counted)
    return True
