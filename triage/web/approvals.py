"""The approvals page: answers that wait for this person's word, the oldest first."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from triage.access import may_approve, pending_for
from triage.back import approving, recalling
from triage.back.approvals import AROUND, asked_replies
from triage.desk.acting import ActRefused
from triage.tables import Outgoing, PostRow
from triage.web.counts import counts_for
from triage.web.doors import Request, approvers
from triage.web.frame import frame
from triage.web.pending import Pending, pending
from triage.web.showing import linked, maybe, plural
from triage.web.typed import Typed

SHOWN = 50

Do = Callable[[Outgoing, Request, Typed], str]


@approvers
def approvals(request: Request) -> HttpResponse:
    """What waits, with the post that each answers and all that can be done with it."""
    return _page(request)


@require_POST
@approvers
def act(request: Request, pk: int, name: str) -> HttpResponse:
    """Do one of ACTS to an answer. A refusal shows the page as it is now, with what was typed."""
    row = asked_replies().filter(pk=pk).first()
    if row is None or name not in ACTS or not may_approve(request.user, row.item.queue):
        raise Http404
    typed = Typed.read(request.POST, name)
    try:
        said = ACTS[name](row, request, typed)
    except ActRefused as refused:
        return _page(request, refused=str(refused), typed=(pk, typed), status=409)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("approvals"))


def _approve(row: Outgoing, request: Request, typed: Typed) -> str:
    seen = row.asked_version if typed.seen is None else typed.seen
    approving.approve(row, request.user, seen=seen, text=typed.fields.get("text"))
    return "Approved."


def _send_back(row: Outgoing, request: Request, typed: Typed) -> str:
    approving.send_back(row, request.user, reason=typed.word("reason"))
    return "Sent back to its author as a draft, with your comment as a note."


def _undo(row: Outgoing, request: Request, _: Typed) -> str:
    if row.approved_by_id != request.user.pk:
        raise ActRefused("Only the person who approved it can undo that.")
    recalling.cancel(row, request.user)
    return "Approval undone. It is waiting for approval again."


ACTS: dict[str, Do] = {"approve": _approve, "send-back": _send_back, "undo": _undo}


def _page(
    request: Request,
    *,
    refused: str = "",
    typed: tuple[int, Typed] | None = None,
    status: int = 200,
) -> HttpResponse:
    now, user = timezone.now(), request.user
    waiting = pending_for(user).select_related(*AROUND).order_by("created_at", "id")
    rows = list(waiting[:SHOWN])
    kept = _kept(typed)
    cards = [
        _card(row, asked)
        for row, asked in zip(rows, pending(rows, user, now=now, typed=kept), strict=True)
    ]
    approved = Outgoing.objects.filter(approved_by=user, state=Outgoing.State.WAITING)
    counts = counts_for(user)
    page = {
        **frame(user, counts, here="approvals"),
        "cards": cards,
        "more": plural(counts.approvals - SHOWN, "more reply") if counts.approvals > SHOWN else "",
        "leaving": [
            (row.pk, row.text, maybe(row.due_at, now=now)) for row in approved.order_by("-id")[:5]
        ],
        "refused": refused,
        "lost": kept[1] or kept[2] if kept and kept[0] not in {row.pk for row in rows} else "",
    }
    return render(request, "approvals.html", page, status=status)


def _card(row: Outgoing, asked: Pending) -> dict[str, Any]:
    item, post = row.item, row.post
    newer = item.latest_post if item.latest_post_id != post.pk else None
    return {
        "pending": asked,
        "author": item.author or "Unknown author",
        "channel": item.channel.name,
        "address": reverse("item", args=[item.pk]),
        "post": _shown(post),
        "newer": _shown(newer) if newer else "",
    }


def _shown(post: PostRow) -> str:
    return "Deleted by its author." if post.deleted_at else linked(post.text or "(no text)")


def _kept(typed: tuple[int, Typed] | None) -> tuple[int, str, str] | None:
    if typed is None:
        return None
    pk, form = typed
    return pk, form.fields.get("text", ""), form.word("reason")
