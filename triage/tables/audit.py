"""The audit log: who did what to the installation. Rows are added and never changed."""

from typing import Any, NoReturn

from django.db import models
from django.utils import timezone


class AppendOnly(models.QuerySet["AuditEntry"]):
    """Rows that can be read and added, and nothing else."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refused: what was done stays as it was noted."""
        raise TypeError("the audit log is only added to")

    def delete(self) -> NoReturn:
        """Refused, as `update` is."""
        raise TypeError("the audit log is only added to")


class AuditEntry(models.Model):
    """One act. `actor` is the name then: it stays readable when the person is gone.

    `user_id` is a plain number for the same reason. `target` and `details` never hold what somebody
    outside wrote, and never a secret.
    """

    at = models.DateTimeField(default=timezone.now)
    event = models.CharField(max_length=32)
    user_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=150)
    target = models.CharField(max_length=200, blank=True, default="")
    details = models.JSONField(default=dict)
    address = models.GenericIPAddressField(null=True)

    objects = AppendOnly.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["event", "-id"], name="audit_event"),
            models.Index(fields=["actor", "-id"], name="audit_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.event} {self.target}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the row. Raises TypeError for one that is there already."""
        if not self._state.adding:
            raise TypeError("the audit log is only added to")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused, as for many rows."""
        raise TypeError("the audit log is only added to")
