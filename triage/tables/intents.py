"""Intents: what a post can be about, as ops have it; without any row, as shipped."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class IntentRow(models.Model):
    """One intent. Rows are never deleted: what models and people said stays readable.

    `revision` is the number of the change that wrote the row last, one number for the whole table,
    so that the largest tells whether anything has changed. Who, when and why are of that change;
    the audit log has those before it.
    """

    name = models.CharField(max_length=32, unique=True)
    measure = models.CharField(max_length=200, blank=True, default="")
    department = models.CharField(max_length=100, blank=True, default="")
    public = models.CharField(max_length=16)  # its queue on a public channel
    community = models.CharField(max_length=16)
    guide = models.TextField(blank=True, default="")
    examples = models.JSONField(default=list)  # texts as somebody made them up
    position = models.PositiveIntegerField()  # in lists, and in the labelling guide
    retired_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="absorbed")
    revision = models.PositiveIntegerField(unique=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    reason = models.CharField(max_length=500, blank=True, default="")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "triage_intent"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name
