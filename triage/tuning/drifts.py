"""Drifts: the comparisons that stand, as the page, the API and the command tell them.

Nothing here compares, so that pages can import it; `triage.tuning.drift` and
`triage.tuning.incoming` do.
"""

from typing import Any

from django.db.models import QuerySet

from triage.tables import Drift, InputDrift


def most_changed(rows: QuerySet[Drift]) -> QuerySet[Drift]:
    """What the model says, those that somebody should see first, then the largest change first."""
    order = "-drifting", "-effect", "channel__name", "lang"
    return rows.select_related("channel").order_by(*order)


def most_unusual(rows: QuerySet[InputDrift]) -> QuerySet[InputDrift]:
    """What people write, those that somebody should see first, then the least likely first."""
    order = "-drifting", "chance", "channel__name", "lang"
    return rows.select_related("channel").order_by(*order)


def drift_json(row: Drift) -> dict[str, Any]:
    """One comparison of what the model says as one JSON object."""
    return {
        "channel": row.channel.name,
        "lang": row.lang or None,
        "measured_at": row.measured_at.isoformat(),
        "model": row.model,
        "before": row.before,
        "now": row.now,
        "statistic": row.statistic,
        "chance": row.chance,
        "effect": row.effect,
        "drifting": row.drifting,
        "shares": row.shares,
        "said": row.said,
    }


def input_json(row: InputDrift) -> dict[str, Any]:
    """One comparison of what people write as one JSON object."""
    return {
        "channel": row.channel.name,
        "lang": row.lang or None,
        "measured_at": row.measured_at.isoformat(),
        "before": row.before,
        "now": row.now,
        "tested": row.tested,
        "words": [{"word": word, "before": was, "now": is_} for word, was, is_ in row.words],
        "chance": row.chance,
        "length_before": row.length_before,
        "length_now": row.length_now,
        "length_effect": row.length_effect,
        "length_chance": row.length_chance,
        "drifting": row.drifting,
        "said": row.said,
    }
