"""The item page: a conversation, why it is here, and what a person can do with it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from triage.desk.acting import ActRefused
from triage.desk.notes import read_mentions
from triage.desk.taking import next_item
from triage.desk.undoing import Undone, last_stroke, undo
from triage.tables import Item, User
from triage.vocabulary import Queue
from triage.web.acts import can_be_undone, done_words, perform
from triage.web.counts import counts_for
from triage.web.doors import Request, in_a_team
from triage.web.frame import frame
from triage.web.itempage import Said, find, item_page
from triage.web.lanes import lanes_of
from triage.web.listing import listing
from triage.web.place import Place, named_place, read_place
from triage.web.queues import work_context
from triage.web.showing import plural, queue_name
from triage.web.typed import Typed

PANELS = ("hand-off", "snooze", "others", "tag", "note")
"""What can stand open on the page; without a script the address says which."""


@in_a_team
def item(request: Request, pk: int) -> HttpResponse:
    """An item with its list; the item alone when a script asks for it, and has not seen it yet."""
    found = find(request.user, pk)
    place = read_place(request.GET.get("from", ""), found)
    wanted = request.GET.get("act", "")
    shown = _shown(request.user, found, place, typed=Typed(open=wanted if wanted in PANELS else ""))
    if request.htmx and shown["outbox"] and shown["outbox"] == request.GET.get("outbox"):
        return HttpResponse(status=204)
    if shown["named_you"]:
        read_mentions(request.user, item=found)
    if request.htmx.target == "item":
        return render(request, "itempart.html", shown)
    return _whole_page(request, shown, place)


@in_a_team
def act(request: Request, pk: int, name: str) -> HttpResponse:
    """Do one act. A refusal shows the item as it is now, with all that was typed."""
    found = find(request.user, pk)
    place = read_place(request.POST.get("from", ""), found)
    if request.method != "POST":  # a reload after signing in again
        return HttpResponseRedirect(place.item_address(found))
    typed = Typed.read(request.POST, name)
    try:
        perform(name, found, request.user, typed)
    except ActRefused as refused:
        said = Said(refused=str(refused))
        return _answer(request, find(request.user, pk), place, typed=typed, said=said)
    now = find(request.user, pk)
    stroke = last_stroke(request.user) if can_be_undone(name) else None
    said = Said(done=done_words(name, now), stroke=stroke.stroke if stroke else "")
    if not request.htmx:
        messages.success(request, said.done or "Done.")
        return HttpResponseRedirect(place.item_address(now))
    return _answer(request, now, place, said=said)


@require_POST
@in_a_team
def take_next(request: Request, queue: str) -> HttpResponse:
    """Claim and open the most urgent, then oldest item that nobody has."""
    place = Place(_queue(queue))
    try:
        queues = lanes_of(request.user, Queue(place.queue))
        taken = next_item(request.user, *queues)
        names = " and ".join(queue_name(each) for each in queues)
        words = "" if taken else f"Nothing unclaimed in {names}."
    except ActRefused as refused:
        taken, words = None, str(refused)
    if taken is None:
        return _nothing(request, place, words)
    found = find(request.user, taken.pk)
    place = Place(found.queue)
    if not request.htmx:
        return HttpResponseRedirect(place.item_address(found))
    answer = _answer(request, found, place, said=Said())
    answer["HX-Push-Url"] = place.item_address(found)
    return answer


@require_POST
@in_a_team
def undo_act(request: Request) -> HttpResponse:
    """Take back what this person has just done, and show the item as it stands again."""
    try:
        undone = undo(request.user, request.POST.get("stroke", "")[:32])
    except ActRefused as refused:
        return _nothing(request, None, str(refused))
    if len(undone.done) + len(undone.refused) > 1:
        return _undone_many(request, undone)
    pk = (*undone.done, *(pk for pk, _ in undone.refused))[0]
    found = find(request.user, pk)
    said = Said(done="Undone.") if undone.done else Said(refused=undone.refused[0][1])
    place = read_place(request.POST.get("from", ""), found)
    if not request.htmx:
        messages.success(request, said.done or said.refused)
        return HttpResponseRedirect(place.item_address(found))
    return _answer(request, found, place, said=said)


def _undone_many(request: Request, undone: Undone) -> HttpResponse:
    """What was done to many at once is taken back in their list."""
    if undone.done:
        messages.success(request, f"{plural(len(undone.done), 'item')} restored.")
    if undone.refused:
        number = plural(len(undone.refused), "item")
        messages.error(request, f"{number} changed since and left as is.")
    place = named_place(request.POST.get("from", ""))
    address = place.address if place else reverse("home")
    if not request.htmx:
        return HttpResponseRedirect(address)
    return HttpResponse(headers={"HX-Redirect": address})


def _queue(name: str) -> Queue:
    if name not in set(Queue):
        raise Http404
    return Queue(name)


def _nothing(request: Request, place: Place | None, words: str) -> HttpResponse:
    """There is no item to show: the page stays as it is, and says why."""
    if not request.htmx:
        messages.info(request, words)
        return HttpResponseRedirect(place.address if place else "/")
    answer = render(request, "undo.html", {"words": words, "oob": True})
    answer["HX-Reswap"] = "none"
    return answer


def _shown(user: User, item: Item, place: Place, **said: Any) -> dict[str, Any]:
    return item_page(user, item, place, now=timezone.now(), **said)


def _answer(
    request: Request, item: Item, place: Place, *, said: Said, typed: Typed | None = None
) -> HttpResponse:
    shown = _shown(request.user, item, place, typed=typed or Typed(), said=said)
    status = 409 if said.refused else 200
    if not request.htmx:
        return _whole_page(request, shown, place, status=status)
    numbers = frame(request.user, counts_for(request.user), here=place.here)
    return render(request, "acted.html", {**numbers, **shown}, status=status)


def _whole_page(
    request: Request, shown: dict[str, Any], place: Place, *, status: int = 200
) -> HttpResponse:
    counts = counts_for(request.user)
    now = timezone.now()
    found = listing(request.user, place, counts, after="", now=now)
    page = {**work_context(request.user, found, counts, now=now), **shown}
    return render(request, "itempage.html", page, status=status)
