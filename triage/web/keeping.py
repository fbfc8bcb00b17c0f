"""Keeping: a list is kept as a view, and a view is deleted."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from triage.desk.acting import ActRefused
from triage.finding.views import drop_view, save_view, views_for
from triage.web.doors import Request, in_a_team
from triage.web.place import place_of, place_of_view


@require_POST
@in_a_team
def keep(request: Request) -> HttpResponse:
    """Keep the list that the form is about under a name."""
    place = place_of(request.POST.dict())
    if place is None:
        raise Http404
    try:
        save_view(
            request.user,
            name=request.POST.get("name", ""),
            queue=place.queue,
            show=place.show,
            query=place.filters.address,
            shared=request.POST.get("shared") == "1",
        )
    except ActRefused as refused:
        messages.error(request, str(refused))
    return HttpResponseRedirect(place.address)


@require_POST
@in_a_team
def drop(request: Request, pk: int) -> HttpResponse:
    """Delete a view, and go on with its list."""
    view = views_for(request.user).filter(pk=pk).first()
    if view is None:
        raise Http404
    try:
        drop_view(view, request.user)
    except ActRefused as refused:
        messages.error(request, str(refused))
    return HttpResponseRedirect(place_of_view(view).address)
