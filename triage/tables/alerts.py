"""Alerts: what is wrong with a channel, for as long as it is, and what we know of its rhythm."""

from django.db import models
from django.utils import timezone

from triage.tables.channels import Channel
from triage.tables.people import User


class Alert(models.Model):
    """One trouble of one channel. At most one of a kind is open at a time."""

    class Kind(models.TextChoices):
        REFUSED = "refused"  # the platform says no
        FAILING = "failing"  # several tries in a row went wrong
        QUIET = "quiet"  # quieter than its own history
        EXPIRING = "expiring"  # the key ends within days, or has ended
        CAPPED = "capped"  # the monthly cap is used up
        BACKFILL = "backfill"  # earlier posts cannot be brought in
        DRIFT = "drift"  # the model says something else of its posts than it used to
        INPUT = "input"  # people write otherwise than they used to

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="alerts")
    kind = models.CharField(max_length=16, choices=Kind)
    sentence = models.TextField()
    first_seen = models.DateTimeField(default=timezone.now)
    last_seen = models.DateTimeField(default=timezone.now)
    cleared_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "kind"],
                condition=models.Q(cleared_at=None),
                name="alert_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.sentence}"


class Rhythm(models.Model):
    """How many posts a channel brings in each hour of the week (UTC, Monday first), learnt daily.

    `dispersion` says how much more they come in bursts than chance would have it; 1 is chance.
    `hours` is empty while there is too little to learn from.
    """

    channel = models.OneToOneField(Channel, models.CASCADE, related_name="rhythm")
    learnt_at = models.DateTimeField(default=timezone.now)
    hours = models.JSONField(default=list)
    dispersion = models.FloatField(default=1.0)

    def __str__(self) -> str:
        return f"rhythm of {self.channel_id}"
