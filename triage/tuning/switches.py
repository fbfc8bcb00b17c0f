"""Switches: ask that another model judges. A worker answers in the row (`triage.tuning.shelf`)."""

from django.db import transaction

from triage.staff.audit import note
from triage.tables import StoredModel, Switch, User


def ask_switch(version: str, *, user: User) -> Switch | None:
    """Have a stored model put in use -> the row; None where no such model is stored."""
    if not StoredModel.objects.filter(version=version, stored=True).exists():
        return None
    return _asked(Switch(version=version, user=user), by=user)


def ask_rollback(*, user: User) -> Switch:
    """Have the model in use that was there before. While one is asked for, it is the same one."""
    asked = Switch.objects.filter(version="", finished_at=None).first()
    return asked or _asked(Switch(user=user), by=user)


def note_switch(switch: Switch, *, by: User | str) -> None:
    """Have the audit log tell who wanted which model in use."""
    note("model_used" if switch.version else "model_back", by=by, target=switch.version)


def _asked(switch: Switch, *, by: User) -> Switch:
    with transaction.atomic():
        switch.save(force_insert=True)
        note_switch(switch, by=by)
    return switch
