"""Users, who work here, and persons, who post."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone

from triage.vocabulary import Team


class User(AbstractUser):
    """Somebody who signs in. `teams` holds words of `vocabulary.Team`, one or several."""

    teams = models.JSONField(default=list)
    time_zone = models.CharField(max_length=64, blank=True, default="")  # empty: TIME_ZONE
    may_approve = models.BooleanField(default=False)  # answers of others, where they work

    def in_team(self, *teams: Team) -> bool:
        """Whether this person is in one of these teams; admins are in all."""
        own = set(self.teams)
        return Team.ADMIN in own or bool(own.intersection(teams))

    @property
    def shown_name(self) -> str:
        """The name that colleagues see."""
        return self.get_full_name() or self.get_username()


class Person(models.Model):
    """The author of posts on one platform."""

    platform = models.CharField(max_length=32)
    external_id = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    reach = models.BigIntegerField(null=True)  # followers, as last seen
    first_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "external_id"], name="person_once")
        ]

    def __str__(self) -> str:
        return self.name
