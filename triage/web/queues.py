"""The pages of lists: one queue, or all of them; and the way to one's own queue."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from triage.access import items_for, may_work, visible_queues
from triage.desk.waiting import waiting_items
from triage.tables import User
from triage.vocabulary import Queue, Team
from triage.web.counts import Counts, counts_for, shown
from triage.web.doors import Request, in_a_team, signed_in
from triage.web.frame import frame
from triage.web.lanes import LANES, place_beside
from triage.web.listing import Listing, listing
from triage.web.place import SHOWS, Place, place_of

PARTS = {"list": "list.html", "more": "rows.html"}
"""What a script asks for by the id of what it draws anew; behind a dash stands the other lane."""
OWN_QUEUE = {Team.SOCIAL: Queue.PROMO, Team.COMMUNITY: Queue.SUPPORT}


@signed_in
def home(request: Request) -> HttpResponse:
    """Send people to the queue they work in; tell those without a team what to ask for."""
    if not visible_queues(request.user):
        return render(request, "noteam.html")
    return HttpResponseRedirect(Place(_own_queue(request.user)).address)


@in_a_team
def queue(request: Request, queue: str) -> HttpResponse:
    """The page of a queue; its list alone, or more rows of it, when a script asks for them."""
    if queue not in visible_queues(request.user):
        raise Http404
    return _page(request, queue=queue, show="open")


@in_a_team
def lists(request: Request) -> HttpResponse:
    """A list across all queues: what is mine, at risk or snoozed, and everything there ever was."""
    return _page(request, queue="", show="all")


def _page(request: Request, *, queue: str, show: str) -> HttpResponse:
    asked = request.GET.dict()
    show = asked["show"] if asked.get("show") in SHOWS else show
    place = place_of(asked | {"queue": queue, "show": show}) or Place(queue, show)
    counts = counts_for(request.user)
    now = timezone.now()
    part, dash, beside = (request.htmx.target or "").partition("-")
    found = listing(
        request.user,
        place,
        counts,
        after=request.GET.get("after", ""),
        now=now,
        filtering="filter" in request.GET,
        suffix=f"-{queue}" if dash and beside == queue else "",
    )
    if part in PARTS:
        both = counts.both_lanes and place_beside(place) is not None
        return render(request, PARTS[part], {"list": found, "both": both})
    return render(request, "queue.html", work_context(request.user, found, counts, now=now))


def work_context(user: User, found: Listing, counts: Counts, *, now: datetime) -> dict[str, Any]:
    """What every page with a list needs; of a lane also the other one beside it."""
    queue = found.place.queue
    may_take = bool(queue) and may_work(user, queue)
    other = place_beside(found.place) if counts.both_lanes and not found.continued else None
    page = {
        **frame(user, counts, here=found.place.here, at=found.place.address),
        "list": found,
        "may_take": may_take,
    }
    return page | _other_lane(user, other, counts, now) if other else page


def _other_lane(user: User, place: Place, counts: Counts, now: datetime) -> dict[str, Any]:
    waiting = sum(counts.waiting[queue] for queue in LANES)
    suffix = f"-{place.queue}"
    return {
        "beside": listing(user, place, counts, after="", now=now, suffix=suffix),
        "both": True,
        "waiting_here": shown(waiting) if waiting else "",
    }


def _own_queue(user: User) -> Queue:
    for team, own in OWN_QUEUE.items():
        if team in user.teams:
            return own
    unsure = waiting_items(items_for(user).filter(queue=Queue.REVIEW))
    return Queue.REVIEW if unsure.exists() else Queue.SUPPORT
