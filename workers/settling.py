"""Settling: what became of an act that was sent, written only by the worker that has its lease."""

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from triage.back.ours import store_ours
from triage.desk.acting import act_alone, write_move
from triage.desk.claims import lease_end
from triage.posts import Post
from triage.tables import Channel, Item, Outgoing
from triage.vocabulary import Act
from triage.walk.intake import store
from workers.channels.base import Sent

log = structlog.get_logger()

State = Outgoing.State


class LeaseGone(Exception):
    """Another worker took the act over; what this one knows of it must not be written."""


def note_leaving(row: Outgoing, *, lease: timedelta) -> None:
    """Write down, just before the platform is called, that the act may be there from now on."""
    row.uncertain = True
    _settle(row, state=State.SENDING, lease_until=Now() + lease)


def note_sent(row: Outgoing, sent: Sent) -> None:
    """It is on the platform: keep its id, and show it in the thread."""
    row.uncertain = False
    id, url = sent.id or "", sent.url or ""
    with transaction.atomic():
        # Posts before items before outbox rows, so that nobody waits for anybody in a ring.
        if row.act == Act.REPLY and id:
            store_ours(row, id=id, url=url)
        if row.act == Act.DELETE:
            store(row.channel, [Post(id=row.post.external_id, text="", deleted=True)])
        _settle(row, state=State.SENT, external_id=id, url=url, error="", sent_at=timezone.now())
        Item.objects.filter(pk=row.item_id).update(clocked_version=0)  # its first wait is over


def postpone(row: Outgoing, *, until: datetime, why: str) -> None:
    """It is tried again then; so is what else is due on the channel, as it would fare no better."""
    with transaction.atomic():
        _settle(row, state=State.WAITING, due_at=until, error=why)
        waiting = Outgoing.objects.filter(channel=row.channel_id, state=State.WAITING)
        waiting.filter(due_at__lt=until).update(due_at=until)


def give_up(row: Outgoing, state: Outgoing.State, *, why: str) -> None:
    """It is not tried again by itself: the item comes back to the person, with the reason."""
    with transaction.atomic():
        item = _locked_item(row)
        _settle(row, state=state, error=why)
        changes = _back(row, item) if row.act == Act.REPLY else {}
        if "status" in changes:
            write_move(item, event="undone", why="resolved")
        act_alone(item, event=f"{row.act}_{state}", why=why, **changes)


def refuse_channel(channel: Channel, *, why: str) -> None:
    """The platform refuses the whole channel: a person has to act."""
    active = Channel.objects.filter(pk=channel.pk, state=Channel.State.ACTIVE)
    active.update(state=Channel.State.REFUSED, error=why, error_kind="refused")


def hand_back(row: Outgoing) -> None:
    """Let it be taken up again at once, if the database can be told so by now."""
    connection.close()
    try:
        _settle(row, state=State.SENDING, lease_until=Now())
    except (DatabaseError, LeaseGone):
        pass  # then its lease runs out by itself


def _settle(row: Outgoing, **changes: Any) -> None:
    mine = Outgoing.objects.filter(pk=row.pk, state=State.SENDING, lease_epoch=row.lease_epoch)
    if mine.update(uncertain=row.uncertain, **changes) != 1:
        raise LeaseGone(f"{row} was taken over by another worker")


def _locked_item(row: Outgoing) -> Item:
    """The item first, as every act of a person locks it, and the outbox row after it."""
    item = Item.objects.select_for_update(no_key=True).get(pk=row.item_id)
    if item.merged_into_id:
        return Item.objects.select_for_update(no_key=True).get(pk=item.merged_into_id)
    return item


def _back(row: Outgoing, item: Item) -> dict[str, Any]:
    """What was thought done is work again, of whoever answered."""
    changes: dict[str, Any] = {"snoozed": False, "snoozed_until": None}
    if item.status != Item.Status.RESOLVED:
        return changes
    user = row.user if row.user and row.user.is_active else None
    status = Item.Status.CLAIMED if user else Item.Status.OPEN
    until = lease_end(timezone.now()) if user else None
    return changes | {"status": status, "owner": user, "claimed_until": until, "resolved_at": None}
