"""The shelf: which models are stored and which is in use, as rows; and who put what in use.

Only workers and commands import this; pages ask by `triage.tuning.switches` and read the rows.
"""

from contextlib import suppress

from django.db import IntegrityError, transaction
from django.utils import timezone

from models import registry
from triage.tables import StoredModel, Switch
from triage.walk.judging import current_classifier, models_root


def mirror_models() -> None:
    """Bring the rows up to date with the models on disk. Harmless when two do it at once."""
    root = models_root()
    stored, used = registry.versions(root), registry.current(root)
    known = set(StoredModel.objects.filter(stored=True).values_list("version", flat=True))
    for version in [each for each in reversed(stored) if each not in known]:
        StoredModel.objects.update_or_create(
            version=version, defaults={"card": stored_card(version), "stored": True}
        )
    # Another process may be telling of a newer switch; the next look then puts it right.
    with suppress(IntegrityError), transaction.atomic():
        StoredModel.objects.exclude(version__in=stored).update(stored=False)
        StoredModel.objects.filter(in_use=True).exclude(version=used).update(in_use=False)
        StoredModel.objects.filter(version=used, in_use=False).update(in_use=True)


def carry_out_switches() -> int:
    """Put in use what people asked for, in their order -> how many requests were answered."""
    done = 0
    for switch in Switch.objects.filter(finished_at=None).order_by("id"):
        done += _answer(switch)
    if done:
        mirror_models()
    return done


def switch_now(switch: Switch) -> Switch:
    """Carry out one request and leave the answer in its row, which says whether it was done."""
    root = models_root()
    current_classifier()  # installs the shipped model where none was used yet
    try:
        if switch.version:
            registry.use(root, switch.version)
        version = switch.version or registry.rollback(root)
        switch.done, switch.said = True, f"{version} is in use{'' if switch.version else ' again'}."
    except registry.ModelRefused as refusal:
        switch.said = str(refusal)
    switch.finished_at = timezone.now()
    switch.save()
    return switch


def _answer(switch: Switch) -> int:
    with transaction.atomic():
        # Whoever has the row answers it: going back twice would go back two steps.
        mine = Switch.objects.select_for_update(skip_locked=True).filter(pk=switch.pk)
        row = mine.filter(finished_at=None).first()
        if row is None:
            return 0
        switch_now(row)
    return 1


def stored_card(version: str) -> dict[str, object]:
    """The card of a stored model; of one that cannot be read its version, and `why`."""
    try:
        return dict(registry.read_card(models_root() / version))
    except registry.ModelRefused as refusal:
        return {"version": version, "why": str(refusal)}
