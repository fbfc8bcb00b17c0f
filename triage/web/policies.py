"""The versions page: who changed the policy, why, what it changed, and the way back."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from triage.staff.audit import note
from triage.tables import Policy
from triage.tuning.policies import (
    difference,
    policy_row,
    policy_version,
    policy_versions,
    roll_back,
)
from triage.tuning.policy import PolicyError
from triage.web.approvalpolicy import warn_of_approval
from triage.web.counts import counts_for
from triage.web.doors import Request, tuners
from triage.web.frame import frame
from triage.web.showing import moment

SHOWN = 100


@tuners
def policies(request: Request) -> HttpResponse:
    """The versions, the newest first; `old` and `new` in the address are compared."""
    return _page(request)


@require_POST
@tuners
def back(request: Request, version: int) -> HttpResponse:
    """Put what an earlier version said in force again."""
    if policy_version(version) is None:
        raise Http404
    try:
        row = roll_back(version, author=request.user, reason=request.POST.get("reason", ""))
    except PolicyError as refused:
        return _page(request, refused=str(refused))
    messages.success(request, f"Policy {row.version} is active. It restores policy {version}.")
    warn_of_approval(request, row)
    return HttpResponseRedirect(reverse("policies"))


@tuners
def policy_file(request: Request) -> HttpResponse:
    """The text of the policy in force, or of `version`, as a file."""
    row = _asked(request, "version") or policy_row()
    name = f"policy-{row.version}.toml"
    note("exported", by=request.user, target=name)
    answer = HttpResponse(row.text, content_type="application/toml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _page(request: Request, *, refused: str = "") -> HttpResponse:
    policy_row()  # a database without a policy has its first one now
    old, new = _asked(request, "old"), _asked(request, "new")
    now = timezone.now()
    page = {
        **frame(request.user, counts_for(request.user), here="policies"),
        "versions": [(row, moment(row.at, now=now)) for row in policy_versions(limit=SHOWN)],
        "old": old,
        "new": new,
        "lines": [(line, _tone(line)) for line in difference(old, new)] if old and new else None,
        "refused": refused,
    }
    return render(request, "policies.html", page, status=409 if refused else 200)


def _asked(request: Request, name: str) -> Policy | None:
    """The version that the address names, or None where it names none."""
    typed = request.GET.get(name, "")
    if not typed:
        return None
    row = policy_version(int(typed)) if typed.isdecimal() and len(typed) < 10 else None
    if row is None:
        raise Http404
    return row


def _tone(line: str) -> str:
    if line.startswith("+") and not line.startswith("+++"):
        return "added"
    return "gone" if line.startswith("-") and not line.startswith("---") else ""
