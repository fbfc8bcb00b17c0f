"""Policy versions: which one is in force, and how another comes to be."""

import hashlib
from collections.abc import Callable
from difflib import unified_diff
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max

from triage.posts import clean
from triage.staff.audit import COMMAND, note
from triage.tables import Item, Policy, User
from triage.tuning.policy import PolicyError, Rulebook, read_policy
from triage.tuning.taxonomy import look, newest_revision, see

ATTEMPTS = 5
REASON_LIMIT = 500


def policy_in_force() -> Rulebook:
    """The policy that decides now. A database without one takes the shipped file as version 1."""
    row = policy_row()
    return read_policy(row.text, version=row.version)


def policy_row() -> Policy:
    """The version that decides now, with its author and its text.

    A policy speaks of intents, so whoever reads it knows those in force now; that costs no query
    of its own.
    """
    rows = Policy.objects.select_related("author").annotate(intents=newest_revision())
    row = rows.filter(in_force=True).first()
    if row is None:
        return _first_policy()
    see(row.intents)
    return row


def policy_version(version: int) -> Policy | None:
    """One version, or None where there was none."""
    return Policy.objects.select_related("author").filter(version=version).first()


def policy_versions(*, limit: int | None = None) -> list[Policy]:
    """The versions with their authors, the newest first."""
    return list(Policy.objects.select_related("author").order_by("-version")[:limit])


def adopt_file(path: Path, *, reason: str = "the policy file was changed") -> Policy:
    """Put a policy file in force as a new version, unless it is as it was when last looked at.

    What people saved since then stays in force as long as nobody changes the file. Raises
    PolicyError, and changes nothing, when the file cannot be used.
    """
    look()
    text = _read(path)
    return _at_last(lambda: _adopt_file(text, reason))


def put_in_force(text: str, *, author: User | None, reason: str, seen: int | None = None) -> Policy:
    """Put a policy in force as a new version; the same text again stays the version that it is.

    Raises PolicyError for a text that cannot be used, without a reason, and where another version
    than `seen` has come into force meanwhile.
    """
    look()
    read_policy(text)
    why = clean(" ".join(reason.split()), limit=REASON_LIMIT)[0]
    if not why:
        raise PolicyError("Give a short reason. It is shown in the version history.")
    return _at_last(lambda: _put_in_force(text, author, why, seen))


def roll_back(
    version: int | None = None, *, author: User | None, reason: str = "", seen: int | None = None
) -> Policy:
    """Put what an earlier version said in force again, as a new version.

    Without a version, it is the newest that says something else than the one in force. Raises
    PolicyError where there is no such version.
    """
    current = policy_row()
    earlier = Policy.objects.filter(version__lt=current.version).order_by("-version")
    if version is None:
        row = earlier.exclude(digest=current.digest).first()
    else:
        row = policy_version(version)
    if row is None:
        asked = "earlier policy" if version is None else f"policy {version}"
        raise PolicyError(f"there is no {asked} to go back to; `triage policy list` shows them all")
    why = f"back to policy {row.version}"
    said = " ".join(reason.split())
    return put_in_force(
        row.text, author=author, reason=f"{why}: {said}" if said else why, seen=seen
    )


def difference(old: Policy, new: Policy) -> list[str]:
    """The lines of a unified diff between what two versions say; none where they say the same."""
    names = (f"policy {old.version}", f"policy {new.version}")
    lines = unified_diff(old.text.splitlines(), new.text.splitlines(), *names, lineterm="")
    return list(lines)


def version_json(row: Policy) -> dict[str, Any]:
    """A version as one JSON object, without its text."""
    return {
        "version": row.version,
        "in_force": row.in_force,
        "author": row.author.username if row.author else None,
        "reason": row.reason,
        "at": row.at.isoformat(),
    }


def shipped_policy() -> Rulebook:
    """The policy of the policy file, for those who ask without a database."""
    return read_policy(_read(settings.ENVIRONMENT.policy_file))


def _at_last(adopt: Callable[[], Policy]) -> Policy:
    for _ in range(ATTEMPTS - 1):
        try:
            return adopt()
        except IntegrityError:  # another process put one in force at the same moment: look again
            continue
    return adopt()


def _adopt_file(text: str, reason: str) -> Policy:
    digest = _digest(text)
    with transaction.atomic():
        current = Policy.objects.filter(in_force=True).first()
        if current and digest in (current.digest, current.file_digest):
            Policy.objects.filter(pk=current.pk).update(file_digest=digest)
            return current
        return _replace(current, text, file_digest=digest, reason=reason)


def _put_in_force(text: str, author: User | None, reason: str, seen: int | None) -> Policy:
    with transaction.atomic():
        current = Policy.objects.filter(in_force=True).first() or _first_policy()
        if seen is not None and current.version != seen:
            raise PolicyError(
                f"Policy {current.version} has come into force since you opened policy {seen}: "
                "check what changed, then save again."
            )
        if current.digest == _digest(text):
            return current
        file = current.file_digest or current.digest
        return _replace(current, text, file_digest=file, reason=reason, author=author)


def _replace(
    current: Policy | None, text: str, *, file_digest: str, reason: str, author: User | None = None
) -> Policy:
    if current:  # this row and no other: one that we have not read must not be put aside
        Policy.objects.filter(pk=current.pk).update(in_force=False)
    Item.objects.exclude(status=Item.Status.RESOLVED).update(clocked_version=0)
    newest = Policy.objects.aggregate(Max("version"))["version__max"] or 0
    if current:
        note("policy_changed", by=author or COMMAND, target=f"policy {newest + 1}", reason=reason)
    return Policy.objects.create(
        version=newest + 1,
        text=text,
        digest=_digest(text),
        file_digest=file_digest,
        author=author,
        reason=reason,
        in_force=True,
    )


def _first_policy() -> Policy:
    return adopt_file(settings.ENVIRONMENT.policy_file, reason="the policy shipped")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


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
