"""Posts as the platforms had them, and what they said before they were edited."""

from django.db import models
from django.utils import timezone

from triage.tables.channels import Channel
from triage.tables.people import Person

LONGEST_LANGUAGE = 8


class PostRow(models.Model):
    """One stored post. The table is the queue of the sorting step: `state` NEW is work."""

    class State(models.TextChoices):
        NEW = "new"  # waits to be judged
        SORTED = "sorted"
        CONTEXT = "context"  # the brand's own; shown in threads, never work
        DEAD = "dead"  # failed five times; a person looks at it

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="posts")
    external_id = models.CharField(max_length=1000)
    version = models.PositiveIntegerField(default=1)  # counts edits of the text
    state = models.CharField(max_length=16, choices=State, default=State.NEW)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="posts")
    author = models.CharField(max_length=200, blank=True, default="")
    text = models.TextField(blank=True, default="")
    parent_text = models.TextField(blank=True, default="")
    lang = models.CharField(max_length=16, blank=True, default="")
    kind = models.CharField(max_length=16)
    platform = models.CharField(max_length=32, blank=True, default="")
    brand = models.CharField(max_length=200, blank=True, default="")
    url = models.TextField(blank=True, default="")
    conversation = models.CharField(max_length=1000)
    in_reply_to = models.CharField(max_length=1000, blank=True, default="")
    reach = models.BigIntegerField(null=True)
    posted_at = models.DateTimeField()  # the platform's time, never later than when we saw it
    received_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    repost = models.BooleanField(default=False)  # passed on without words of its own
    truncated = models.BooleanField(default=False)
    cleaned = models.BooleanField(default=False)
    backfilled = models.BooleanField(default=False)  # older than live; sorted after those
    raw = models.JSONField(default=dict)
    item = models.ForeignKey("triage.Item", models.SET_NULL, null=True, related_name="posts")
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")
    searched_version = models.PositiveIntegerField(default=0)  # the search knows that version

    class Meta:
        db_table = "triage_post"
        constraints = [models.UniqueConstraint(fields=["channel", "external_id"], name="post_once")]
        indexes = [
            # Only unsorted posts are in this index, so finding work costs the same at any size.
            models.Index(
                fields=["backfilled", "id"], name="post_waiting", condition=models.Q(state="new")
            ),
            models.Index(fields=["channel", "conversation", "posted_at"], name="post_thread"),
            models.Index(fields=["channel", "posted_at", "id"], name="post_recent"),
            models.Index(
                fields=["id"],
                name="post_unsearched",
                condition=models.Q(version__gt=models.F("searched_version"))
                & models.Q(state__in=("sorted", "context")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id}:{self.external_id}"

    @property
    def language(self) -> str:
        """Its language without the country, as items are filtered by it: `pt` of `pt-BR`."""
        return language_of(self.lang)


def language_of(tag: str) -> str:
    """The language that a tag begins with, in small letters; empty where that can be none."""
    word = tag.replace("_", "-").partition("-")[0].lower()
    return word if len(word) <= LONGEST_LANGUAGE else ""


class PostVersion(models.Model):
    """What a post said before an edit."""

    post = models.ForeignKey(PostRow, models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    replaced_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "version"], name="post_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.post_id} v{self.version}"
