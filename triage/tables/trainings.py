"""Models as rows: what is stored, what was learnt and with what numbers, and who put what in use.

The models themselves are files that only workers and commands read; pages read these rows.
"""

from django.conf import settings
from django.db import models
from django.utils import timezone


class StoredModel(models.Model):
    """One version of the model with its card, as a worker found it on disk."""

    version = models.CharField(max_length=64, unique=True)
    card = models.JSONField(default=dict)
    in_use = models.BooleanField(default=False)
    stored = models.BooleanField(default=True)  # its files are still there
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["in_use"], name="one_model_in_use", condition=models.Q(in_use=True)
            )
        ]

    def __str__(self) -> str:
        return self.version


class Training(models.Model):
    """One try to make a better model. The row asks, a worker answers in it; it is never deleted.

    `numbers` has the same measures of champion and challenger on the posts that were held out.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        PROMOTED = "promoted"
        KEPT = "kept"  # better, or not compared, and stored without being put in use
        REFUSED = "refused"  # by the gate, with its numbers
        FAILED = "failed"

    class Cause(models.TextChoices):
        BUTTON = "button"
        LESSONS = "lessons"
        SCHEDULE = "schedule"  # the hour of the week that a setting names
        COMMAND = "command"  # learns from files too, so no worker can take it over

    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    cause = models.CharField(max_length=16, choices=Cause)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    lessons = models.PositiveIntegerField(default=0)  # labelled posts, the held-out ones included
    newest_lesson = models.BigIntegerField(default=0)
    champion = models.CharField(max_length=64, blank=True, default="")
    challenger = models.CharField(max_length=64, blank=True, default="")
    numbers = models.JSONField(default=dict)
    said = models.TextField(blank=True, default="")
    log = models.JSONField(default=list)  # sentences, the present step last
    lease_until = models.DateTimeField(null=True)
    lease_epoch = models.BigIntegerField(default=0)
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(  # one that waits, and one that runs
                fields=["state"], name="training_once", condition=models.Q(finished_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"training {self.pk}: {self.state}"


class Switch(models.Model):
    """Somebody wants another model in use; no `version` means the one that was before."""

    version = models.CharField(max_length=64, blank=True, default="")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    asked_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    done = models.BooleanField(default=False)
    said = models.TextField(blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="switch_asked", condition=models.Q(finished_at=None))
        ]

    def __str__(self) -> str:
        return f"switch to {self.version or 'the model before'}"
