"""Shadows: what another model would have said of the posts that come in, and nothing more."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from triage.tables.judgements import Verdict


class Shadow(models.Model):
    """A model that judges beside the one in use, from `started_at` on. One at a time does.

    `after` is the newest verdict that it has looked at.
    """

    version = models.CharField(max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    running = models.BooleanField(default=True)
    after = models.BigIntegerField(default=0)
    said = models.TextField(blank=True, default="")  # why it ended by itself
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["running"], name="one_shadow", condition=models.Q(running=True)
            )
        ]

    def __str__(self) -> str:
        return f"shadow {self.version}"


class ShadowVerdict(models.Model):
    """What a shadow said beside a verdict. Kept apart from verdicts, so that nobody acts on it.

    `target` and `champion_target` are where the policy in force then would put the post by either.
    """

    shadow = models.ForeignKey(Shadow, models.CASCADE, related_name="verdicts")
    verdict = models.ForeignKey(Verdict, models.CASCADE, related_name="+")
    queue = models.CharField(max_length=16)
    intent = models.CharField(max_length=32)
    confidence = models.FloatField()
    target = models.CharField(max_length=16)
    champion_target = models.CharField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shadow", "verdict"], name="shadow_verdict_once")
        ]

    def __str__(self) -> str:
        return f"{self.intent} beside verdict {self.verdict_id}"
