"""Changes: what an open page asks every few seconds. Nothing new costs few queries and no swap."""

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from triage.access import items_for, moves_for, with_shown
from triage.desk.waiting import waiting_items
from triage.numbers import whole
from triage.tables import User
from triage.web.composer import stop_words
from triage.web.counts import counts_for
from triage.web.doors import Request, in_a_team
from triage.web.frame import frame
from triage.web.history import words
from triage.web.lanes import LANES
from triage.web.pending import QUIET
from triage.web.place import Place, place_of
from triage.web.rows import Row, row
from triage.web.watching import watch

AT_MOST = 50
"""Rows that are refreshed at once; a page that slept longer shows the rest when it is loaded."""

NEW_AT_MOST = 1_000
"""Moves looked at for the number of what is new."""


@in_a_team
def changes(request: Request) -> HttpResponse:
    """The numbers, rows and news since `since`; 204 when everything stands as `state` says."""
    known = max(_number(request, "since"), _number(request, "moved"))
    counts = counts_for(request.user, known=known)
    pk = _number(request, "item")
    viewers = watch(request.user, pk, typing=request.GET.get("typing") == "1")
    watched = pk > 0 and viewers != request.GET.get("watching")
    if counts.state == request.GET.get("state") and not watched:
        return HttpResponse(status=204)
    place = _place(request)
    since, top = _number(request, "since"), _number(request, "top")
    return render(
        request,
        "changes.html",
        {
            **frame(request.user, counts, here=place.here),
            "place": place,
            "top": top,
            "since": counts.latest_move,
            "state": counts.state,
            "news_of": _news_of(request, place, top),
            "rows": _rows(request, place, since),
            "watched": watched,
            "viewers": viewers,
            **_news(request, place, since),
        },
    )


def _beside(request: Request) -> Place | None:
    """The other lane, where the page shows it too."""
    queue = request.GET.get("beside", "")
    return Place(queue) if queue in LANES else None


def _news_of(request: Request, place: Place, top: int) -> list[tuple[str, Place, int]]:
    """How many have come into each list of the page since it was loaded, by the list's suffix."""
    user, other = request.user, _beside(request)
    found = [("", place, _new(user, place, top) if place.tells_new else 0)]
    if other:
        later = _new(user, other, _number(request, "beside_top"))
        found.append((f"-{other.queue}", other, later))
    return found


def _rows(request: Request, place: Place, since: int) -> list[Row]:
    places = [place, _beside(request)]
    return [row for each in places if each for row in _changed_rows(request.user, each, since)]


def _new(user: User, place: Place, top: int) -> int:
    """How many items have come into a queue, or back to life in it, since its list was loaded."""
    came = moves_for(user).filter(pk__gt=top, target=place.queue)
    came = came.exclude(source=place.queue, event__in=_NOT_NEW).exclude(user=user)
    # In two steps: asked for both at once, a planner may begin with every item of the queue.
    ids = set(came.order_by("-id").values_list("item_id", flat=True)[:NEW_AT_MOST])
    items = waiting_items(items_for(user).filter(pk__in=ids, queue=place.queue))
    return items.exclude(latest_post__backfilled=True).count()  # backfilled: old news


_NOT_NEW = (
    "placed", "joined", "edited", "withdrawn", "claimed", "released", "resolved", "assigned",
    "taken_over", "snoozed", "tagged", "untagged", "noted", "merged", "took_in",
    "sentiment", "adjusted",
)  # fmt: skip


def _changed_rows(user: User, place: Place, since: int) -> list[Row]:
    """The items of this list that have moved since; the page shows those that it has."""
    moved = moves_for(user).filter(pk__gt=since).order_by("-id")
    if place.queue:
        moved = moved.filter(source=place.queue)
    ids = dict.fromkeys(moved.values_list("item_id", flat=True)[:AT_MOST])
    items = with_shown(items_for(user).filter(pk__in=list(ids)))
    now = timezone.now()
    return [row(item, user=user, place=place, now=now) for item in items]


def _news(request: Request, place: Place, since: int) -> dict[str, Any]:
    """What somebody else has done with the item that is being read, in words, and whether an
    answer to it can still be sent."""
    pk, seen = _number(request, "item"), _number(request, "version")
    known = max(since, _number(request, "moved"))
    moves = moves_for(request.user).filter(item=pk, pk__gt=known)
    moves = moves.exclude(Q(item__version=seen) & ~Q(event__in=QUIET))
    around = ("user", "item__channel", "item__owner", "item__latest_post")
    latest = moves.select_related(*around).order_by("-id").first() if pk else None
    if latest is None or latest.user_id == request.user.pk:
        return {"news": ""}
    item, news = latest.item, words(latest, request.user)
    stop = stop_words(request.user, item)
    if item.version != seen and not stop:
        stop = "Review what changed before you send."
    return {"news": news, "news_address": place.item_address(item), "stop": stop, "item": item}


def _place(request: Request) -> Place:
    place = place_of(request.GET.dict())
    if place is None:
        raise Http404
    return place


def _number(request: Request, name: str) -> int:
    return whole(request.GET.get(name, "")) or 0
