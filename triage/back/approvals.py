"""Approvals: the replies that wait for a colleague, as programs and commands are told of them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from triage.access import approvers
from triage.back.outbox import outgoing_json
from triage.tables import Outgoing, PostRow
from triage.vocabulary import Act

AROUND = ("channel", "item__channel", "item__latest_post", "post", "user", "approved_by")
"""What is told of a reply, and looked at when it is approved, beside its own row."""


def asked_replies() -> QuerySet[Outgoing]:
    """The replies that had to be approved, also those that somebody has decided on already."""
    return Outgoing.objects.filter(act=Act.REPLY, asked_version__gt=0).select_related(*AROUND)


def approvals_json(rows: Sequence[Outgoing]) -> list[dict[str, Any]]:
    """Each reply with the post that it answers, what came since, and who may approve it.

    `seen` is the version of its item as told here; `changed` says whether it is another one than
    the author had. The rows come with AROUND.
    """
    queues = {row.item.queue for row in rows}
    may = {queue: [user.username for user in approvers(queue)] for queue in queues}
    return [_told(row, may[row.item.queue]) for row in rows]


def _told(row: Outgoing, may: list[str]) -> dict[str, Any]:
    item = row.item
    newer = item.latest_post if item.latest_post_id != row.post_id else None
    return outgoing_json(row) | {
        "queue": item.queue,
        "author": item.author or None,
        "answers": _said(row.post),
        "newer": _said(newer) if newer else None,
        "changed": item.version != row.asked_version,
        "seen": item.version,
        "resolves": row.resolves,
        "approvers": [name for name in may if not row.user or name != row.user.username],
    }


def _said(post: PostRow) -> str:
    return "deleted by its author" if post.deleted_at else post.text
