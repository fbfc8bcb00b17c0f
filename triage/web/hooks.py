"""Webhooks: what platforms send is verified, stored as it came, and answered at once.

A worker reads it later; nothing of it is parsed here but the number of an event. None of what the
pages need (sessions, people, policies of content) is asked for on the way.
"""

import math
import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.request import RawPostDataException, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from triage.walk.deliveries import BODY_LIMIT, Door, door_of, keep
from triage.walk.flow import Flow, Tally

log = structlog.get_logger()

ROOM = "/hooks/"
FORGERIES = 20
"""How many a minute from one address are told that their signature does not fit."""
SPAN = 60.0

_flow = Flow()
_forgeries = Tally(seconds=SPAN)
Answering = Callable[[HttpRequest], HttpResponse]


def straight_to_hooks(get_response: Answering) -> Answering:
    """The outermost middleware: webhooks pass by all others, which would cost more than they do."""

    def answer(request: HttpRequest) -> HttpResponse:
        name = request.path_info.removeprefix(ROOM)
        if name == request.path_info or not name or "/" in name:
            return get_response(request)
        return hook(request, name)

    return answer


@csrf_exempt
def hook(request: HttpRequest, name: str) -> HttpResponse:
    """A platform asks whether we know the secret (GET), or delivers (POST)."""
    if request.method not in ("GET", "POST"):
        return HttpResponseNotAllowed(["GET", "POST"])
    try:
        door = door_of(name)
    except DatabaseError:
        return _later(10)
    if door is None:
        return _told(404, "Nobody takes deliveries here.")
    if request.method == "GET":
        return _challenged(request, door)
    if not any(door.secrets.get(key) for key in door.scheme.secrets):
        log.error("hook_without_secret", channel=door.channel.name, needs=door.scheme.secrets)
        return _told(503, "The secret of this address is not set up yet.")
    return _delivered(request, door)


def _challenged(request: HttpRequest, door: Door) -> HttpResponse:
    if door.scheme.challenge is None:
        return HttpResponseNotAllowed(["POST"])
    answer = door.scheme.challenge(door.secrets, request.GET.dict())
    if answer is None:
        return _told(403, "This is not the challenge of somebody who knows us.")
    return _plain(HttpResponse(answer.body, content_type=answer.content_type))


def _delivered(request: HttpRequest, door: Door) -> HttpResponse:
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
    if not door.scheme.signed(door.secrets, request.headers, body, timezone.now()):
        return _forged(request, door)
    rate = settings.ENVIRONMENT.hook_rate
    if wait := _flow.wait(door.channel.pk, rate=rate, now=time.monotonic()):
        return _later(math.ceil(wait), status=429)
    try:
        keep(door, headers=request.headers, body=body)
    except DatabaseError as error:
        log.error("hook_not_stored", channel=door.channel.name, why=type(error).__name__)
        return _later(10)
    return _told(200, "ok")


def _forged(request: HttpRequest, door: Door) -> HttpResponse:
    """Said at first, then ever more rarely; what is signed rightly is taken from anywhere.

    Addresses are told apart only where no proxy stands before us.
    """
    address = request.META.get("REMOTE_ADDR", "")
    count = _forgeries.note((door.channel.pk, address), now=time.monotonic())
    if math.log10(count).is_integer():
        log.warning("hook_refused", channel=door.channel.name, address=address, count=count)
    if count > FORGERIES:
        return _later(round(SPAN), status=429)
    return _told(401, "The signature does not fit.")


def _later(seconds: int, *, status: int = 503) -> HttpResponse:
    """Platforms send again what was not answered with 200."""
    response = _told(status, "Not now; send it again.")
    response["Retry-After"] = str(seconds)
    return response


def _told(status: int, words: str) -> HttpResponse:
    return _plain(
        HttpResponse(f"{words}\n", status=status, content_type="text/plain; charset=utf-8")
    )


def _plain(response: HttpResponse) -> HttpResponse:
    """No browser reads this, and none shall take it for something else."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    response["Content-Length"] = str(len(response.content))
    return response
