"""What `triage channel list` tells of a channel."""

from datetime import datetime
from typing import Any

from triage.tables import Channel
from triage.vocabulary import Kind
from triage.walk.deliveries import hook_address
from triage.watch.looking import Look, channel_json
from triage.watch.tokens import sealed_tokens
from triage.web.watched import watched


def told(look: Look) -> dict[str, Any]:
    """A channel as data: all that the API tells of it, and how it is set up.

    `kind` is here what it is made with (`triage channel kinds`), which the API calls `source`, and
    `error` an object.
    """
    row, used = look.channel, look.used
    return channel_json(look) | {
        "kind": row.source,
        "community": row.kind == Kind.COMMUNITY,
        "brand": row.brand or None,
        "settings": row.settings,
        "secrets": row.secret_names,
        "stored": sorted(sealed_tokens(row)),
        "interval": row.interval,
        "hook": hook_address(row),
        "error": {"kind": row.error_kind, "message": row.error} if row.error else None,
        "used": {
            "calls_today": used.calls_today,
            "posts_this_month": used.posts_month,
            "cost_this_month": used.dollars_month,
            "account_cost_this_month": used.account_dollars,
        },
        "budget": _budget(row),
        "alerts": [
            {"kind": alert.kind, "sentence": alert.sentence, "since": alert.first_seen.isoformat()}
            for alert in look.alerts
        ],
    }


def in_lines(look: Look, *, now: datetime) -> str:
    """The same for a person, in the words of the page: how it is, its figures, its alerts."""
    shown = watched(look.channel, now=now, used=look.used, alerts=look.alerts)
    last, post = shown.last_success, shown.last_post
    lines = [
        f"{shown.name:<24} {shown.source:<10} {shown.state}",
        f"last success {last.short if last else 'never'}, last new post "
        f"{post.short if post else 'none yet'}, next pull {shown.next_pull}",
        *(f"{name}: {words}" for name, words in shown.figures),
    ]
    lines += [words for words in (shown.error, shown.checked) if words]
    lines += [f"! {alert.sentence}" for alert in look.alerts]
    return "\n    ".join(lines)


def _budget(row: Channel) -> dict[str, Any] | None:
    account = row.account
    if account is None:
        return None
    return {
        "allowed": account.allowed,
        "remaining": account.remaining,
        "reset_at": account.reset_at.isoformat() if account.reset_at else None,
        "rest_until": account.rest_until.isoformat() if account.rest_until else None,
    }
