"""Tokens: the secret values that are kept for channels, never in the clear."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from triage.tables.channels import Channel


class Token(models.Model):
    """One secret value, encrypted (see `triage.watch.tokens`).

    With a channel it is the value of one of that kind's keys. Without one it is a session that a
    platform opened for an account, which several channels may share; `key` is then a digest.
    """

    channel = models.ForeignKey(Channel, models.CASCADE, null=True, related_name="tokens")
    key = models.CharField(max_length=100)
    sealed = models.TextField()
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "key"], name="token_of_channel_once"),
            models.UniqueConstraint(
                fields=["key"], name="session_once", condition=Q(channel__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"token {self.pk}"
