"""The response times page: how soon a week's conversations were answered and done; and its files.

Who did how much is shown to ops and admins alone: the figures are there to plan by.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from triage.access import items_for, may_tune
from triage.sheets import MARK, csv_lines
from triage.staff.audit import note
from triage.times.figures import CONVERSATION, Figures, each_conversation, flat, response_figures
from triage.times.reports import UNKNOWN, read_week, today_in, week_word
from triage.times.tallies import Took
from triage.tuning.policies import policy_in_force
from triage.tuning.policy import Rulebook
from triage.vocabulary import label
from triage.web.counts import counts_for
from triage.web.doors import Request, in_a_team
from triage.web.frame import frame
from triage.web.reports import spell
from triage.web.showing import queue_name

TITLES = {
    "all": ("All conversations", "Scope"),
    "queue": ("By queue", "Queue"),
    "intent": ("By intent", "Intent"),
    "priority": ("By priority", "Priority"),
    "department": ("By department", "Department"),
    "person": ("By person", "Person"),
}
"""What the table of a group is called, and its first column."""
FILES = {
    "figures-csv": "Download CSV",
    "figures-json": "Download JSON",
    "conversations-csv": "Download all conversations (CSV)",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One group in words."""

    name: str
    conversations: int
    reply: tuple[str, str, str]
    resolution: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """The week that somebody looks at, and what counts in it."""

    starts: date
    policy: Rulebook
    now: datetime

    @property
    def word(self) -> str:
        """`2026-W47`."""
        return week_word(self.starts)


@in_a_team
def response_times(request: Request) -> HttpResponse:
    """The figures of one week, group by group; `week` says which, else it is this one."""
    asked = _asked(request)
    found = _figures(request, asked)
    following = asked.starts + timedelta(days=7)
    here = today_in(asked.policy.hours.zone, asked.now)
    page = {
        **frame(request.user, counts_for(request.user), here="response-times"),
        "word": asked.word,
        "starts": asked.starts,
        "ends": following - timedelta(days=1),
        "tables": [
            (*TITLES[group], [_row(row) for row in rows])
            for group, rows in groupby(found, key=lambda row: row.group)
        ],
        "nothing": not found[0].conversations,
        "promises": bool(asked.policy.targets),
        "by_person": may_tune(request.user),
        "earlier": _address("response-times", asked.starts - timedelta(days=7)),
        "later": _address("response-times", following) if following <= here else "",
        "report": _address("reports", asked.starts),
        "files": [(words, _address(name, asked.starts)) for name, words in FILES.items()],
    }
    return render(request, "responsetimes.html", page)


@in_a_team
def figures_csv(request: Request) -> HttpResponseBase:
    """The figures of the page as a sheet."""
    asked = _asked(request)
    rows = [flat(row) for row in _figures(request, asked)]
    return _sheet(request, asked, "response-times", list(rows[0]), rows)


@in_a_team
def figures_json(request: Request) -> HttpResponse:
    """The figures of the page as JSON, in the shape of the API."""
    asked = _asked(request)
    rows = [flat(row) for row in _figures(request, asked)]
    name = f"response-times-{asked.word}.json"
    note("exported", by=request.user, target=name)
    answer = JsonResponse({"week": asked.word, "rows": rows}, json_dumps_params={"indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@in_a_team
def conversations_csv(request: Request) -> HttpResponseBase:
    """The conversations behind the figures as a sheet, a row each, sent as it is read."""
    asked = _asked(request)
    items = items_for(request.user)
    rows = each_conversation(items, asked.starts, policy=asked.policy, now=asked.now)
    return _sheet(request, asked, "conversations", CONVERSATION, rows)


def _asked(request: Request) -> Asked:
    policy, now = policy_in_force(), timezone.now()
    today = today_in(policy.hours.zone, now)
    starts = read_week(request.GET.get("week", ""), today=today)
    if starts is None:
        raise Http404
    return Asked(starts, policy, now)


def _figures(request: Request, asked: Asked) -> list[Figures]:
    user = request.user
    return response_figures(
        items_for(user), asked.starts, policy=asked.policy, now=asked.now, people=may_tune(user)
    )


def _sheet(
    request: Request,
    asked: Asked,
    what: str,
    columns: Iterable[str],
    rows: Iterable[Mapping[str, Any]],
) -> StreamingHttpResponse:
    name = f"{what}-{asked.word}.csv"
    note("exported", by=request.user, target=name)
    answer = StreamingHttpResponse(
        _marked(csv_lines(list(columns), rows)), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _marked(lines: Iterator[str]) -> Iterator[str]:
    yield MARK
    yield from lines


def _address(name: str, starts: date) -> str:
    return f"{reverse(name)}?week={week_word(starts)}"


def _row(row: Figures) -> Row:
    return Row(_name(row), row.conversations, _told(row.reply), _told(row.resolution))


def _name(row: Figures) -> str:
    if row.group == "queue":
        return queue_name(row.name)
    if row.group == "intent" and row.name != UNKNOWN:
        return label(row.name)
    if row.group in ("intent", "department"):
        return f"{row.name[:1].upper()}{row.name[1:]}"
    return row.name or "All"


def _told(took: Took) -> tuple[str, str, str]:
    """The median, what nine in ten took at most, and how many promises were kept."""
    in_time = f"{took.kept} of {took.promised}" if took.promised else ""
    return spell(took.median), spell(took.p90), in_time
