"""The tuning page: thresholds, what moving them would change, and the way to have it so."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from triage.tables import Resorting
from triage.tuning.policies import policy_in_force, policy_row, put_in_force
from triage.tuning.policy import PolicyError, Rulebook
from triage.tuning.policytext import with_thresholds
from triage.tuning.standing import ask_resorting, latest_resorting
from triage.web.counts import counts_for
from triage.web.doors import Request, tuners
from triage.web.frame import frame
from triage.web.preview import preview
from triage.web.showing import plural, thousands
from triage.web.thresholds import DAYS, Asked, intent_fields, queue_fields, read_asked
from triage.web.typed import number


@tuners
def tuning(request: Request) -> HttpResponse:
    """The sliders; with values in the address also what they would change. Saved with a reason."""
    if request.method == "POST":
        return _save(request)
    return _page(request, request.GET)


@tuners
def foreseen(request: Request) -> HttpResponse:
    """The panel beside the sliders, as a script asks for it when one has moved."""
    return render(request, "tuningpreview.html", _panel(request, request.GET))


@require_POST
@tuners
def resort(request: Request) -> HttpResponse:
    """Ask a worker to bring what waits to where the policy in force would put it."""
    row = ask_resorting(user=request.user)
    messages.success(request, f"Re-sorting waiting items under policy {row.policy_version}.")
    return HttpResponseRedirect(reverse("tuning"))


def _save(request: Request) -> HttpResponse:
    form = request.POST
    try:
        row = policy_row()
        asked = read_asked(_typed(form), policy_in_force())
        text = with_thresholds(row.text, asked.queues, asked.intents)
        seen = number(form.get("seen", ""))
        reason = form.get("reason", "")
        saved = put_in_force(text, author=request.user, reason=reason, seen=seen)
    except PolicyError as refused:
        return _page(request, form, refused=str(refused), status=409)
    messages.success(
        request,
        f"Policy {saved.version} is active. Waiting items stay put until you re-sort them.",
    )
    return HttpResponseRedirect(f"{reverse('tuning')}?days={asked.days}")


def _page(
    request: Request, form: QueryDict, *, refused: str = "", status: int = 200
) -> HttpResponse:
    current = policy_in_force()
    panel = _panel(request, form) if form else None
    if panel and refused:  # they have been told what has changed meanwhile, and may go on
        panel["seen"] = current.version
    asked = panel["asked"] if panel else read_asked({}, current)
    page = {
        **frame(request.user, counts_for(request.user), here="tuning"),
        "policy": policy_row(),
        "queues": queue_fields(asked),
        "intents": intent_fields(asked),
        "days": [(days, days == asked.days) for days in DAYS],
        "resorting": _resorting(latest_resorting()),
        "refused": refused,
        **(panel or {"seen": current.version}),
    }
    return render(request, "tuning.html", page, status=status)


def _panel(request: Request, form: QueryDict) -> dict[str, Any]:
    """What the panel needs; a value that is none leaves the policy in force, and says so."""
    current = policy_in_force()
    try:
        asked, wrong = read_asked(_typed(form), current), ""
    except PolicyError as error:
        asked, wrong = read_asked({}, current), str(error)
    return {
        "asked": asked,
        "wrong": wrong,
        "fields": [*queue_fields(asked), *intent_fields(asked)],
        "queues": queue_fields(asked),
        "same": asked.same_as(current),
        "seen": number(form.get("seen", "")) or current.version,
        "next": current.version + 1,
        "reason": form.get("reason", ""),
        "preview": _preview(request, asked, current),
    }


def _preview(request: Request, asked: Asked, current: Rulebook) -> Any:
    draft = asked.draft(current)
    return preview(request.user, draft, current, days=asked.days, now=timezone.now())


def _typed(form: QueryDict) -> dict[str, str]:
    return {name: str(value) for name, value in form.items()}


def _resorting(row: Resorting | None) -> str:
    if row is None:
        return ""
    done = f"{plural(row.moved, 'item')} moved"
    if row.adjusted:
        done += f", {thousands(row.adjusted)} stayed with a new priority or tag"
    if row.finished_at is None:
        return f"Re-sorting under policy {row.policy_version}: {done} so far."
    return f"Last re-sorted under policy {row.policy_version}: {done}."
