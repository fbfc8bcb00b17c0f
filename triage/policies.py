"""Policy versions: which one is in force."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max

from triage.policy import PolicyError, Rulebook, read_policy
from triage.tables import Item, Policy

ATTEMPTS = 5


def policy_in_force() -> Rulebook:
    """The policy that decides now. A database without one takes the shipped file as version 1."""
    row = Policy.objects.filter(in_force=True).first() or _first_policy()
    return read_policy(row.text, version=row.version)


def adopt_file(path: Path, *, reason: str = "the policy file was changed") -> Policy:
    """Put a policy file in force as a new version, unless it says what was put in force last.

    Raises PolicyError, and changes nothing, when the file cannot be used.
    """
    text = _read(path)
    for _ in range(ATTEMPTS - 1):
        try:
            return _adopt(text, reason)
        except IntegrityError:  # another process put one in force at the same moment: look again
            continue
    return _adopt(text, reason)


def _adopt(text: str, reason: str) -> Policy:
    digest = hashlib.sha256(text.encode()).hexdigest()
    with transaction.atomic():
        current = Policy.objects.filter(in_force=True).first()
        if current and current.digest == digest:
            return current
        if current:  # this row and no other: one that we have not read must not be put aside
            Policy.objects.filter(pk=current.pk).update(in_force=False)
        Item.objects.exclude(status=Item.Status.RESOLVED).update(clocked_version=0)
        newest = Policy.objects.aggregate(Max("version"))["version__max"] or 0
        return Policy.objects.create(
            version=newest + 1, text=text, digest=digest, reason=reason, in_force=True
        )


def _first_policy() -> Policy:
    return adopt_file(settings.ENVIRONMENT.policy_file, reason="the policy shipped")


def shipped_policy() -> Rulebook:
    """The policy of the policy file, for those who ask without a database."""
    return read_policy(_read(settings.ENVIRONMENT.policy_file))


def _read(path: Path) -> str:
    """The text of a policy file that can be used. Raises PolicyError, which names the file."""
    try:
        text = path.read_text(encoding="utf-8")
        read_policy(text)
    except OSError as error:
        raise PolicyError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise PolicyError(f"{path} is not UTF-8") from None
    except PolicyError as error:
        raise PolicyError(f"{path}: {error}") from None
    return text
