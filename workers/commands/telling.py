"""What `triage channel list` tells of a channel."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from triage.tables import Alert, Channel
from triage.vocabulary import Kind
from triage.walk.deliveries import hook_address
from triage.watch.alerts import open_alerts
from triage.watch.budgets import Used, used_by
from triage.watch.tokens import sealed_tokens


def told(rows: Iterable[Channel]) -> list[dict[str, Any]]:
    """Each channel as data."""
    shown = list(rows)
    used = used_by(shown)
    alerts: dict[int, list[Alert]] = {}
    for alert in open_alerts():
        alerts.setdefault(alert.channel_id, []).append(alert)
    return [_told(row, used.get(row.pk, Used()), alerts.get(row.pk, [])) for row in shown]


def in_a_line(data: Mapping[str, Any]) -> str:
    """The same as one line for a person, and a line for each alert."""
    last = (data["last_success_at"] or "never")[:16].replace("T", " ")
    spent = data["used"]["cost_this_month"]
    head = f"{data['name']:<24} {data['kind']:<10} {data['state']:<8} last success {last}"
    cost = f"  ${spent:.2f} this month" if spent else ""
    error = f"  {data['error']['message']}" if data["error"] else ""
    alerts = [f"  ! {alert['sentence']}" for alert in data["alerts"]]
    return "\n".join([head + cost + error, *alerts])


def _told(row: Channel, used: Used, alerts: list[Alert]) -> dict[str, Any]:
    return {
        "name": row.name,
        "kind": row.source,
        "community": row.kind == Kind.COMMUNITY,
        "brand": row.brand or None,
        "state": row.state,
        "settings": row.settings,
        "secrets": row.secret_names,
        "stored": sorted(sealed_tokens(row)),
        "interval": row.interval,
        "hook": hook_address(row),
        "error": {"kind": row.error_kind, "message": row.error} if row.error else None,
        "failures": row.failures,
        "last_success_at": _iso(row.last_success_at),
        "last_post_at": _iso(row.last_post_at),
        "next_pull_at": row.next_pull_at.isoformat(),
        "lag_seconds": row.lag_seconds,
        "late_seconds": row.late_seconds,
        "key_expires_at": _iso(row.expires_at),
        "used": {
            "calls_today": used.calls_today,
            "posts_this_month": used.posts_month,
            "cost_this_month": used.dollars_month,
            "account_cost_this_month": used.account_dollars,
        },
        "budget": _budget(row),
        "backfill": _backfill(row),
        "alerts": [
            {"kind": alert.kind, "sentence": alert.sentence, "since": alert.first_seen.isoformat()}
            for alert in alerts
        ],
    }


def _budget(row: Channel) -> dict[str, Any] | None:
    account = row.account
    if account is None:
        return None
    return {
        "allowed": account.allowed,
        "remaining": account.remaining,
        "reset_at": _iso(account.reset_at),
        "rest_until": _iso(account.rest_until),
    }


def _backfill(row: Channel) -> dict[str, Any] | None:
    filled = getattr(row, "backfill", None)
    if filled is None:
        return None
    return {
        "state": filled.state,
        "until": filled.until.isoformat(),
        "reached": _iso(filled.reached),
        "new": filled.new,
        "error": filled.error or None,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
