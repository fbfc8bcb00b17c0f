"""The people page: who works here, and what ops and admins do to their accounts."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from triage.access import may_administer, may_manage, people_for
from triage.staff import people as steps
from triage.staff.people import PeopleRefused
from triage.staff.signins import with_second_factor
from triage.tables import User
from triage.vocabulary import Team
from triage.web.counts import counts_for
from triage.web.doors import Request, tuners
from triage.web.frame import frame
from triage.web.showing import maybe

Act = Callable[[Request, User], str]


@tuners
def people(request: Request) -> HttpResponse:
    """Everybody who can sign in, and those who could."""
    return _page(request)


@require_POST
@tuners
@sensitive_variables("password")
def add(request: Request) -> HttpResponse:
    """Add somebody; their password is shown on the page that answers, and never again."""
    name = request.POST.get("name", "").strip()
    try:
        person, password = steps.add_person(
            name=name,
            teams=request.POST.getlist("teams"),
            email=request.POST.get("email", "").strip(),
            by=request.user,
        )
    except PeopleRefused as refused:
        return _page(request, refused=_sentence(refused), status=409)
    return _page(request, made={"name": person.username, "password": password})


@require_POST
@tuners
def change(request: Request, pk: int, act: str) -> HttpResponse:
    """Do one of ACTS to somebody's account."""
    person = people_for(request.user).filter(pk=pk).first()
    if person is None or act not in ACTS:
        raise Http404
    try:
        said = ACTS[act](request, person)
    except PeopleRefused as refused:
        return _page(request, refused=_sentence(refused), status=409)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("people"))


@require_POST
@tuners
@sensitive_variables("password")
def new_password(request: Request, pk: int) -> HttpResponse:
    """Make somebody a new password; it is shown on the page that answers, and never again."""
    person = people_for(request.user).filter(pk=pk).first()
    if person is None:
        raise Http404
    try:
        password = steps.give_new_password(person, by=request.user)
    except PeopleRefused as refused:
        return _page(request, refused=_sentence(refused), status=409)
    return _page(request, made={"name": person.username, "password": password})


def _teams(request: Request, person: User) -> str:
    with transaction.atomic():  # all of it, or nothing
        steps.set_teams(person, request.POST.getlist("teams"), by=request.user)
        steps.set_address(person, request.POST.get("email", "").strip(), by=request.user)
        steps.set_approver(person, "approves" in request.POST, by=request.user)
    approves = " and approves replies there" if person.may_approve else ""
    return f"{person.username} is now in {', '.join(person.teams) or 'no team'}{approves}."


def _deactivate(request: Request, person: User) -> str:
    left = steps.deactivate(person, by=request.user)
    went = f" {left.returned} of their items returned to the queues." if left.returned else ""
    return f"{person.username} can no longer sign in.{went}"


def _reactivate(request: Request, person: User) -> str:
    steps.reactivate(person, by=request.user)
    return f"{person.username} can sign in again."


def _reset(request: Request, person: User) -> str:
    steps.reset_second_factor(person, by=request.user)
    return f"{person.username} now signs in with the password alone."


ACTS: dict[str, Act] = {
    "teams": _teams,
    "deactivate": _deactivate,
    "reactivate": _reactivate,
    "reset-codes": _reset,
}


def _page(request: Request, *, refused: str = "", status: int = 200, **more: Any) -> HttpResponse:
    now, with_codes = timezone.now(), with_second_factor()
    rows = [
        {
            "person": person,
            "seen": maybe(person.last_login, now=now),
            "codes": person.pk in with_codes,
            "mine": may_manage(request.user, person),
            "self": person.pk == request.user.pk,
        }
        for person in people_for(request.user)
    ]
    page = {
        **frame(request.user, counts_for(request.user), here="people"),
        "rows": rows,
        "teams": [team.value for team in Team],
        "administers": may_administer(request.user),
        "refused": refused,
        **more,
    }
    return render(request, "people.html", page, status=status)


def _sentence(refused: PeopleRefused) -> str:
    text = str(refused)
    return text[:1].upper() + text[1:].rstrip(".") + "."
