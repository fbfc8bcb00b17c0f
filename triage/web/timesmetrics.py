"""What the metrics tell of response times: the week so far, as the page and the API have it."""

from collections.abc import Iterator

from django.core.cache import cache
from django.utils import timezone
from prometheus_client.metrics_core import Metric

from triage.tables import Item
from triage.times.figures import Figures, response_figures
from triage.times.reports import monday_of, today_in
from triage.tuning.policies import policy_in_force
from triage.web.gauges import each, several

KEPT_SECONDS = 60
"""A scraper asks every few seconds; a week's conversations are read once a minute."""


def times_metrics() -> Iterator[Metric]:
    """First replies and resolutions of the conversations that reached us this week, by queue."""
    found = cache.get_or_set("times-metrics", _figures, KEPT_SECONDS)
    assert isinstance(found, list)
    conversations = {row.name: float(row.conversations) for row in found}
    yield each("week_conversations", "Conversations of this week.", "queue", conversations)
    for what, words, many in (
        ("reply", "first reply", "first replies"),
        ("resolution", "end", "ends"),
    ):
        sides = {row.name: getattr(row, what) for row in found}
        seconds = {
            (queue, quantile): value
            for queue, took in sides.items()
            for quantile, value in (("0.5", took.median), ("0.9", took.p90))
        }
        yield several(
            f"week_{what}_seconds",
            f"Business time to the {words} of this week's conversations.",
            ("queue", "quantile"),
            seconds,
        )
        kept = {
            queue: took.kept / took.promised if took.promised else None
            for queue, took in sides.items()
        }
        words = f"Part of the {many} promised this week that came in time."
        yield each(f"week_{what}_kept_ratio", words, "queue", kept)


def _figures() -> list[Figures]:
    policy, now = policy_in_force(), timezone.now()
    starts = monday_of(today_in(policy.hours.zone, now))
    found = response_figures(Item.objects.all(), starts, policy=policy, now=now)
    return [row for row in found if row.group == "queue"]
