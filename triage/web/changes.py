"""Changes: what an open page asks every few seconds. Nothing new costs one query and no swap."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from triage.access import items_for, moves_for
from triage.tables import Item, User
from triage.vocabulary import Queue
from triage.web.counts import counts_for
from triage.web.doors import Request, in_a_team
from triage.web.frame import frame
from triage.web.history import words
from triage.web.place import SHOWS, Place
from triage.web.rows import Row, row

AT_MOST = 50
"""Rows that are refreshed at once; a page that slept longer shows the rest when it is loaded."""


@in_a_team
def changes(request: Request) -> HttpResponse:
    """The numbers, rows and news since `since`; 204 when everything stands as `state` says."""
    counts = counts_for(request.user)
    if counts.state == request.GET.get("state"):
        return HttpResponse(status=204)
    place = _place(request)
    since, top = _number(request, "since"), _number(request, "top")
    return render(
        request,
        "changes.html",
        {
            **frame(request.user, counts, here=place.queue),
            "place": place,
            "top": top,
            "since": counts.latest_move,
            "state": counts.state,
            "new": _new(request.user, place, top) if place.show == "open" else 0,
            "rows": _changed_rows(request.user, place, since),
            **_news(request, place, since),
        },
    )


def _new(user: User, place: Place, top: int) -> int:
    """How many items have come into a queue, or back to life in it, since its list was loaded."""
    came = moves_for(user).filter(pk__gt=top, target=place.queue, item__queue=place.queue)
    came = came.exclude(source=place.queue, event__in=_NOT_NEW).exclude(user=user)
    came = came.filter(item__snoozed=False).exclude(item__status=Item.Status.RESOLVED)
    came = came.exclude(item__latest_post__backfilled=True)  # old news
    return came.values("item").distinct().count()


_NOT_NEW = (
    "placed", "joined", "edited", "withdrawn", "claimed", "released", "resolved", "assigned",
    "taken_over", "snoozed", "tagged", "untagged", "noted", "merged", "took_in",
)  # fmt: skip


def _changed_rows(user: User, place: Place, since: int) -> list[Row]:
    """The items of this list that have moved since; the page shows those that it has."""
    moved = moves_for(user).filter(pk__gt=since, source=place.queue).order_by("-id")
    ids = dict.fromkeys(moved.values_list("item_id", flat=True)[:AT_MOST])
    items = items_for(user).filter(pk__in=list(ids)).select_related("channel", "owner")
    now = timezone.now()
    return [row(item, user=user, place=place, now=now) for item in items]


def _news(request: Request, place: Place, since: int) -> dict[str, str]:
    """What somebody else has done with the item that is being read, in words."""
    pk, seen = _number(request, "item"), _number(request, "version")
    moves = moves_for(request.user).filter(item=pk, pk__gt=since).exclude(item__version=seen)
    latest = moves.select_related("user", "item").order_by("-id").first() if pk else None
    if latest is None or latest.user_id == request.user.pk:
        return {"news": ""}
    return {"news": words(latest, request.user), "news_address": place.item_address(latest.item)}


def _place(request: Request) -> Place:
    queue, show = request.GET.get("queue", ""), request.GET.get("show", "open")
    if queue not in set(Queue) or show not in SHOWS:
        raise Http404
    return Place(Queue(queue), show)


def _number(request: Request, name: str) -> int:
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else 0
