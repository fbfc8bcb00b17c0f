"""Webhooks: what platforms send is verified, stored as it came, and answered at once.

A worker reads it later; nothing of it is parsed here but the number of an event.
"""

import structlog
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.request import RawPostDataException, UnreadablePostError
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from triage.deliveries import BODY_LIMIT, hook_secrets, hooked, keep
from triage.hooks import Scheme, scheme_of
from triage.tables import Channel

log = structlog.get_logger()


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def hook(request: HttpRequest, name: str) -> HttpResponse:
    """A platform asks whether we know the secret (GET), or delivers (POST)."""
    try:
        channel = hooked(name)
    except DatabaseError:
        return _later()
    scheme = scheme_of(channel.source) if channel else None
    if channel is None or scheme is None:
        raise Http404
    secrets = hook_secrets(channel, scheme)
    if request.method == "GET":
        return _challenged(request, scheme, secrets)
    if not any(secrets.get(key) for key in scheme.secrets):
        log.error("hook_without_secret", channel=channel.name, needs=scheme.secrets)
        return _told(503, "The secret of this address is not set up yet.")
    return _delivered(request, channel, scheme, secrets)


def _challenged(request: HttpRequest, scheme: Scheme, secrets: dict[str, str]) -> HttpResponse:
    if scheme.challenge is None:
        return HttpResponseNotAllowed(["POST"])
    answer = scheme.challenge(secrets, request.GET.dict())
    if answer is None:
        return _told(403, "This is not the challenge of somebody who knows us.")
    return HttpResponse(answer.body, content_type=answer.content_type)


def _delivered(
    request: HttpRequest, channel: Channel, scheme: Scheme, secrets: dict[str, str]
) -> HttpResponse:
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length and "HTTP_TRANSFER_ENCODING" not in request.META:
        length = "0"
    if not length.isascii() or not length.isdigit():
        return _told(411, "Say how long the body is.")
    if len(length) > 9 or int(length) > BODY_LIMIT:
        return _told(413, f"A delivery has up to {BODY_LIMIT} bytes.")
    try:
        body = request.body
    except (UnreadablePostError, RawPostDataException):
        return _told(400, "The body broke off.")
    if not scheme.signed(secrets, request.headers, body, timezone.now()):
        log.warning("hook_refused", channel=channel.name)
        return _told(401, "The signature does not fit.")
    try:
        keep(channel, scheme, headers=request.headers, body=body)
    except DatabaseError as error:
        log.error("hook_not_stored", channel=channel.name, why=type(error).__name__)
        return _later()
    return _told(200, "ok")


def _later() -> HttpResponse:
    """Platforms send again what was not answered with 200."""
    response = _told(503, "Not now; send it again.")
    response["Retry-After"] = "10"
    return response


def _told(status: int, words: str) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain; charset=utf-8")
