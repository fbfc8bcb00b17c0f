"""The reports page: which measure a week of social talk moved, and for whom."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from triage.access import items_for
from triage.times.echoes import echoes
from triage.times.reports import (
    Line,
    Week,
    items_of_week,
    read_week,
    today_in,
    week_report,
    week_word,
)
from triage.tuning.policies import policy_in_force
from triage.vocabulary import label
from triage.web.counts import counts_for
from triage.web.doors import Request, in_a_team
from triage.web.frame import frame


@dataclass(frozen=True, slots=True)
class Row:
    """A line in words; `share` is its part of the busiest line, in percent."""

    intent: str
    measure: str
    accountable: str
    role: str
    opened: int
    share: int
    change: str
    open: int
    first_reply: str
    in_time: str
    negative: str


@in_a_team
def reports(request: Request) -> HttpResponse:
    """One week; `week` names it, else it is this one."""
    policy, now = policy_in_force(), timezone.now()
    today = today_in(policy.hours.zone, now)
    starts = read_week(request.GET.get("week", ""), today=today)
    if starts is None:
        raise Http404
    found = week_report(items_for(request.user), starts, policy=policy, now=now)
    following = starts + timedelta(days=7)
    items = items_of_week(items_for(request.user), starts, zone=policy.hours.zone)
    page = {
        **frame(request.user, counts_for(request.user), here="reports"),
        "week": found,
        "word": week_word(starts),
        "rows": _rows(found),
        "echoes": echoes(items),
        "change": _change(found.opened, found.before),
        "earlier": _address(week_word(starts - timedelta(days=7))),
        "later": _address(week_word(following)) if following <= today else "",
    }
    return render(request, "reports.html", page)


def _address(word: str) -> str:
    return f"{reverse('reports')}?week={word}"


def _rows(week: Week) -> list[Row]:
    busiest = max((line.opened for line in week.lines), default=0) or 1
    return [_row(line, busiest) for line in week.lines]


def _row(line: Line, busiest: int) -> Row:
    return Row(
        intent=label(line.intent),
        measure=line.measure or "No action needed",
        accountable=line.department or "–",
        role=line.role,
        opened=line.opened,
        share=round(100 * line.opened / busiest),
        change=_change(line.opened, line.before),
        open=line.open,
        first_reply=spell(line.reply_seconds),
        in_time=f"{line.in_time} of {line.promised}" if line.promised else "",
        negative=f"{line.negative} of {line.heard}" if line.heard else "",
    )


def _change(number: int, before: int) -> str:
    if number == before:
        return "same as last week"
    more = number - before
    return f"{abs(more)} {'more' if more > 0 else 'fewer'} than last week"


def spell(seconds: float | None) -> str:
    """A span of business time as people say it: `45 min`, `3.5 h`; nothing where there is none."""
    if seconds is None:
        return ""
    minutes = round(seconds / 60)
    if not minutes:
        return "under 1 min"
    return f"{minutes} min" if minutes < 90 else f"{minutes / 60:.1f} h".replace(".0 h", " h")
