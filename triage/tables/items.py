"""Items, the unit of work, and moves, their history."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from triage.tables.channels import Channel
from triage.tables.itemindexes import ITEM_INDEXES
from triage.tables.people import Person
from triage.vocabulary import Queue


class Item(models.Model):
    """One person's open business in one conversation.

    `key` tells items of a channel apart. `version` grows with every change that a person can see,
    and every act of a person is conditional on it, so that two people never act on the same item
    without knowing.
    """

    class Status(models.TextChoices):
        OPEN = "open"
        CLAIMED = "claimed"
        RESOLVED = "resolved"

    channel = models.ForeignKey(
        Channel,
        models.PROTECT,
        related_name="items",
        db_index=False,  # `item_once` is by channel
    )
    key = models.CharField(max_length=64)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="items")
    conversation = models.CharField(max_length=1000)
    queue = models.CharField(max_length=16, choices=[(q, q) for q in Queue])
    status = models.CharField(max_length=16, choices=Status, default=Status.OPEN)
    intent = models.CharField(max_length=32, blank=True, default="")
    also = models.CharField(max_length=32, blank=True, default="")
    confidence = models.FloatField(null=True)
    sentiment = models.CharField(max_length=8, blank=True, default="")  # of the latest post
    lang = models.CharField(max_length=8, blank=True, default="")  # of the latest post, no country
    unsure = models.BooleanField(default=False)
    priority = models.SmallIntegerField(default=0)  # larger is more urgent
    why = models.TextField(blank=True, default="")
    decided_by_person = models.BooleanField(default=False)  # then no model moves it any more
    needs_approval = models.BooleanField(default=False)  # a rule said so; the policy may ask, too
    author = models.CharField(max_length=200, blank=True, default="")
    text = models.TextField(blank=True, default="")  # of the post that is to be answered
    url = models.TextField(blank=True, default="")
    latest_post = models.ForeignKey("triage.PostRow", models.SET_NULL, null=True, related_name="+")
    posts_count = models.PositiveIntegerField(default=0)
    campaign = models.ForeignKey(
        "triage.Campaign", models.SET_NULL, null=True, related_name="items", db_index=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="items", db_index=False
    )
    claimed_until = models.DateTimeField(null=True)  # the owner's lease; their open page renews it
    snoozed = models.BooleanField(default=False)  # out of its queue, whatever its status
    snoozed_until = models.DateTimeField(null=True)  # empty: until its author writes again
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="absorbed", db_index=False
    )
    twin_of = models.ForeignKey(  # set in the item that was opened for the second team
        "self", models.SET_NULL, null=True, related_name="twins", db_index=False
    )
    version = models.PositiveIntegerField(default=1)
    posted_at = models.DateTimeField()  # of the post that is to be answered
    opened_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)  # the nearer of the two below
    warn_at = models.DateTimeField(null=True)  # from then on it is at risk
    reply_due_at = models.DateTimeField(null=True)
    resolve_due_at = models.DateTimeField(null=True)
    reply_seconds = models.PositiveIntegerField(null=True)  # business time to the first reply
    resolve_seconds = models.PositiveIntegerField(null=True)
    clocked_version = models.PositiveIntegerField(default=0)  # these times are of that version

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "key"], name="item_once")]
        indexes = ITEM_INDEXES

    def __str__(self) -> str:
        return f"item {self.pk} in {self.queue}"

    @property
    def holder_id(self) -> int:
        """The item that holds its posts: itself, or for a twin the item that it was opened for."""
        return self.twin_of_id or self.pk


class Move(models.Model):
    """One placement of an item: from where, to where, by whom and why. Never changed."""

    class By(models.TextChoices):
        MODEL = "model"
        RULE = "rule"
        PERSON = "person"

    item = models.ForeignKey(Item, models.CASCADE, related_name="moves")
    post = models.ForeignKey("triage.PostRow", models.SET_NULL, null=True, related_name="+")
    post_version = models.PositiveIntegerField(null=True)
    source = models.CharField(max_length=16, blank=True, default="")  # empty: it was nowhere yet
    target = models.CharField(max_length=16)
    event = models.CharField(max_length=16, default="placed")
    by = models.CharField(max_length=16, choices=By)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    verdict = models.ForeignKey("triage.Verdict", models.SET_NULL, null=True)
    policy_version = models.PositiveIntegerField(null=True)
    why = models.TextField(blank=True, default="")
    rules = models.JSONField(default=dict)  # which ran, and which would have; empty: none
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            # "Routed exactly once" as the database sees it: a version of a post is placed once.
            models.UniqueConstraint(
                fields=["post", "post_version"],
                name="post_placed_once",
                condition=~models.Q(by="person"),
            )
        ]
        indexes = [models.Index(fields=["item", "at"], name="move_history")]

    def __str__(self) -> str:
        return f"{self.source or 'new'} -> {self.target}"
