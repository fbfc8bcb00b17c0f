"""Streams: the standing lines on which some platforms tell of posts as they are written."""

from django.db import models

from triage.tables.channels import Channel


class Stream(models.Model):
    """The line of one channel: who holds it, where it goes on, and how it is.

    The row is the lock: of all processes that would listen, the one whose lease it is does.
    """

    channel = models.OneToOneField(Channel, models.CASCADE, related_name="stream")
    lease_until = models.DateTimeField(null=True)
    lease_epoch = models.BigIntegerField(default=0)
    cursor = models.JSONField(default=dict)
    connected_at = models.DateTimeField(null=True)  # while the line is open
    heard = models.PositiveBigIntegerField(default=0)  # arrivals that were kept
    failures = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"stream of {self.channel_id}"
