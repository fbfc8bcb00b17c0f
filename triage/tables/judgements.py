"""What models said (verdicts), what people said (lessons, opinions), and the policy in force."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Verdict(models.Model):
    """What one model version said of one version of a post. Never changed afterwards."""

    post = models.ForeignKey("triage.PostRow", models.CASCADE, related_name="verdicts")
    post_version = models.PositiveIntegerField()
    model = models.CharField(max_length=64)
    queue = models.CharField(max_length=16)
    intent = models.CharField(max_length=32)
    confidence = models.FloatField()
    intent_confidence = models.FloatField()
    also = models.CharField(max_length=32, blank=True, default="")
    because = models.JSONField(default=list)
    sentiment = models.CharField(max_length=8, blank=True, default="")  # empty: nobody said
    strange = models.TextField(blank=True, default="")  # why no model can judge this text
    drawn = models.FloatField(null=True)  # the chance by which it is in the sample; null: it is not
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "post_version", "model"], name="verdict_once")
        ]
        indexes = [
            models.Index(
                fields=["id"], name="verdict_drawn", condition=models.Q(drawn__isnull=False)
            ),
            models.Index(fields=["at"], name="verdict_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.intent} {self.confidence:.2f}"


class Lesson(models.Model):
    """A person's label of a post. Kept apart from verdicts: a suggestion is not an answer."""

    class Origin(models.TextChoices):
        HAND_OFF = "hand_off"
        CORRECTION = "correction"
        REVIEW = "review"

    post = models.ForeignKey("triage.PostRow", models.CASCADE, related_name="lessons")
    post_version = models.PositiveIntegerField()
    queue = models.CharField(max_length=16)
    intent = models.CharField(
        max_length=32, blank=True, default=""
    )  # empty: only the queue is said
    origin = models.CharField(max_length=16, choices=Origin)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    reason = models.TextField(blank=True, default="")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.intent or self.queue} by {self.user_id}"


class Opinion(models.Model):
    """What a person says that the author of a post feels. Never changed; an undo deletes it.

    The newest one of a post holds, through its edits and whatever models say of it.
    """

    post = models.ForeignKey("triage.PostRow", models.CASCADE, related_name="opinions")
    post_version = models.PositiveIntegerField()
    sentiment = models.CharField(max_length=8)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.sentiment} by {self.user_id}"


class Policy(models.Model):
    """One version of routes, thresholds and rules. The newest one in force decides."""

    version = models.PositiveIntegerField(unique=True)
    text = models.TextField()  # TOML, as config/policy.toml
    digest = models.CharField(max_length=64)
    file_digest = models.CharField(  # of the policy file when it was last looked at
        max_length=64, blank=True, default=""
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    reason = models.TextField(blank=True, default="")
    in_force = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["in_force"],
                name="one_policy_in_force",
                condition=models.Q(in_force=True),
            )
        ]

    def __str__(self) -> str:
        return f"policy {self.version}"
