"""What the metrics tell of each channel."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from django.db.models import Count
from django.utils import timezone
from prometheus_client.metrics_core import Metric

from triage.tables import Channel, Run
from triage.watch.alerts import open_alerts
from triage.watch.budgets import Used, used_by
from triage.web.gauges import each, several

RECENT = timedelta(hours=1)
TIMES = {
    "last_success": ("last_success_at", "the last pull that succeeded; missing if none did."),
    "last_post": ("last_post_at", "the last new post; missing before the first."),
    "key_expiry": ("expires_at", "the end of its key; missing where no platform told."),
}


def channel_metrics() -> Iterator[Metric]:
    """State, times, lag, use and alerts, in four queries however many channels there are."""
    watched = Channel.objects.exclude(state=Channel.State.REMOVED).select_related("account")
    rows = list(watched.order_by("name"))
    yield _states(rows)
    yield _gauge("failures", "Failed pulls in a row.", {c.name: c.failures for c in rows})
    for name, (field, words) in TIMES.items():
        found = {row.name: moment.timestamp() for row in rows if (moment := getattr(row, field))}
        yield _gauge(f"{name}_timestamp", f"Unix time of {words}", found)
    lags = {row.name: row.lag_seconds for row in rows if row.lag_seconds is not None}
    yield _gauge("lag_seconds", "From the platform's time of the newest posts to ours.", lags)
    late = {row.name: row.late_seconds for row in rows if row.late_seconds is not None}
    yield _gauge("late_seconds", "How late the last pull began.", late)
    yield from _budgets(rows)
    used = used_by(rows)
    mine = {row.name: used.get(row.pk, Used()) for row in rows}
    calls = {name: use.calls_today for name, use in mine.items()}
    yield _gauge("calls_today", "Calls since midnight UTC.", calls)
    posts = {name: use.posts_month for name, use in mine.items()}
    yield _gauge("posts_month", "Posts read since the month began (UTC).", posts)
    dollars = {name: use.dollars_month for name, use in mine.items()}
    yield _gauge("cost_dollars", "Cost since the month began (UTC).", dollars)
    yield _alerts()
    yield _pulls()


def _states(rows: Sequence[Channel]) -> Metric:
    states = {(row.name, row.state): 1.0 for row in rows}
    return several("channel_state", "The state of a channel.", ("channel", "state"), states)


def _budgets(rows: Sequence[Channel]) -> Iterator[Metric]:
    told = [(row, row.account) for row in rows if row.account and row.account.remaining is not None]
    left = {row.name: account.remaining or 0 for row, account in told}
    yield _gauge("calls_left", "Calls that the platform still allows its account.", left)
    allowed = {row.name: account.allowed or 0 for row, account in told}
    yield _gauge("calls_allowed", "Calls that the platform allows its account in all.", allowed)
    caps = {row.name: row.settings.get("monthly_cap") for row in rows}
    money = {name: float(cap) for name, cap in caps.items() if cap}
    yield _gauge("cap_dollars", "What the channel's account may cost a month.", money)


def _pulls() -> Metric:
    """By the index of each channel's latest runs, so that a long log costs nothing."""
    recent = Run.objects.filter(
        channel__in=Channel.objects.exclude(state=Channel.State.REMOVED).values("pk"),
        started_at__gte=timezone.now() - RECENT,
    )
    told = recent.order_by().values_list("error_kind").annotate(number=Count("id"))
    found = {kind or "none": float(number) for kind, number in told}
    return each("pulls_last_hour", "Pulls that began in the last hour.", "error", found)


def _gauge(name: str, words: str, values: Mapping[str, float]) -> Metric:
    return each(f"channel_{name}", words, "channel", values)


def _alerts() -> Metric:
    found = {(alert.channel.name, alert.kind): 1.0 for alert in open_alerts()}
    return several("alerts", "Open alerts.", ("channel", "kind"), found)
