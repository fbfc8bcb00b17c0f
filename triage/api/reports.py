"""Reports over the API: a week by measure, and how soon its conversations were answered."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from triage.access import items_for, may_tune
from triage.api.doors import person
from triage.api.shapes import Error
from triage.times.figures import flat, response_figures
from triage.times.reports import read_week, today_in, week_report, week_word
from triage.tuning.policies import policy_in_force
from triage.tuning.policy import Rulebook

router = Router(tags=["reports"])
WeekName = Annotated[
    str, Query(max_length=20, description="For example 2026-W47; without it, this week")
]


class LineShape(Schema):
    """What one intent's measure had of a week; `before` is the number of the week before.

    `reply_seconds` is the median of business time to the first reply; `in_time` of `promised`
    first replies that were due came in time. `negative` of `heard` conversations sound negative.
    """

    intent: str
    measure: str | None
    department: str | None
    role: str
    opened: int
    before: int
    open: int
    handed_off: int
    replied: int
    reply_seconds: float | None
    in_time: int
    promised: int
    heard: int
    negative: int


class WeekShape(Schema):
    """A week by measure, the one with the most talk first."""

    week: str
    starts: date
    ends: date
    opened: int
    before: int
    lines: list[LineShape]


class FiguresShape(Schema):
    """How soon the conversations of one group were answered and done.

    Seconds of business time: the median, and what nine in ten took at most; null without any. Of
    `…_promised` promises that were kept or are late, `…_kept` were kept.
    """

    group: Literal["all", "queue", "intent", "priority", "department", "person"]
    name: str
    conversations: int
    reply_number: int
    reply_median: float | None
    reply_p90: float | None
    reply_kept: int
    reply_promised: int
    resolution_number: int
    resolution_median: float | None
    resolution_p90: float | None
    resolution_kept: int
    resolution_promised: int


class TimesShape(Schema):
    """The figures of a week: of all, then group by group; by person only for ops and admins."""

    week: str
    rows: list[FiguresShape]


@router.get("/reports/week", response={200: WeekShape, 404: Error}, summary="A week by measure")
def week(request: HttpRequest, week: WeekName = "") -> dict[str, Any]:
    """Which success measure a week's talk moved, and who is accountable for it."""
    policy, now, starts = _asked(week)
    found = week_report(items_for(person(request)), starts, policy=policy, now=now)
    return {"week": week_word(starts), **asdict(found)}


@router.get("/reports/times", response={200: TimesShape, 404: Error}, summary="Response times")
def times(request: HttpRequest, week: WeekName = "") -> dict[str, Any]:
    """First replies and resolutions of the conversations that reached us in a week."""
    policy, now, starts = _asked(week)
    user = person(request)
    found = response_figures(items_for(user), starts, policy=policy, now=now, people=may_tune(user))
    return {"week": week_word(starts), "rows": [flat(row) for row in found]}


def _asked(word: str) -> tuple[Rulebook, datetime, date]:
    policy, now = policy_in_force(), timezone.now()
    starts = read_week(word, today=today_in(policy.hours.zone, now))
    if starts is None:
        raise Http404(f"{word!r} is no week up to now; write it as 2026-W47.")
    return policy, now, starts
