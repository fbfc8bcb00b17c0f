"""The erase page: find a person, see what would go, and erase them."""

from dataclasses import asdict

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from triage.access import persons_for
from triage.staff.erasing import Erased, EraseRefused, erase, find_persons, preview
from triage.tables import Person
from triage.web.counts import counts_for
from triage.web.doors import Request, admins
from triage.web.frame import frame

WORDS = {
    "posts": "posts with their raw records",
    "versions": "earlier versions of these posts",
    "answers": "replies to them",
    "items": "items with their history",
    "notes": "notes on these items",
    "drafts": "reply drafts",
    "lessons": "labels for training",
    "deliveries": "webhook deliveries",
    "dead_letters": "dead letters",
    "named": "notes on other items in which the name is replaced",
}


@admins
def find(request: Request) -> HttpResponse:
    """Those who are called like what was typed."""
    name = request.GET.get("name", "").replace("\0", "")[:200]
    page = {
        **frame(request.user, counts_for(request.user), here="erase"),
        "name": name,
        "persons": find_persons(persons_for(request.user), name),
    }
    return render(request, "erasefind.html", page)


@admins
def erase_person(request: Request, pk: int) -> HttpResponse:
    """What would go; by POST, with the name typed once more, it goes."""
    person = persons_for(request.user).filter(pk=pk).first()
    if person is None:
        raise Http404
    if request.method != "POST":
        return _page(request, person)
    if request.POST.get("name", "").strip() != _called(person):
        refused = "Type the name exactly as shown. Nothing was erased."
        return _page(request, person, refused=refused, status=400)
    try:
        went = erase(person, by=request.user)
    except EraseRefused as error:
        return _page(request, person, refused=str(error), status=409)
    messages.success(request, f"Erased: {went.posts} posts and {went.items} items deleted.")
    return HttpResponseRedirect(reverse("erase"))


def _page(
    request: Request, person: Person, *, refused: str = "", status: int = 200
) -> HttpResponse:
    page = {
        **frame(request.user, counts_for(request.user), here="erase"),
        "person": person,
        "called": _called(person),
        "goes": _told(preview(person)),
        "refused": refused,
    }
    return render(request, "erase.html", page, status=status)


def _called(person: Person) -> str:
    return (person.name or person.external_id).strip()


def _told(goes: Erased) -> list[tuple[int, str]]:
    return [(number, WORDS[name]) for name, number in asdict(goes).items() if number]
