"""Doors: who is let in to a page, and how a page may be kept by a browser."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django_htmx.middleware import HtmxDetails

from triage.access import approves, may_administer, may_tune, visible_queues
from triage.staff.people import zone_of
from triage.tables import User
from triage.tuning.taxonomy import look_now_and_then

P = ParamSpec("P")


class Request(HttpRequest):
    """A request of somebody who is signed in, as every view below the door sees it."""

    user: User
    htmx: HtmxDetails


Page = Callable[Concatenate[Request, P], HttpResponseBase]
Door = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def signed_in(view: Page[P]) -> Door[P]:
    """Let only signed-in people in; a script is told 401, so that it never swaps in a sign-in."""

    @wraps(view)
    def door(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _turn_away(cast(Request, request))
        look_now_and_then()
        with timezone.override(zone_of(cast(Request, request).user)):  # None: the installation's
            response = view(cast(Request, request), *args, **kwargs)
        # The same address answers with a page or with a part of it, and only to this person.
        patch_vary_headers(response, ["HX-Request", "HX-Target", "Cookie"])
        patch_cache_control(response, private=True, no_cache=True)
        return response

    return cast(Door[P], door)


def in_a_team(view: Page[P]) -> Door[P]:
    """Let only people of a team in; to others the page does not exist."""
    return signed_in(_behind(view, lambda user: bool(visible_queues(user))))


def tuners(view: Page[P]) -> Door[P]:
    """Let only ops and admins in; to others the page does not exist."""
    return signed_in(_behind(view, may_tune))


def admins(view: Page[P]) -> Door[P]:
    """Let only admins in; to others the page does not exist."""
    return signed_in(_behind(view, may_administer))


def approvers(view: Page[P]) -> Door[P]:
    """Let only those in who approve answers; to others the page does not exist."""
    return signed_in(_behind(view, approves))


def _behind(view: Page[P], allowed: Callable[[User], bool]) -> Page[P]:
    @wraps(view)
    def behind(request: Request, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not allowed(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return cast(Page[P], behind)


def _turn_away(request: Request) -> HttpResponse:
    if request.htmx:
        return HttpResponse("You are signed out.", status=401, content_type="text/plain")
    return redirect_to_login(request.get_full_path())
