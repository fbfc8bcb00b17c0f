"""Approvals over the API: replies of colleagues that wait for the word of the key's person."""

from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema

from triage.access import may_approve, pending_for
from triage.api.doors import approver_key, person
from triage.api.paging import SIZE, Limit
from triage.api.shapes import Act, Error
from triage.back.approvals import AROUND, approvals_json, asked_replies
from triage.back.approving import approve, send_back
from triage.back.outbox import outgoing_json
from triage.finding.paging import soonest_page
from triage.tables import Outgoing, User

router = Router(tags=["approvals"], auth=approver_key)


class ReplyShape(Schema):
    """A reply as the outbox has it. `state` is pending as long as it waits for approval, waiting
    once it may leave, and cancelled when it went back; `written` is what its author wrote where
    somebody changed `text`. It leaves at `due_at` at the earliest."""

    id: int
    item: int
    channel: str
    post: str
    act: str
    text: str
    user: str | None
    state: str
    approved_by: str | None
    written: str | None
    attempts: int
    error: str | None
    url: str | None
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None


class ApprovalShape(ReplyShape):
    """A reply that waits, with the post that it `answers` and, where its author wrote again since,
    the `newer` one. Send `seen` back with an approval; `changed` says that the item is not as it
    was when the reply was written. With `resolves` the item is done along with it."""

    queue: str
    author: str | None
    answers: str
    newer: str | None
    changed: bool
    seen: int
    resolves: bool
    approvers: list[str]


class ApprovalPage(Schema):
    """Some of what waits; `after` asks for what lies behind it, and is null at the end."""

    approvals: list[ApprovalShape]
    after: str | None


class Approve(Act):
    """Without `text` it leaves as it was written; without `seen` only where nothing has changed."""

    text: str | None = None


class Return(Schema):
    """What its author has to change."""

    reason: str = Field("", max_length=500)


DECIDED = {200: ReplyShape, 404: Error, 409: Error}


@router.get("/approvals", response=ApprovalPage, summary="What waits for this person's approval")
def list_approvals(
    request: HttpRequest,
    after: Annotated[str, Query(max_length=100)] = "",
    limit: Limit = SIZE,
) -> dict[str, Any]:
    """The oldest first; one's own replies are not among them."""
    rows = pending_for(person(request)).select_related(*AROUND)
    page = soonest_page([rows], "created_at", after, size=limit)
    return {"approvals": approvals_json(page.items), "after": page.after or None}


@router.post("/approvals/{int:pk}/approve", response=DECIDED, summary="Let it leave")
def approve_one(request: HttpRequest, pk: int, typed: Approve) -> dict[str, Any]:
    """Approve a reply, with another text if one is given."""
    user = person(request)
    row = _find(user, pk)
    seen = row.asked_version if typed.seen is None else typed.seen
    return _told(approve(row, user, seen=seen, text=typed.text))


@router.post("/approvals/{int:pk}/return", response=DECIDED, summary="Give it back")
def return_one(request: HttpRequest, pk: int, typed: Return) -> dict[str, Any]:
    """Give a reply back to its author as a draft, with a note that says what to change."""
    user = person(request)
    return _told(send_back(_find(user, pk), user, reason=typed.reason))


def _find(user: User, pk: int) -> Outgoing:
    row = asked_replies().filter(pk=pk).first()
    if row is None or not may_approve(user, row.item.queue):
        raise Http404("There is no such reply, or you may not approve it.")
    return row


def _told(row: Outgoing) -> dict[str, Any]:
    return outgoing_json(asked_replies().get(pk=row.pk))
