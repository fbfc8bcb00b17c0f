"""Tombstones: what was erased and must not come back. They hold digests, and no name."""

from django.db import models
from django.utils import timezone


class Tombstone(models.Model):
    """A post, or a person, that was erased. Of a person, what is older than `at` stays away."""

    digest = models.CharField(max_length=64, unique=True)  # SHA-256, hexadecimal
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.digest[:12]
