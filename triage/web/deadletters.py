"""The dead letters page: what could not be read or sorted, and the way back for stored posts."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from triage.access import dead_letters_for
from triage.desk.items import ActRefused
from triage.numbers import whole
from triage.tables import DeadLetter, User
from triage.walk.deadletters import put_aside, replay, waiting
from triage.web.counts import counts_for
from triage.web.doors import Request, tuners
from triage.web.frame import frame
from triage.web.showing import Moment, moment, sentence

SIZE = 30
SHOWN = 4_000
"""Characters of a raw record that are shown."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter as the page shows it."""

    pk: int
    reason: str
    channel: str
    when: Moment
    raw: str
    text: str
    can_replay: bool


@tuners
def dead_letters(request: Request) -> HttpResponse:
    """What waits for a person, newest first; `before` is the id that a page ends with."""
    return _page(request)


@require_POST
@tuners
def replay_letter(request: Request, pk: int) -> HttpResponse:
    """Send a stored post back to sorting."""
    said = "Retrying. If it fails again, it comes back here."
    return _see_to(request, pk, replay, said)


@require_POST
@tuners
def put_letter_aside(request: Request, pk: int) -> HttpResponse:
    """Call an unreadable record seen to."""
    return _see_to(request, pk, put_aside, "Put aside. It stays in the database.")


def _see_to(
    request: Request, pk: int, act: Callable[[DeadLetter, User], DeadLetter], said: str
) -> HttpResponse:
    letter = dead_letters_for(request.user).filter(pk=pk).first()
    if letter is None:
        raise Http404
    try:
        act(letter, request.user)
    except ActRefused as refused:
        return _page(request, refused=str(refused), status=409)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("dead-letters"))


def _page(request: Request, *, refused: str = "", status: int = 200) -> HttpResponse:
    letters = waiting(dead_letters_for(request.user)).select_related("channel", "post")
    before = whole(request.GET.get("before", ""))
    if before is not None:
        letters = letters.filter(pk__lt=before)
    found = list(letters.order_by("-id")[: SIZE + 1])
    now = timezone.now()
    page = {
        **frame(request.user, counts_for(request.user), here="dead-letters"),
        "letters": [_letter(letter, now) for letter in found[:SIZE]],
        "before": found[SIZE - 1].pk if len(found) > SIZE else None,
        "continued": bool(before),
        "refused": refused,
    }
    return render(request, "deadletters.html", page, status=status)


def _letter(letter: DeadLetter, now: datetime) -> Letter:
    raw = json.dumps(letter.raw, ensure_ascii=False, indent=2)
    return Letter(
        pk=letter.pk,
        reason=sentence(letter.reason),
        channel=letter.channel.name,
        when=moment(letter.at, now=now),
        raw=raw if len(raw) <= SHOWN else f"{raw[:SHOWN]}\n… and {len(raw) - SHOWN} characters",
        text=letter.post.text[:280] if letter.post else "",
        can_replay=letter.post is not None and letter.post.state == "dead",
    )
