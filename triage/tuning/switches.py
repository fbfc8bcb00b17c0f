"""Switches: ask that another model judges. A worker answers in the row (`triage.tuning.shelf`)."""

from triage.tables import StoredModel, Switch, User


def ask_switch(version: str, *, user: User) -> Switch | None:
    """Have a stored model put in use -> the row; None where no such model is stored."""
    if not StoredModel.objects.filter(version=version, stored=True).exists():
        return None
    return Switch.objects.create(version=version, user=user)


def ask_rollback(*, user: User) -> Switch:
    """Have the model in use that was there before. While one is asked for, it is the same one."""
    asked = Switch.objects.filter(version="", finished_at=None).first()
    return asked or Switch.objects.create(user=user)
