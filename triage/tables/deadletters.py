"""What could not be read or sorted: kept, shown, and replayed by a person."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

WAITING = Q(post=None, replayed_at=None) | Q(post__state="dead")
"""Letters that somebody has to look at; not those whose post was replayed, or edited, since."""


class DeadLetter(models.Model):
    """A record that could not be read as a post, or a stored post that failed five times."""

    channel = models.ForeignKey("triage.Channel", models.CASCADE, related_name="dead_letters")
    post = models.ForeignKey("triage.PostRow", models.CASCADE, null=True)
    digest = models.CharField(max_length=64)  # of the raw record: the same one is kept once
    reason = models.TextField()
    raw = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)
    replayed_at = models.DateTimeField(null=True)  # when a person saw to it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "digest"], name="dead_letter_once")
        ]

    def __str__(self) -> str:
        return self.reason
