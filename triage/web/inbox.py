"""The inbox's part of tuning: whether promo and support stand on one page."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from triage.tuning.policies import policy_row, put_in_force
from triage.tuning.policy import PolicyError, read_policy
from triage.tuning.policytext import with_both_lanes
from triage.web.counts import counts_for
from triage.web.doors import Request, tuners
from triage.web.frame import frame
from triage.web.typed import number


@tuners
def inbox(request: Request) -> HttpResponse:
    """The switch; saved with a reason, as a new version of the policy."""
    if request.method == "POST":
        return _save(request)
    return _page(request)


def _save(request: Request) -> HttpResponse:
    form = request.POST
    try:
        text = with_both_lanes(policy_row().text, form.get("both_lanes") == "1")
        reason, seen = form.get("reason", ""), number(form.get("seen", ""))
        saved = put_in_force(text, author=request.user, reason=reason, seen=seen)
    except PolicyError as refused:
        return _page(request, refused=str(refused))
    messages.success(request, f"Policy {saved.version} is active.")
    return HttpResponseRedirect(reverse("inbox"))


def _page(request: Request, *, refused: str = "") -> HttpResponse:
    row = policy_row()
    both = read_policy(row.text).both_lanes
    page = {
        **frame(request.user, counts_for(request.user), here="inbox"),
        "seen": row.version,
        "both_lanes": request.POST.get("both_lanes") == "1" if refused else both,
        "reason": request.POST.get("reason", "") if refused else "",
        "refused": refused,
    }
    return render(request, "inbox.html", page, status=409 if refused else 200)
