"""A person's own page: settings, desk, password, second factor, sessions and API keys."""

from typing import Any
from zoneinfo import available_timezones

from allauth.account.internal.flows.password_change import finalize_password_change
from django import forms
from django.contrib import messages
from django.contrib.auth.forms import PasswordChangeForm
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from triage.desk.acting import ActRefused
from triage.desk.desks import AT_MOST, desk_of, set_up_desk
from triage.staff.apikeys import KeyRefused, revoke_key
from triage.staff.audit import note
from triage.staff.people import PeopleRefused, settle_in
from triage.staff.signins import end_session, end_sessions, has_second_factor, is_linked, signed_in
from triage.tables import ApiKey
from triage.web.counts import counts_for
from triage.web.doors import Request
from triage.web.doors import signed_in as behind_the_door
from triage.web.frame import frame
from triage.web.showing import maybe, moment
from triage.web.signin import company

PLACE = "account"


class Settings(forms.Form):
    """What a person chooses for themselves."""

    full_name = forms.CharField(max_length=150, required=False)
    time_zone = forms.CharField(max_length=64, required=False)
    capacity = forms.IntegerField(min_value=0, max_value=AT_MOST)
    takes_work = forms.BooleanField(required=False)
    away = forms.BooleanField(required=False)


@behind_the_door
def account(request: Request) -> HttpResponse:
    """Everything about one's own account, on one page."""
    return _page(request)


@require_POST
@behind_the_door
def save_settings(request: Request) -> HttpResponse:
    """Keep one's own settings; what cannot be kept is said, and nothing is lost."""
    form = Settings(request.POST)
    if not form.is_valid():
        return _page(request, refused=f"Items at once: a number from 0 to {AT_MOST}.", status=400)
    given = form.cleaned_data
    try:
        settle_in(request.user, full_name=given["full_name"], time_zone=given["time_zone"])
        set_up_desk(
            request.user,
            capacity=given["capacity"],
            takes_work=given["takes_work"],
            away=given["away"],
        )
    except (PeopleRefused, ActRefused) as refused:
        return _page(request, refused=str(refused), status=409)
    return _back(request, "Saved.")


@sensitive_post_parameters()
@require_POST
@behind_the_door
def change_password(request: Request) -> HttpResponse:
    """A new password, given the old one; every other session ends."""
    form = PasswordChangeForm(request.user, request.POST)
    if not form.is_valid():
        said = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return _page(request, refused=said, status=400)
    form.save()
    finalize_password_change(request, request.user)
    end_sessions(request.user, besides=request.session.session_key)
    note("password_changed", by=request.user, target=request.user.username)
    return _back(request, "Password changed. All other browsers are signed out.")


@require_POST
@behind_the_door
def end_one(request: Request, pk: int) -> HttpResponse:
    """Sign oneself out of one browser."""
    if not end_session(request.user, pk):
        raise Http404
    note("session_ended", by=request.user, target=request.user.username)
    return _back(request, "That browser is signed out.")


@require_POST
@behind_the_door
def end_others(request: Request) -> HttpResponse:
    """Sign oneself out everywhere else."""
    number = end_sessions(request.user, besides=request.session.session_key)
    note("session_ended", by=request.user, target=request.user.username, sessions=number)
    return _back(request, "All other browsers are signed out.")


@require_POST
@behind_the_door
def revoke(request: Request, pk: int) -> HttpResponse:
    """Let one of one's own API keys open nothing any more."""
    key = ApiKey.objects.filter(user=request.user, pk=pk).first()
    if key is None:
        raise Http404
    try:
        revoke_key(request.user, name=key.name)
    except KeyRefused as refused:
        return _page(request, refused=f"{refused}.", status=409)
    note("key_revoked", by=request.user, target=request.user.username, key=key.name)
    return _back(request, "API key revoked.")


def _back(request: Request, said: str) -> HttpResponse:
    messages.success(request, said)
    return HttpResponseRedirect(reverse(PLACE))


def _page(request: Request, *, refused: str = "", status: int = 200) -> HttpResponse:
    page = {
        **frame(request.user, counts_for(request.user), here=PLACE),
        **_about(request),
        "refused": refused,
    }
    return render(request, "account.html", page, status=status)


def _about(request: Request) -> dict[str, Any]:
    now = timezone.now()
    sessions = signed_in(request.user, current=request.session.session_key)
    keys = ApiKey.objects.filter(user=request.user, revoked_at=None).order_by("name")
    typed = request.POST if "time_zone" in request.POST else None
    return {
        "typed": typed,
        "desk": desk_of(request.user),
        "zones": sorted(available_timezones()),
        "sessions": [(row, moment(row.since, now=now)) for row in sessions],
        "keys": [(key, maybe(key.used_at, now=now)) for key in keys],
        "second_factor": has_second_factor(request.user),
        "has_password": request.user.has_usable_password(),
        "company": company(),
        "linked": is_linked(request.user),
    }
