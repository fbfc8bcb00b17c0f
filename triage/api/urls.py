"""The API with its errors, its OpenAPI document and its docs page."""

from typing import Any

from csp.decorators import csp_update
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Swagger
from ninja.errors import AuthenticationError, HttpError, ValidationError

from triage import __version__
from triage.api import (
    accuracy,
    approvals,
    channels,
    classifiers,
    deadletters,
    drift,
    intents,
    items,
    nothing,
    policies,
    reports,
    resorting,
    search,
    staff,
    works,
)
from triage.api.doors import NotAllowed, with_key
from triage.api.policies import WrongPolicy
from triage.desk.items import ActRefused
from triage.tuning.growing import IntentRefused
from triage.tuning.policy import PolicyError

api = NinjaAPI(
    title="Triage",
    version=__version__,
    description=(
        "Read queues, items and every figure of the pages, and act as the person whose key is "
        "sent: `Authorization: Bearer triage_…`. `triage apikey add` makes a key. Times are ISO "
        "8601, spans are seconds, shares are from 0 to 1. Every error is "
        '`{"error": "one sentence"}`.'
    ),
    auth=with_key,
    docs=Swagger(),
    # The documentation page styles itself; nothing that anybody wrote in public is shown on it.
    docs_decorator=csp_update({"style-src": ["'unsafe-inline'"], "img-src": ["data:"]}),
    urls_namespace="api",
)
for part in (
    items,
    search,
    approvals,
    works,
    channels,
    reports,
    accuracy,
    classifiers,
    drift,
    policies,
    resorting,
    intents,
    deadletters,
    staff,
    nothing,
):
    api.add_router("", part.router)


def _error(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    return api.create_response(request, {"error": sentence}, status=status)


@api.exception_handler(AuthenticationError)
def _no_key(request: HttpRequest, _: Any) -> HttpResponse:
    answer = _error(request, "Send a key that works: Authorization: Bearer triage_…", 401)
    answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(NotAllowed)
def _not_allowed(request: HttpRequest, error: Any) -> HttpResponse:
    return _error(request, str(error), 403)


@api.exception_handler(Http404)
def _not_there(request: HttpRequest, error: Any) -> HttpResponse:
    return _error(request, str(error) or "There is nothing here.", 404)


@api.exception_handler(PolicyError)
@api.exception_handler(IntentRefused)
@api.exception_handler(ActRefused)
def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    return _error(request, str(error), 409)


@api.exception_handler(WrongPolicy)
def _unusable(request: HttpRequest, error: Any) -> HttpResponse:
    return _error(request, str(error), 422)


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    return _error(request, str(error), error.status_code)


@api.exception_handler(ValidationError)
def _wrong(request: HttpRequest, error: Any) -> HttpResponse:
    first = error.errors[0]
    where = ".".join(str(part) for part in first["loc"][1:] if part != "typed")
    return _error(request, f"{where or first['loc'][0]}: {first['msg']}", 422)
