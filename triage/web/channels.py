"""The channels page: what is watched, whether posts still arrive, and what is wrong in words."""

import shlex
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from triage.access import channels_for, may_tune
from triage.deliveries import hook_address
from triage.tables import Channel
from triage.web.counts import counts_for
from triage.web.doors import Request, in_a_team
from triage.web.frame import frame
from triage.web.showing import Moment, maybe, moment, plural, sentence

State = Channel.State
FAILING = 3
"""Failures in a row after which a channel counts as failing; before it they pass for weather."""


@dataclass(frozen=True, slots=True)
class Watched:
    """One channel as the page shows it. `tone` is good, late, review or empty."""

    name: str
    source: str
    kind: str
    state: str
    tone: str
    error: str
    advice: str
    command: str
    last_success: Moment | None
    last_post: Moment | None
    next_pull: str
    hook: str


@in_a_team
def channels(request: Request) -> HttpResponse:
    """Every channel that is watched, those that need a person first."""
    now = timezone.now()
    found = [watched(channel, now=now) for channel in channels_for(request.user).order_by("name")]
    found.sort(key=lambda channel: channel.tone != "late")
    page = {
        **frame(request.user, counts_for(request.user), here="channels"),
        "channels": found,
        "may_tune": may_tune(request.user),
        "site": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "channels.html", page)


def watched(channel: Channel, *, now: datetime) -> Watched:
    """A channel in words."""
    state, tone = _state(channel)
    return Watched(
        name=channel.name,
        source=channel.source,
        kind=channel.kind,
        state=state,
        tone=tone,
        error=sentence(channel.error) if channel.error else "",
        advice=_advice(channel),
        command=_command(channel),
        last_success=maybe(channel.last_success_at, now=now),
        last_post=maybe(channel.last_post_at, now=now),
        next_pull=_next_pull(channel, now),
        hook=hook_address(channel) or "",
    )


def _state(channel: Channel) -> tuple[str, str]:
    if channel.state == State.REFUSED:
        return "refused", "late"
    if channel.state == State.PAUSED:
        return "paused", ""
    if channel.failures:
        tries = plural(channel.failures, "try", "tries")
        return f"failing, {tries}", "late" if channel.failures >= FAILING else "review"
    if channel.source == "import":
        return "filled by imports", ""
    return ("working", "good") if channel.last_success_at else ("not pulled yet", "")


def _advice(channel: Channel) -> str:
    if channel.state == State.REFUSED:
        return "A person has to repair it. Then go on with:"
    if channel.state == State.PAUSED:
        return "Go on with:"
    if channel.error_kind == "throttled":
        return "The platform asked us to wait; we do, and nothing is lost."
    if channel.failures:
        return "It is tried again by itself; nothing is lost."
    return ""


def _command(channel: Channel) -> str:
    resumable = channel.state in (State.REFUSED, State.PAUSED)
    return f"triage channel resume {shlex.quote(channel.name)}" if resumable else ""


def _next_pull(channel: Channel, now: datetime) -> str:
    if channel.state != State.ACTIVE:
        return "not until it is resumed"
    if channel.source == "import":
        return "with the next import"
    wait = (channel.next_pull_at - now).total_seconds()
    if wait <= 0:
        return "due now"
    if wait < 60:
        return f"in {int(wait)} s"
    return f"at {moment(channel.next_pull_at, now=now).short}"
