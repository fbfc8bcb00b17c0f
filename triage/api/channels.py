"""Channels over the API: what is watched, how it is, and what is wrong with it."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from triage.access import alerts_for, channels_for
from triage.api.doors import ops_key, person
from triage.api.shapes import Error
from triage.tables import Alert, Backfill, Channel
from triage.watch.alerts import ADVICE, mark_seen
from triage.watch.budgets import Used, used_by

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
    used = used_by(rows, now=timezone.now())
    return [_channel(row, used.get(row.pk, Used())) for row in rows]


@router.get("/alerts", response=AlertAnswer, auth=ops_key, summary="What is wrong now")
def list_alerts(request: HttpRequest) -> dict[str, Any]:
    """An alert stays until what it tells of is over."""
    rows = alerts_for(person(request)).select_related("channel", "seen_by").order_by("-pk")
    return {"alerts": [_alert(row) for row in rows]}


@router.post(
    "/alerts/{int:pk}/seen",
    response={200: AlertShape, 404: Error},
    auth=ops_key,
    summary="Look after an alert",
)
def see_alert(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Say that one looks after it; whoever was first stays named."""
    found = alerts_for(person(request)).select_related("channel", "seen_by")
    row = found.filter(pk=pk).first()
    if row is None:
        raise Http404("There is no such open alert.")
    mark_seen(row, person(request))
    return _alert(found.get(pk=pk))


def _channel(row: Channel, used: Used) -> dict[str, Any]:
    return {
        "name": row.name,
        "kind": row.kind,
        "source": row.source,
        "state": row.state,
        "error": row.error or None,
        "error_kind": row.error_kind or None,
        "failures": row.failures,
        "last_success_at": row.last_success_at,
        "last_post_at": row.last_post_at,
        "next_pull_at": row.next_pull_at,
        "lag_seconds": row.lag_seconds,
        "late_seconds": row.late_seconds,
        "key_expires_at": row.expires_at,
        "calls_today": used.calls_today,
        "posts_month": used.posts_month,
        "limit": _limit(row),
        "cost": _cost(row, used),
        "backfill": _backfill(getattr(row, "backfill", None)),
        "checked_at": row.checked_at,
        "check_said": row.check_said or None,
    }


def _limit(row: Channel) -> dict[str, Any] | None:
    account = row.account
    if account is None or account.remaining is None:
        return None
    return {
        "allowed": account.allowed,
        "remaining": account.remaining,
        "resets_at": account.reset_at,
    }


def _cost(row: Channel, used: Used) -> dict[str, Any]:
    cap = row.settings.get("monthly_cap")
    return {
        "channel": used.dollars_month,
        "account": used.account_dollars,
        "cap": float(cap) if cap else None,
    }


def _backfill(row: Backfill | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "state": row.state,
        "reached": row.reached,
        "new": row.new,
        "error": row.error or None,
    }


def _alert(row: Alert) -> dict[str, Any]:
    return {
        "id": row.pk,
        "channel": row.channel.name,
        "kind": row.kind,
        "sentence": row.sentence,
        "advice": ADVICE[Alert.Kind(row.kind)],
        "first_seen": row.first_seen,
        "last_seen": row.last_seen,
        "seen_by": row.seen_by.username if row.seen_by else None,
    }
