"""Asides: small parts of an item's page that are saved or fetched while somebody works on it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from triage.desk.acting import ActRefused
from triage.desk.drafts import save_draft
from triage.desk.savedreplies import filled, replies_for
from triage.desk.tagging import suggested_tags
from triage.web.composer import count
from triage.web.doors import Request, in_a_team
from triage.web.itempage import find
from triage.web.more import more as more_acts
from triage.web.place import read_place
from triage.web.typed import Typed

SAVED_SHOWN = 50


@require_POST
@in_a_team
def draft(request: Request, pk: int) -> HttpResponse:
    """Keep what has been typed -> how long it is, as the server counts."""
    item = find(request.user, pk)
    typed = Typed.read(request.POST, "reply")
    text = typed.fields.get("text", "")
    try:
        save_draft(item, request.user, text=text, version=typed.seen or item.version)
        saved = "saved" if text.strip() else ""
    except ActRefused as refused:
        saved = str(refused)
    return render(request, "count.html", {"count": count(item, text), "saved": saved})


@in_a_team
def more(request: Request, pk: int) -> HttpResponse:
    """The acts that are needed less often."""
    item = find(request.user, pk)
    place = read_place(request.GET.get("from", ""), item)
    shown = {"item": item, "place": place, "typed": Typed(), "more": more_acts(request.user, item)}
    return render(request, "more.html", shown)


@in_a_team
def saved(request: Request, pk: int) -> HttpResponse:
    """The saved replies that fit in here, filled in for this item."""
    item = find(request.user, pk)
    found = replies_for(request.user)[:SAVED_SHOWN]
    shown = [(row.pk, row.title, filled(row.text, item, request.user)) for row in found]
    return render(request, "saved.html", {"saved": shown, "item": item})


@in_a_team
def tag_names(request: Request, pk: int) -> HttpResponse:
    """Tags that this item could have, those used most first."""
    names = suggested_tags(find(request.user, pk), limit=30)
    return render(request, "tagnames.html", {"names": names})
