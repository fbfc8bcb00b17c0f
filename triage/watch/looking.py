"""Looking: a channel with what it uses and what is wrong with it, for page, API and command."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from triage.tables import Alert, Channel
from triage.watch.budgets import Used, used_by


@dataclass(frozen=True, slots=True)
class Look:
    """A channel, what it used today and this month, and its open alerts."""

    channel: Channel
    used: Used
    alerts: tuple[Alert, ...]


def look_at(
    channels: Iterable[Channel], *, alerts: Iterable[Alert] = (), now: datetime
) -> list[Look]:
    """The channels in the order given, each with those of the alerts that are its own.

    It takes one query however many there are; fetch them with their account and backfill.
    """
    rows = list(channels)
    used = used_by(rows, now=now)
    told: dict[int, list[Alert]] = {}
    for alert in alerts:
        told.setdefault(alert.channel_id, []).append(alert)
    return [Look(row, used.get(row.pk, Used()), tuple(told.get(row.pk, ()))) for row in rows]


def channel_json(look: Look) -> dict[str, Any]:
    """How a channel is as one JSON object: times in ISO 8601, spans in seconds, what is not known
    as null."""
    row, used = look.channel, look.used
    return {
        "name": row.name,
        "kind": row.kind,
        "source": row.source,
        "state": row.state,
        "error": row.error or None,
        "error_kind": row.error_kind or None,
        "failures": row.failures,
        "last_success_at": _iso(row.last_success_at),
        "last_post_at": _iso(row.last_post_at),
        "next_pull_at": row.next_pull_at.isoformat(),
        "lag_seconds": row.lag_seconds,
        "late_seconds": row.late_seconds,
        "key_expires_at": _iso(row.expires_at),
        "calls_today": used.calls_today,
        "posts_month": used.posts_month,
        "limit": _limit(row),
        "cost": _cost(row, used),
        "backfill": _backfill(row),
        "checked_at": _iso(row.checked_at),
        "check_said": row.check_said or None,
    }


def _limit(row: Channel) -> dict[str, Any] | None:
    account = row.account
    if account is None or account.remaining is None:
        return None
    return {
        "allowed": account.allowed,
        "remaining": account.remaining,
        "resets_at": _iso(account.reset_at),
    }


def _cost(row: Channel, used: Used) -> dict[str, Any]:
    cap = row.settings.get("monthly_cap")
    return {
        "channel": used.dollars_month,
        "account": used.account_dollars,
        "cap": float(cap) if cap else None,
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
