"""The item page: a conversation, why it is here, and what a person can do with it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from triage.access import item_for, may_work
from triage.items import ActRefused
from triage.tables import Item, User
from triage.vocabulary import ROLES, Queue
from triage.web.acts import Typed, done_words, perform
from triage.web.context import context
from triage.web.counts import counts_for
from triage.web.doors import Request, in_a_team
from triage.web.frame import frame
from triage.web.handoff import groups
from triage.web.listing import listing
from triage.web.place import Place, read_place
from triage.web.queues import work_context
from triage.web.rows import owner_words, row, tags
from triage.web.showing import linked, queue_name, straight, web_address
from triage.web.thread import thread


@dataclass(frozen=True, slots=True)
class Said:
    """What the page says of the act that has just been tried."""

    done: str = ""
    refused: str = ""


@in_a_team
def item(request: Request, pk: int) -> HttpResponse:
    """An item with its list; the item alone when a script asks for it."""
    found = _find(request.user, pk)
    place = read_place(request.GET.get("from", ""), found)
    typed = Typed(open=request.GET.get("act") == "hand-off")
    shown = _shown(request.user, found, place, typed=typed, said=Said())
    if request.htmx.target == "item":
        return render(request, "itempart.html", shown)
    return _whole_page(request, shown, place)


@in_a_team
def act(request: Request, pk: int, name: str) -> HttpResponse:
    """Do one act. A refusal shows the item as it is now, with all that was typed."""
    found = _find(request.user, pk)
    place = read_place(request.POST.get("from", ""), found)
    if request.method != "POST":  # a reload after signing in again
        return HttpResponseRedirect(place.item_address(found))
    typed = Typed.read(request.POST, name)
    try:
        perform(name, found, request.user, typed)
    except ActRefused as refused:
        now = _find(request.user, pk)
        said = Said(refused=str(refused))
        return _answer(request, _shown(request.user, now, place, typed=typed, said=said), place)
    now = _find(request.user, pk)
    done = done_words(name, now)
    if not request.htmx:
        messages.success(request, done)
        return HttpResponseRedirect(place.item_address(now))
    return _answer(
        request, _shown(request.user, now, place, typed=Typed(), said=Said(done=done)), place
    )


def _find(user: User, pk: int) -> Item:
    try:
        return item_for(user, pk)
    except Item.DoesNotExist:
        raise Http404 from None


def _answer(request: Request, shown: dict[str, Any], place: Place) -> HttpResponse:
    status = 409 if shown["said"].refused else 200
    if not request.htmx:
        return _whole_page(request, shown, place, status=status)
    numbers = frame(request.user, counts_for(request.user), here=place.queue)
    return render(request, "acted.html", {**numbers, **shown}, status=status)


def _whole_page(
    request: Request, shown: dict[str, Any], place: Place, *, status: int = 200
) -> HttpResponse:
    counts = counts_for(request.user)
    found = listing(request.user, place, counts, after="", now=timezone.now())
    page = {**work_context(request.user, found, counts), **shown}
    return render(request, "itempage.html", page, status=status)


def _shown(user: User, item: Item, place: Place, *, typed: Typed, said: Said) -> dict[str, Any]:
    """Everything that item.html shows."""
    now = timezone.now()
    status = Item.Status(item.status)
    works = may_work(user, item.queue)
    mine = item.owner_id == user.pk
    free = status == Item.Status.OPEN or (status == Item.Status.CLAIMED and mine)
    return {
        "item": item,
        "row": row(item, user=user, place=place, now=now),
        "place": place,
        "author": item.author or "Author not given",
        "author_in_title": straight(item.author) or "Author not given",
        "queue_name": queue_name(item.queue),
        "tags": tags(item),
        "owner": owner_words(item, user),
        "address": web_address(item.url),
        "thread": thread(user, item, now=now),
        "fallback": linked(item.text),
        "context": context(user, item, now=now),
        "acts": {
            "claim": works and status == Item.Status.OPEN,
            "release": status == Item.Status.CLAIMED and mine,
            "hand_off": works and free,
            "resolve": works and free,
            "reopen": works and status == Item.Status.RESOLVED,
        },
        "primary": _primary(item, mine=mine),
        "hint": _hint(item, works=works, free=free),
        "groups": groups(item, chosen=typed.to),
        "typed": typed,
        "said": said,
    }


def _hint(item: Item, *, works: bool, free: bool) -> str:
    """Why there are no buttons, where there are none."""
    if not works:
        return f"The {ROLES[Queue(item.queue)]} works here; you can read along."
    if item.status == Item.Status.CLAIMED and not free and item.owner:
        return f"Nobody else acts on it until {item.owner.shown_name} gives it back."
    return ""


def _primary(item: Item, *, mine: bool) -> str:
    """The act that most likely comes next; its button stands out."""
    if item.queue == Queue.REVIEW:
        return "hand-off"
    return "resolve" if mine else "claim"
