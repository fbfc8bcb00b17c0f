"""Sweeps: one act for many items of a list, those that were ticked or all that match."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from triage.access import items_for, with_shown
from triage.desk.acting import ActRefused
from triage.desk.sweeping import AT_ONCE, Swept, sweep
from triage.tables import Item, User
from triage.web.counts import count_up_to, counts_for, shown
from triage.web.doors import Request, in_a_team
from triage.web.frame import frame
from triage.web.lists import matching_items
from triage.web.place import Place, named_place
from triage.web.rows import row
from triage.web.showing import plural
from triage.web.sweepacts import acts_at, choices, read_act
from triage.web.typed import number

TOLD = 5
"""Items that stayed as they were and are named; the others are counted."""


@in_a_team
def choose(request: Request) -> HttpResponse:
    """All that match the list at `place`, ticked, up to what can be done at once."""
    place = _place(request.GET)
    items, left = matching_items(request.user, place, AT_ONCE, now=timezone.now())
    return _page(request, place, items, words=_words(request.user, place, len(items), left))


@in_a_team
def choices_at(request: Request) -> HttpResponse:
    """The acts that need more than a button, as a list fetches them when they are opened."""
    return render(request, "sweepmore.html", choices(request.user, _place(request.GET)))


@require_POST
@in_a_team
def sweep_items(request: Request) -> HttpResponse:
    """Do one act to what is ticked -> the list again, with how many and what stayed as it was."""
    place, seen = _place(request.POST), _seen(request.POST)
    try:
        act, done = read_act(request.POST.dict())
        swept = sweep(request.user, act, seen)
    except ActRefused as refused:
        ticked = items_for(request.user).filter(pk__in=list(seen)[:AT_ONCE])
        items = list(with_shown(ticked))
        words = f"The {plural(len(items), 'item')} you selected"
        return _page(request, place, items, words=words, refused=str(refused))
    _tell(request, swept, done)
    return HttpResponseRedirect(place.address)


def _tell(request: Request, swept: Swept, done: str) -> None:
    if swept.done:
        words = f"{plural(len(swept.done), 'item')} {done}."
        messages.success(request, words, extra_tags=swept.stroke)
    if swept.refused:
        messages.error(request, _stayed(swept.refused))


def _stayed(refused: Sequence[tuple[int, str]]) -> str:
    """`2 stayed as they were. @dan: Bella has it. @kim: This item is gone.`"""
    authors = dict(
        Item.objects.filter(pk__in=[pk for pk, _ in refused[:TOLD]]).values_list("pk", "author")
    )
    said = [f"{authors.get(pk) or f'Item {pk}'}: {why}" for pk, why in refused[:TOLD]]
    number = len(refused)
    more = [f"And {number - TOLD} more."] if number > TOLD else []
    stayed = "1 was left unchanged." if number == 1 else f"{number} were left unchanged."
    return " ".join([stayed, *said, *more])


def _page(
    request: Request, place: Place, items: Sequence[Item], *, words: str, refused: str = ""
) -> HttpResponse:
    user, now = request.user, timezone.now()
    page = {
        **frame(user, counts_for(user), here=place.here, at=place.address),
        **choices(user, place),
        "rows": [row(item, user=user, place=place, now=now) for item in items],
        "words": words,
        "acts": acts_at(place),
        "typed": request.POST.dict(),
        "refused": refused,
    }
    return render(request, "sweeppage.html", page, status=409 if refused else 200)


def _words(user: User, place: Place, number: int, left: bool) -> str:
    """`All 12 items of Support`; `The first 200 items of Support, of 480 matches`."""
    if not left:
        return f"All {plural(number, 'item')} of {place.name}" if number else ""
    first = f"The first {plural(number, 'item')} of {place.name}"
    if place.filters.q:
        return f"{first} (more match)"
    matching = count_up_to(user, place, now=timezone.now())
    return f"{first}, of {shown(matching)} matches"


def _place(values: QueryDict) -> Place:
    place = named_place(values.get("place", ""))
    if place is None:
        raise Http404
    return place


def _seen(form: QueryDict) -> dict[int, int]:
    """The ids that are ticked and the version of each that was shown."""
    pairs = (ticked.partition("~") for ticked in form.getlist("item"))
    numbers = ((number(pk), number(version)) for pk, _, version in pairs)
    return {pk: version for pk, version in numbers if pk is not None and version is not None}
