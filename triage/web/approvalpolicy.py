"""The page of approval: which answers a colleague has to approve before they leave."""

from dataclasses import fields
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse

from triage.access import channels_for
from triage.back.asking import nobody_approves
from triage.intents import intents
from triage.tables import Policy, User
from triage.tuning.approval import Approval
from triage.tuning.policies import policy_in_force, policy_row, put_in_force
from triage.tuning.policy import PolicyError, read_policy
from triage.tuning.policytext import with_approval
from triage.vocabulary import Queue, label
from triage.web.counts import counts_for
from triage.web.doors import Request, tuners
from triage.web.frame import frame
from triage.web.showing import queue_name
from triage.web.typed import number


@tuners
def approval_policy(request: Request) -> HttpResponse:
    """What is asked for now, and the way to have it otherwise."""
    if request.method == "POST":
        return _save(request)
    policy = policy_in_force()
    return _page(request, policy.approval, seen=policy.version, warning=nobody_approves(policy))


def warn_of_approval(request: HttpRequest, saved: Policy) -> None:
    """Tell who has saved a policy that nobody can give the approval that it asks for."""
    if warning := nobody_approves(read_policy(saved.text)):
        messages.warning(request, warning)


def _save(request: Request) -> HttpResponse:
    form, row = request.POST, policy_row()
    asked, reason = _asked(form), form.get("reason", "")
    seen = number(form.get("seen", "")) or row.version
    try:
        text = with_approval(row.text, asked)
        saved = put_in_force(text, author=request.user, reason=reason, seen=seen)
    except PolicyError as refused:
        return _page(request, asked, seen=row.version, reason=reason, refused=str(refused))
    messages.success(request, f"Policy {saved.version} is active. New replies follow it.")
    return HttpResponseRedirect(reverse("approval-policy"))


def _asked(form: QueryDict) -> Approval:
    return Approval(**{field.name: tuple(form.getlist(field.name)) for field in fields(Approval)})


def _page(
    request: Request, asked: Approval, *, seen: int, refused: str = "", **more: Any
) -> HttpResponse:
    page = {
        **frame(request.user, counts_for(request.user), here="approval-policy"),
        "groups": _groups(request.user, asked),
        "seen": seen,
        "refused": refused,
        **more,
    }
    return render(request, "approvalpolicy.html", page, status=409 if refused else 200)


def _groups(user: User, asked: Approval) -> list[tuple[str, str, list[tuple[str, str, bool]]]]:
    """Field, heading, and each choice with its words and whether it is asked for."""
    channels = list(channels_for(user).order_by("name").values_list("name", flat=True))
    gone = [name for name in asked.channels if name not in channels]
    retired = [name for name in asked.intents if name not in intents()]
    queues = [(queue.value, queue_name(queue)) for queue in Queue]
    return [
        ("queues", "Replies in a queue", _choices(queues, asked.queues)),
        ("channels", "Replies in a channel", _choices(_same([*channels, *gone]), asked.channels)),
        (
            "intents",
            "Replies about an intent",
            _choices([(name, label(name)) for name in (*intents(), *retired)], asked.intents),
        ),
    ]


def _same(names: list[str]) -> list[tuple[str, str]]:
    return [(name, name) for name in names]


def _choices(known: list[tuple[str, str]], asked: tuple[str, ...]) -> list[tuple[str, str, bool]]:
    return [(name, words, name in asked) for name, words in known]
