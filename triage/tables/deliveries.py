"""What platforms send us by themselves: raw, as it came, until a worker has read it."""

from django.db import models
from django.utils import timezone

from triage.tables.channels import Channel


class Delivery(models.Model):
    """One request to a channel's webhook address. The table is the queue of its reading."""

    class State(models.TextChoices):
        NEW = "new"  # waits to be read
        READ = "read"
        DEAD = "dead"  # failed five times; there is a dead letter of it

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="deliveries")
    received_at = models.DateTimeField(default=timezone.now)
    digest = models.CharField(max_length=64)  # of the platform's event id, else of the body
    body = models.TextField()
    headers = models.JSONField(default=dict)
    state = models.CharField(max_length=16, choices=State, default=State.NEW)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "digest"], name="delivery_once")]
        indexes = [
            # Only unread deliveries are in this index, so finding work costs the same at any size.
            models.Index(fields=["id"], name="delivery_waiting", condition=models.Q(state="new")),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk} to {self.channel_id}"
