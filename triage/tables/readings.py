"""What people read in the review lane, to teach the model and to measure it."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Reading(models.Model):
    """One person's label of one version of a post, given in the review lane.

    A post of the sample that is `twice` is read again by somebody else, who does not know that
    they are the second. Only first readings measure the model; both measure the readers.
    """

    class Lane(models.TextChoices):
        UNSURE = "unsure"  # what the policy wants a person to look at
        SAMPLE = "sample"  # what was drawn by chance; the model's answer was hidden

    post = models.ForeignKey("triage.PostRow", models.CASCADE, related_name="readings")
    post_version = models.PositiveIntegerField()
    verdict = models.ForeignKey("triage.Verdict", models.SET_NULL, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    lane = models.CharField(max_length=16, choices=Lane)
    second = models.BooleanField(default=False)
    twice = models.BooleanField(default=False)  # somebody else is to read it too
    intent = models.CharField(max_length=32)
    queue = models.CharField(max_length=16)
    lesson = models.ForeignKey("triage.Lesson", models.SET_NULL, null=True, related_name="+")
    stroke = models.CharField(max_length=32, blank=True, default="")  # of the item it moved
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "post_version", "second"], name="reading_once"),
        ]
        indexes = [
            models.Index(fields=["lane", "second"], name="reading_lane"),
            # Few readings are to be repeated, so those that wait for it are found at any size.
            models.Index(
                fields=["id"], name="reading_twice", condition=models.Q(twice=True, second=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.intent} by {self.user_id}"
