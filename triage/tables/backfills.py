"""Backfills: earlier posts that are brought in beside the live ones."""

from django.db import models
from django.utils import timezone

from triage.tables.channels import Channel


class Backfill(models.Model):
    """How far back a channel is filled, newest first. The row is its schedule and its lock."""

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        STOPPED = "stopped"  # the platform said no

    channel = models.OneToOneField(Channel, models.CASCADE, related_name="backfill")
    state = models.CharField(max_length=16, choices=State, default=State.RUNNING)
    until = models.DateTimeField()  # the oldest moment that is asked for
    reached = models.DateTimeField(null=True)  # the oldest post so far
    cursor = models.JSONField(default=dict)
    next_bite_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    lease_epoch = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True, default="")
    seen = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "next_bite_at"], name="backfill_due")]

    def __str__(self) -> str:
        return f"backfill of {self.channel_id}"
