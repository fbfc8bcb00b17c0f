"""Campaigns: what the brand says for a while, and by what its echo is known."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from triage.tables.channels import Channel


class Campaign(models.Model):
    """A push of the brand. A post belongs to it that has one of its marks, or answers a post of
    ours that has one, on its channel and within its days."""

    name = models.CharField(max_length=60, unique=True)
    marks = models.JSONField(default=list)  # hashtags, words or the campaign codes of links
    channel = models.ForeignKey(Channel, models.CASCADE, null=True, related_name="+")  # null: all
    starts_on = models.DateField(null=True)  # both days belong to it
    ends_on = models.DateField(null=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    changed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name
