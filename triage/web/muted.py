"""Muted: whose posts go to the archive, by whom and why, and the way back."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from triage.desk.acting import ActRefused
from triage.desk.muting import lift, muted_list
from triage.web.counts import counts_for
from triage.web.doors import Request, in_a_team
from triage.web.frame import frame
from triage.web.showing import moment

SHOWN = 200


@in_a_team
def muted(request: Request) -> HttpResponse:
    """Everybody who is muted or blocked now, the latest first."""
    now = timezone.now()
    found = [
        {
            "pk": row.pk,
            "name": row.person.name or "Unknown name",
            "platform": row.person.platform,
            "how": "blocked" if row.how == "block" else "muted",
            "by": row.user.shown_name if row.user else "somebody",
            "when": moment(row.at, now=now),
            "reason": row.reason,
        }
        for row in muted_list()[:SHOWN]
    ]
    page = frame(request.user, counts_for(request.user), here="muted")
    return render(request, "muted.html", {**page, "muted": found})


@require_POST
@in_a_team
def lift_mute(request: Request, pk: int) -> HttpResponse:
    """Hear somebody again."""
    row = muted_list().filter(pk=pk).first()
    if row is None:
        raise Http404
    try:
        lift(row, request.user)
        messages.success(request, f"{row.person.name or 'This person'} is unmuted.")
    except ActRefused as refused:
        messages.error(request, str(refused))
    return HttpResponseRedirect(reverse("muted"))
