"""The Django application of the product."""

from django.apps import AppConfig


class TriageConfig(AppConfig):
    """Registers the tables; starts nothing."""

    name = "triage"
    verbose_name = "Triage"
