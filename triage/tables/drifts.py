"""Drift: whether a channel's posts, or what models say of them, have changed, by language."""

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


class InputLook(models.Model):
    """When a channel's posts were last compared with earlier ones."""

    channel = models.OneToOneField(Channel, models.CASCADE, related_name="input_look")
    looked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"look at what comes in by {self.channel_id}"


class InputDrift(models.Model):
    """The latest comparison of what people wrote in the last week with the four before it.

    No model plays a part. `before` and `now` count voices (`triage.tuning.voices`), `words` has
    the words that changed as [word, voices before, voices now], `tested` says among how many.
    `chance` is the least of the words' adjusted p-values. Lengths are medians in characters.
    """

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="input_drifts")
    lang = models.CharField(max_length=16, blank=True, default="")
    measured_at = models.DateTimeField(default=timezone.now)
    before = models.PositiveIntegerField()
    now = models.PositiveIntegerField()
    tested = models.PositiveIntegerField()
    words = models.JSONField(default=list)
    chance = models.FloatField()
    length_before = models.FloatField()
    length_now = models.FloatField()
    length_effect = models.FloatField()  # the share of pairs in which the newer text is the longer
    length_chance = models.FloatField()
    drifting = models.BooleanField(default=False)
    said = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "lang"], name="input_drift_once")]

    def __str__(self) -> str:
        return f"drift of input of {self.channel_id} {self.lang}"
