"""What somebody asked for after a policy came into force: that what waits is sorted anew."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Resorting(models.Model):
    """The row asks and a worker answers, item after item; `after` is the last one looked at."""

    policy_version = models.PositiveIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    after = models.BigIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    adjusted = models.PositiveIntegerField(default=0)  # stayed, with another priority or tag
    asked_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["policy_version"],
                name="resorting_once",
                condition=models.Q(finished_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"re-sorting under policy {self.policy_version}"
