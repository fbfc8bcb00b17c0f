"""Signs of life of the processes."""

from django.db import models
from django.utils import timezone


class Pulse(models.Model):
    """When a part of the system last made progress. The health page reads this."""

    name = models.CharField(max_length=100, unique=True)
    at = models.DateTimeField(default=timezone.now)
    detail = models.CharField(max_length=200, blank=True, default="")

    def __str__(self) -> str:
        return self.name
