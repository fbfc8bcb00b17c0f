"""The outbox: what people want done on the platforms, until it is done there."""

import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone

from triage.tables.channels import Channel
from triage.tables.items import Item
from triage.tables.posts import PostRow
from triage.vocabulary import Act


def new_key() -> str:
    """What an act is known by at the platform, the same at every try."""
    return secrets.token_hex(16)


class Outgoing(models.Model):
    """One act of a person on a platform. The table is the queue of its sending.

    `user` wrote it, and asked for approval when the item was in `asked_version`. `written` is what
    they wrote, where whoever approved it changed the text. `uncertain` is written before the
    platform is called and taken back by its answer: as long as it stands, an earlier try may have
    left the act on the platform.
    """

    class State(models.TextChoices):
        PENDING = "pending"  # a colleague has to approve it first; no worker looks at it
        WAITING = "waiting"
        SENDING = "sending"  # a worker has it, until `lease_until`
        SENT = "sent"
        REFUSED = "refused"  # the platform will not do this one
        FAILED = "failed"  # not done, and not tried again by itself
        UNKNOWN = "unknown"  # nobody knows whether it left; a person must look
        CANCELLED = "cancelled"

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="outgoing")
    item = models.ForeignKey(Item, models.CASCADE, related_name="outgoing")
    post = models.ForeignKey(PostRow, models.CASCADE, related_name="outgoing")
    act = models.CharField(max_length=16, choices=[(a, a) for a in Act])
    text = models.TextField(blank=True, default="")
    key = models.CharField(max_length=64, unique=True, default=new_key)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="outgoing"
    )
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    due_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    lease_epoch = models.BigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    uncertain = models.BooleanField(default=False)
    resolves = models.BooleanField(default=False)  # the item was resolved along with it
    external_id = models.CharField(max_length=1000, blank=True, default="")  # of our own post
    url = models.TextField(blank=True, default="")
    error = models.TextField(blank=True, default="")  # for the person, in words
    written = models.TextField(blank=True, default="")
    asked_version = models.PositiveIntegerField(default=0)  # 0: nobody was asked
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Nobody answers an item while another answer to it is on its way, or may be.
            models.UniqueConstraint(
                fields=["item"],
                name="one_reply_on_its_way",
                condition=models.Q(
                    act="reply", state__in=("pending", "waiting", "sending", "unknown")
                ),
            ),
            models.UniqueConstraint(
                fields=["post", "act"],
                name="one_act_on_its_way",
                condition=~models.Q(act="reply") & models.Q(state__in=("waiting", "sending")),
            ),
            # One worker at a time carries out the acts of a channel, so they stay in order.
            models.UniqueConstraint(
                fields=["channel"], name="one_sender_a_channel", condition=models.Q(state="sending")
            ),
        ]
        indexes = [
            # Only what is on its way is in this index, so finding work costs the same at any size.
            models.Index(
                fields=["due_at"],
                name="outgoing_waiting",
                condition=models.Q(state__in=("waiting", "sending")),
            ),
            models.Index(fields=["item", "-id"], name="outgoing_of_item"),
            models.Index(
                fields=["created_at", "id"],
                name="outgoing_pending",
                condition=models.Q(state="pending"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} to {self.post_id}, {self.state}"


def waits_for_approval() -> models.Exists:
    """The condition of items that have an answer which waits for approval."""
    here = Outgoing.objects.filter(item=models.OuterRef("pk"), state=Outgoing.State.PENDING)
    return models.Exists(here)


def waiting_for_approval() -> models.QuerySet[Outgoing, int]:
    """The ids of those items, for a list that is of nothing else: few at any size."""
    pending = Outgoing.objects.filter(state=Outgoing.State.PENDING)
    return pending.order_by().values_list("item_id", flat=True)
