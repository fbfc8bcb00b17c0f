"""Saved replies: the page where people write the texts that they send often."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from triage.desk.acting import ActRefused
from triage.desk.savedreplies import drop_reply, may_change, replies_for, save_reply
from triage.tables import SavedReply, User
from triage.vocabulary import Team
from triage.web.counts import counts_for
from triage.web.doors import Request, in_a_team
from triage.web.frame import frame


@in_a_team
def saved_replies(request: Request) -> HttpResponse:
    """All that this person may use, and a form for a new one."""
    return _form(request, None)


@in_a_team
def saved_reply(request: Request, pk: int) -> HttpResponse:
    """One of them, to be changed."""
    return _form(request, _find(request.user, pk))


@require_POST
@in_a_team
def drop(request: Request, pk: int) -> HttpResponse:
    """Delete one."""
    try:
        drop_reply(_find(request.user, pk), request.user)
        messages.success(request, "Deleted.")
    except ActRefused as refused:
        messages.error(request, str(refused))
    return HttpResponseRedirect(reverse("saved-replies"))


def _form(request: Request, reply: SavedReply | None) -> HttpResponse:
    if request.method != "POST":
        typed = {"title": reply.title, "text": reply.text, "team": reply.team} if reply else {}
        return _page(request, reply, typed)
    typed = {name: request.POST.get(name, "") for name in ("title", "text", "team")}
    try:
        save_reply(request.user, **typed, reply=reply)
    except ActRefused as refused:
        return _page(request, reply, typed, refused=str(refused))
    messages.success(request, "Saved.")
    return HttpResponseRedirect(reverse("saved-replies"))


def _page(
    request: Request, reply: SavedReply | None, typed: dict[str, str], *, refused: str = ""
) -> HttpResponse:
    user = request.user
    replies = [(row, may_change(user, row)) for row in replies_for(user).select_related("owner")]
    page: dict[str, Any] = frame(user, counts_for(user), here="saved-replies")
    page |= {"replies": replies, "changed": reply, "typed": typed, "refused": refused}
    page["teams"] = [team for team in Team if user.in_team(team, Team.OPS)]
    return render(request, "savedreplies.html", page, status=409 if refused else 200)


def _find(user: User, pk: int) -> SavedReply:
    found = replies_for(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
