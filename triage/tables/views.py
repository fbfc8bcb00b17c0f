"""Views: lists that people keep under a name."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class View(models.Model):
    """A list under a name: which items it holds is said by `query`, the address of the list.

    `counted` is what stood in it at `counted_at`: one count serves everybody for a while.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="views")
    name = models.CharField(max_length=60)
    shared = models.BooleanField(default=False)  # everybody of a team sees it
    queue = models.CharField(max_length=16, blank=True, default="")  # empty: all queues
    show = models.CharField(max_length=16, default="open")
    query = models.CharField(max_length=1000, blank=True, default="")
    counted = models.PositiveIntegerField(null=True)
    counted_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="view_name_once")]
        indexes = [models.Index(fields=["shared"], name="view_shared")]

    def __str__(self) -> str:
        return self.name
