"""Channels, the places that are watched, and runs, the pulls of one channel."""

from django.db import models
from django.utils import timezone

from triage.vocabulary import Kind


class Channel(models.Model):
    """A place that is watched. `source` is which kind of place, `kind` is whose it is.

    The row is also the channel's schedule (`next_pull_at`), lock (`lease_until`, `lease_epoch`)
    and circuit breaker (`failures`): nothing of it lives in a broker.
    """

    class State(models.TextChoices):
        ACTIVE = "active"
        PAUSED = "paused"
        REFUSED = "refused"  # the platform said no; a person has to act
        REMOVED = "removed"  # kept for its posts, never pulled again

    name = models.CharField(max_length=100, unique=True)
    source = models.CharField(max_length=32)
    kind = models.CharField(max_length=16, choices=[(k, k) for k in Kind], default=Kind.PUBLIC)
    brand = models.CharField(max_length=200, blank=True, default="")
    settings = models.JSONField(default=dict)
    secret_names = models.JSONField(default=dict)  # key -> name of the environment variable
    cursor = models.JSONField(default=dict)
    state = models.CharField(max_length=16, choices=State, default=State.ACTIVE)
    interval = models.PositiveIntegerField(default=60)  # seconds between two pulls
    next_pull_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    lease_epoch = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True, default="")
    error_kind = models.CharField(max_length=16, blank=True, default="")
    last_success_at = models.DateTimeField(null=True)
    last_post_at = models.DateTimeField(null=True)
    lag_seconds = models.FloatField(null=True)  # from the platform's time to ours, when it came
    late_seconds = models.FloatField(null=True)  # how late the last pull began: our own part
    account = models.ForeignKey(
        "triage.Account", models.SET_NULL, null=True, related_name="channels"
    )
    expires_at = models.DateTimeField(null=True)  # when its key ends, where the platform tells
    expiry_asked_at = models.DateTimeField(null=True)
    check_asked_at = models.DateTimeField(null=True)  # somebody waits for a worker to check it
    checked_at = models.DateTimeField(null=True)
    check_ok = models.BooleanField(null=True)
    check_said = models.TextField(blank=True, default="")
    can = models.JSONField(default=dict)  # acts, longest and counting, as its source has them
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["state", "next_pull_at"], name="channel_due")]

    def __str__(self) -> str:
        return self.name


class Run(models.Model):
    """One pull of one channel: when, how many, the cursor it reached, and the error if any."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="runs")
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    pages = models.PositiveIntegerField(default=0)
    seen = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    cursor = models.JSONField(default=dict)
    error_kind = models.CharField(max_length=16, blank=True, default="")
    error = models.TextField(blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["channel", "-started_at"], name="run_latest"),
            models.Index(fields=["channel", "-id"], name="run_newest"),
            # Those that went wrong are few; which channel's they are is read in the index itself.
            models.Index(
                fields=["-id", "channel"],
                name="run_failed",
                condition=models.Q(error_kind__gt=""),
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} of {self.channel_id}"
