"""What the metrics tell of each channel."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from triage.tables import Channel
from triage.watch.alerts import open_alerts
from triage.watch.budgets import Used, used_by

TIMES = {
    "last_success": ("last_success_at", "the last pull that succeeded; missing if none did."),
    "last_post": ("last_post_at", "the last new post; missing before the first."),
    "key_expiry": ("expires_at", "the end of its key; missing where no platform told."),
}


def channel_metrics() -> Iterator[Metric]:
    """Failures, times, lag, use and alerts, in three queries however many channels there are."""
    rows = list(Channel.objects.exclude(state=Channel.State.REMOVED).order_by("name"))
    yield _gauge("failures", "Failed pulls in a row.", {c.name: c.failures for c in rows})
    for name, (field, words) in TIMES.items():
        found = {row.name: moment.timestamp() for row in rows if (moment := getattr(row, field))}
        yield _gauge(f"{name}_timestamp", f"Unix time of {words}", found)
    lags = {row.name: row.lag_seconds for row in rows if row.lag_seconds is not None}
    yield _gauge("lag_seconds", "From the platform's time of the newest posts to ours.", lags)
    used = used_by(rows)
    mine = {row.name: used.get(row.pk, Used()) for row in rows}
    calls = {name: each.calls_today for name, each in mine.items()}
    yield _gauge("calls_today", "Calls since midnight UTC.", calls)
    dollars = {name: each.dollars_month for name, each in mine.items()}
    yield _gauge("cost_dollars", "Cost since the month began (UTC).", dollars)
    yield _alerts()


def _gauge(name: str, words: str, values: dict[str, float] | dict[str, int]) -> Metric:
    metric = GaugeMetricFamily(f"triage_channel_{name}", words, labels=["channel"])
    for channel, value in values.items():
        metric.add_metric([channel], value)
    return metric


def _alerts() -> Metric:
    metric = GaugeMetricFamily("triage_alerts", "Open alerts.", labels=["channel", "kind"])
    for alert in open_alerts():
        metric.add_metric([alert.channel.name, alert.kind], 1)
    return metric
