"""The pages of lists: one queue, or all of them; and the way to one's own queue."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from triage.access import items_for, may_work, visible_queues
from triage.desk.waiting import waiting_items
from triage.tables import User
from triage.vocabulary import Queue, Team
from triage.web.counts import Counts, counts_for
from triage.web.doors import Request, in_a_team, signed_in
from triage.web.frame import frame
from triage.web.listing import Listing, listing
from triage.web.place import SHOWS, Place, place_of

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
    found = listing(
        request.user,
        place,
        counts,
        after=request.GET.get("after", ""),
        now=timezone.now(),
        filtering="filter" in request.GET,
    )
    if request.htmx.target == "more":
        return render(request, "rows.html", {"list": found})
    if request.htmx.target == "list":
        return render(request, "list.html", {"list": found})
    return render(request, "queue.html", work_context(request.user, found, counts))


def work_context(user: User, found: Listing, counts: Counts) -> dict[str, Any]:
    """What every page with a list needs."""
    queue = found.place.queue
    may_take = bool(queue) and may_work(user, queue)
    return {
        **frame(user, counts, here=found.place.here, at=found.place.address),
        "list": found,
        "may_take": may_take,
    }


def _own_queue(user: User) -> Queue:
    for team, own in OWN_QUEUE.items():
        if team in user.teams:
            return own
    unsure = waiting_items(items_for(user).filter(queue=Queue.REVIEW))
    return Queue.REVIEW if unsure.exists() else Queue.SUPPORT
