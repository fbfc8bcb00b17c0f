"""Accounts at the platforms, whose rate limits channels share, and what each channel has used."""

from django.db import models
from django.utils import timezone


class Account(models.Model):
    """The key that a platform counts calls by. `key` is a keyed digest and opens nothing.

    `remaining` of `allowed` calls until `reset_at` is what the platform's headers said last;
    `window_calls` since `window_start` is our own count, for platforms that say nothing.
    """

    key = models.CharField(max_length=64, unique=True)
    source = models.CharField(max_length=32)
    allowed = models.PositiveIntegerField(null=True)
    remaining = models.PositiveIntegerField(null=True)
    reset_at = models.DateTimeField(null=True)
    rest_until = models.DateTimeField(null=True)  # the platform asked us to wait
    window_start = models.DateTimeField(default=timezone.now)
    window_calls = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.source} {self.key[:8]}"


class Spending(models.Model):
    """What one channel used on one day (UTC): calls, posts read, and the price of both."""

    channel = models.ForeignKey("triage.Channel", models.CASCADE, related_name="spending")
    day = models.DateField()
    calls = models.PositiveIntegerField(default=0)
    posts = models.PositiveIntegerField(default=0)
    microdollars = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "day"], name="spending_once")]

    def __str__(self) -> str:
        return f"{self.channel_id} on {self.day}"
