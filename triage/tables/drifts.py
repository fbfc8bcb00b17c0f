"""Drift: whether what models say of a channel's posts has changed, a row for each language."""

from django.db import models
from django.utils import timezone

from triage.tables.channels import Channel


class Drift(models.Model):
    """The latest comparison of a channel's last week with the weeks before, in one language.

    `shares` has intent -> [conversations before, conversations now]; `effect` is Cramér's V.
    """

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="drifts")
    lang = models.CharField(max_length=16, blank=True, default="")
    measured_at = models.DateTimeField(default=timezone.now)
    model = models.CharField(max_length=64)
    before = models.PositiveIntegerField()
    now = models.PositiveIntegerField()
    statistic = models.FloatField()
    chance = models.FloatField()
    effect = models.FloatField()
    drifting = models.BooleanField(default=False)
    shares = models.JSONField(default=dict)
    said = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "lang"], name="drift_once")]

    def __str__(self) -> str:
        return f"drift of {self.channel_id} {self.lang}"
