"""The channels page: what is watched, whether posts still arrive, and what is wrong in words."""

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from triage.access import alerts_for, channels_for, may_tune
from triage.staff.audit import note
from triage.tables import Channel
from triage.watch.alerts import mark_seen
from triage.watch.channels import ask_check, set_state
from triage.watch.looking import look_at
from triage.web.counts import counts_for
from triage.web.doors import Request, in_a_team, tuners
from triage.web.frame import frame
from triage.web.watched import told, watched

State = Channel.State


@in_a_team
def channels(request: Request) -> HttpResponse:
    """Every channel that is watched, those that need a person first, and the open alerts."""
    now = timezone.now()
    rows = channels_for(request.user).select_related("account", "backfill").order_by("name")
    alerts = list(alerts_for(request.user).select_related("channel", "seen_by").order_by("pk"))
    found = [
        watched(look.channel, now=now, used=look.used, alerts=look.alerts)
        for look in look_at(rows, alerts=alerts, now=now)
    ]
    found.sort(key=lambda channel: channel.tone != "late")
    page = {
        **frame(request.user, counts_for(request.user), here="channels"),
        "channels": found,
        "alerts": [told(alert, now=now) for alert in alerts],
        "may_tune": may_tune(request.user),
        "site": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "channels.html", page)


@require_POST
@tuners
def pause(request: Request, pk: int) -> HttpResponse:
    """Stop pulling a channel."""
    return _act(request, pk, lambda row: _put(request, row, State.PAUSED), "is paused.")


@require_POST
@tuners
def resume(request: Request, pk: int) -> HttpResponse:
    """Pull a channel again, from where it stopped."""
    return _act(request, pk, lambda row: _put(request, row, State.ACTIVE), "is pulled again.")


@require_POST
@tuners
def check(request: Request, pk: int) -> HttpResponse:
    """Have a worker call the platform; this process does not."""
    return _act(
        request,
        pk,
        lambda row: ask_check(row, now=timezone.now()),
        "will be checked within seconds. Reload the page to see the result.",
    )


@require_POST
@tuners
def see_alert(request: Request, pk: int) -> HttpResponse:
    """Say that somebody looks after an alert; it stays until it is over."""
    alert = alerts_for(request.user).filter(pk=pk).first()
    if alert is None:
        raise Http404
    first = mark_seen(alert, request.user)
    messages.success(request, "You are on it." if first else "Somebody else is already on it.")
    return HttpResponseRedirect(reverse("channels"))


def _put(request: Request, row: Channel, state: Channel.State) -> None:
    event = "channel_paused" if state == State.PAUSED else "channel_resumed"
    with transaction.atomic():
        set_state(row, state)
        note(event, by=request.user, target=row.name)


def _act(request: Request, pk: int, act: Callable[[Channel], None], said: str) -> HttpResponse:
    row = channels_for(request.user).exclude(source="import").filter(pk=pk).first()
    if row is None:
        raise Http404
    act(row)
    messages.success(request, f"{row.name} {said}")
    return HttpResponseRedirect(reverse("channels"))
