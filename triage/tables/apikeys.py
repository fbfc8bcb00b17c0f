"""API keys: how a program signs in as a person. Only a digest of a key is kept."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class ApiKey(models.Model):
    """One key of one person. `start` is what it begins with, to tell keys apart."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    start = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, unique=True)  # SHA-256, hexadecimal
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)  # to within an hour
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"],
                name="api_key_name_once",
                condition=models.Q(revoked_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.start}… of {self.user_id}"
