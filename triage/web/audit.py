"""The audit page: who did what, with filters."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from triage.access import audit_for
from triage.numbers import whole
from triage.staff.audit import EVENTS, Asked, look_up
from triage.tables import AuditEntry
from triage.web.counts import counts_for
from triage.web.doors import Request, admins
from triage.web.frame import frame
from triage.web.showing import Moment, moment

SIZE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as the page shows it."""

    when: Moment
    actor: str
    words: str
    target: str
    details: str
    address: str


@admins
def audit(request: Request) -> HttpResponse:
    """The newest entries that were asked for; `before` is the id that a page ends with."""
    typed = {name: request.GET.get(name, "").strip() for name in ("event", "actor", "on")}
    entries = look_up(audit_for(request.user), _asked(**typed))
    before = whole(request.GET.get("before", ""))
    if before is not None:
        entries = entries.filter(pk__lt=before)
    found = list(entries[: SIZE + 1])
    now = timezone.now()
    older = {**typed, "before": found[SIZE - 1].pk} if len(found) > SIZE else {}
    page = {
        **frame(request.user, counts_for(request.user), here="audit"),
        "lines": [_line(entry, now) for entry in found[:SIZE]],
        "events": EVENTS.items(),
        "typed": typed,
        "older": urlencode(older),
    }
    return render(request, "audit.html", page)


def _asked(*, event: str, actor: str, on: str) -> Asked:
    """What was typed; an event or a day that there is none of asks for nothing."""
    try:
        since = datetime.combine(date.fromisoformat(on), time(), timezone.get_current_timezone())
        until = since + timedelta(days=1)
    except (ValueError, OverflowError):
        return Asked(event if event in EVENTS else "", actor[:150].replace("\0", ""))
    return Asked(event if event in EVENTS else "", actor[:150].replace("\0", ""), since, until)


def _line(entry: AuditEntry, now: datetime) -> Line:
    details = ", ".join(f"{name}: {_plain(value)}" for name, value in entry.details.items())
    return Line(
        when=moment(entry.at, now=now),
        actor=entry.actor,
        words=EVENTS.get(entry.event, entry.event),
        target=entry.target,
        details=details,
        address=entry.address or "",
    )


def _plain(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
