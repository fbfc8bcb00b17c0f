"""The intents page: what posts can be about, how far the model is with each, and how it grows."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from triage.desk.acting import ActRefused
from triage.desk.relabelling import mislabelled, relabel
from triage.tables import IntentRow
from triage.tuning.growing import (
    QUEUES,
    IntentRefused,
    Wanted,
    add_intent,
    edit_intent,
    intent_rows,
    merge_intents,
    restore_intent,
    retire_intent,
)
from triage.tuning.policies import policy_row
from triage.tuning.stalenames import stale_names
from triage.tuning.uptake import LEAST
from triage.vocabulary import NOISE, label
from triage.web.counts import counts_for
from triage.web.doors import Request, tuners
from triage.web.frame import frame
from triage.web.intentlines import lines
from triage.web.showing import plural, queue_name

FIELDS = ("name", "measure", "department", "public", "community", "guide", "examples", "reason")


@tuners
def intents(request: Request) -> HttpResponse:
    """All of them, and a form for a new one."""
    if request.method != "POST":
        return _page(request, {})
    form = request.POST
    try:
        row = add_intent(_name(form), _wanted(form), by=request.user, reason=form.get("reason", ""))
    except IntentRefused as refused:
        return _page(request, _typed(form), refused=str(refused))
    messages.success(
        request,
        f"{label(row.name).capitalize()} added. People can use it now; the model learns "
        f"it once {LEAST} posts carry it.",
    )
    return HttpResponseRedirect(reverse("intents"))


@tuners
def intent(request: Request, name: str) -> HttpResponse:
    """One of them, to be changed, merged or retired."""
    row = _find(name)
    if request.method != "POST":
        return _one(request, row, _values(row))
    form = request.POST
    try:
        seen = int(word) if (word := form.get("seen", "")).isdecimal() else None
        reason = form.get("reason", "")
        edit_intent(name, _wanted(form), by=request.user, reason=reason, seen=seen)
    except IntentRefused as refused:
        return _one(request, _find(name), _typed(form), refused=str(refused))
    messages.success(request, f"{label(name).capitalize()} saved.")
    return HttpResponseRedirect(reverse("intents"))


@require_POST
@tuners
def merge(request: Request, name: str) -> HttpResponse:
    """Read it as another one from now on."""
    row, into = _find(name), request.POST.get("into", "")
    try:
        merge_intents(name, into=into, by=request.user, reason=request.POST.get("reason", ""))
    except IntentRefused as refused:
        return _one(request, row, _values(row), refused=str(refused))
    told = f"{label(name).capitalize()} now counts as {label(into)}."
    if left := mislabelled().get(name, 0):
        told += f" {plural(left, 'open item')} can be relabelled below."
    messages.success(request, told)
    return HttpResponseRedirect(reverse("intents"))


@require_POST
@tuners
def retire(request: Request, name: str) -> HttpResponse:
    """Have it said no more."""
    row = _find(name)
    try:
        retire_intent(name, by=request.user, reason=request.POST.get("reason", ""))
    except IntentRefused as refused:
        return _one(request, row, _values(row), refused=str(refused))
    messages.success(
        request,
        f"{label(name).capitalize()} is retired. Posts the model still sorts as it go to review.",
    )
    return HttpResponseRedirect(reverse("intents"))


@require_POST
@tuners
def restore(request: Request, name: str) -> HttpResponse:
    """Bring it back."""
    _find(name)
    try:
        restore_intent(name, by=request.user, reason=request.POST.get("reason", ""))
    except IntentRefused as refused:
        return _page(request, {}, refused=str(refused))
    messages.success(request, f"{label(name).capitalize()} is active again.")
    return HttpResponseRedirect(reverse("intents"))


@require_POST
@tuners
def relabel_items(request: Request, name: str) -> HttpResponse:
    """Give the open items of a merged one the name of its successor."""
    _find(name)
    try:
        done, left = relabel(name, request.user)
    except ActRefused as refused:
        return _page(request, {}, refused=str(refused))
    more = f"; {plural(left, 'item is', 'items are')} left" if left else ""
    messages.success(request, f"{plural(done, 'item')} relabelled{more}.")
    return HttpResponseRedirect(reverse("intents"))


def _page(request: Request, typed: dict[str, str], *, refused: str = "") -> HttpResponse:
    found = lines(now=timezone.now())
    page: dict[str, Any] = {
        **frame(request.user, counts_for(request.user), here="intents"),
        "lines": [line for line in found if not line.ended],
        "ended": [line for line in found if line.ended],
        "stale": stale_names(policy_row().text),
        "typed": typed,
        "queues": [(queue.value, queue_name(queue)) for queue in QUEUES],
        "refused": refused,
    }
    return render(request, "intents.html", page, status=409 if refused else 200)


def _one(
    request: Request, row: IntentRow, typed: dict[str, str], *, refused: str = ""
) -> HttpResponse:
    others = [each.name for each in intent_rows() if each.retired_at is None and each != row]
    page: dict[str, Any] = {
        **frame(request.user, counts_for(request.user), here="intents"),
        "row": row,
        "words": label(row.name),
        "fixed": row.name == NOISE,
        "others": [(name, label(name)) for name in others],
        "typed": typed,
        "queues": [(queue.value, queue_name(queue)) for queue in QUEUES],
        "refused": refused,
    }
    return render(request, "intent.html", page, status=409 if refused else 200)


def _find(name: str) -> IntentRow:
    found = next((row for row in intent_rows() if row.name == name), None)
    if found is None:
        raise Http404
    return found


def _values(row: IntentRow) -> dict[str, str]:
    """What the form of an intent shows; an example a paragraph."""
    values = {name: str(getattr(row, name)) for name in FIELDS if name != "reason"}
    return values | {"examples": "\n".join(row.examples)}


def _typed(form: QueryDict) -> dict[str, str]:
    return {name: str(form.get(name, "")) for name in FIELDS}


def _name(form: QueryDict) -> str:
    return "_".join(str(form.get("name", "")).split()).lower()


def _wanted(form: QueryDict) -> Wanted:
    typed = _typed(form)
    return Wanted(
        measure=typed["measure"],
        department=typed["department"],
        public=typed["public"],
        community=typed["community"],
        guide=typed["guide"],
        examples=tuple(typed["examples"].splitlines()),
    )
