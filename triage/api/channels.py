"""Channels over the API: what is watched, how it is, and what is wrong with it."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from triage.access import alerts_for, channels_for
from triage.api.doors import ops_key, person
from triage.api.shapes import Error
from triage.watch.alerts import alert_json, all_alerts, mark_seen
from triage.watch.looking import channel_json, look_at

router = Router(tags=["channels"])


class LimitShape(Schema):
    """What the platform said last of the calls that the account may make."""

    allowed: int | None
    remaining: int | None
    resets_at: datetime | None


class CostShape(Schema):
    """Dollars since the month began (UTC): of this channel, of its whole account, and the cap."""

    channel: float
    account: float
    cap: float | None


class BackfillShape(Schema):
    """Earlier posts that are brought in: how far back it is, and how many were new."""

    state: str
    reached: datetime | None
    new: int
    error: str | None


class ChannelShape(Schema):
    """A channel and how it is. Lag is from the platform's time of the newest posts to ours, `late`
    how late the last pull began, both in seconds."""

    name: str
    kind: str
    source: str
    state: str
    error: str | None
    error_kind: str | None
    failures: int
    last_success_at: datetime | None
    last_post_at: datetime | None
    next_pull_at: datetime
    lag_seconds: float | None
    late_seconds: float | None
    key_expires_at: datetime | None
    calls_today: int
    posts_month: int
    limit: LimitShape | None
    cost: CostShape
    backfill: BackfillShape | None
    checked_at: datetime | None
    check_said: str | None


class AlertShape(Schema):
    """What is wrong with a channel, since when, what to do, and who looks after it."""

    id: int
    channel: str
    kind: str
    sentence: str
    advice: str
    first_seen: datetime
    last_seen: datetime
    seen_by: str | None


class AlertAnswer(Schema):
    """Every open alert, the newest first."""

    alerts: list[AlertShape]


@router.get("/channels", response=list[ChannelShape], summary="What is watched, and how it is")
def list_channels(request: HttpRequest) -> list[dict[str, Any]]:
    """Every channel that is watched, by name, in two queries however many there are."""
    rows = channels_for(person(request)).select_related("account", "backfill").order_by("name")
    return [channel_json(look) for look in look_at(rows, now=timezone.now())]


@router.get("/alerts", response=AlertAnswer, auth=ops_key, summary="What is wrong now")
def list_alerts(request: HttpRequest) -> dict[str, Any]:
    """An alert stays until what it tells of is over."""
    rows = alerts_for(person(request)).select_related("channel", "seen_by").order_by("-pk")
    return {"alerts": [alert_json(row) for row in rows]}


@router.post(
    "/alerts/{int:pk}/seen",
    response={200: AlertShape, 404: Error},
    auth=ops_key,
    summary="Look after an alert",
)
def see_alert(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Say that one looks after it; whoever was first stays named."""
    row = alerts_for(person(request)).filter(pk=pk).first()
    if row is None:
        raise Http404("There is no such open alert.")
    mark_seen(row, person(request))
    return alert_json(all_alerts().get(pk=pk))
