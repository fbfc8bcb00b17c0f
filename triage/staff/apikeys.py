"""API keys: made once, shown once, found by their digest, revoked for good."""

import hashlib
import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from triage.tables import ApiKey, User

PREFIX = "triage_"
USED_NOTED = timedelta(hours=1)


class KeyRefused(Exception):
    """A key that cannot be made or revoked; the message is one sentence."""


def make_key(user: User, *, name: str) -> str:
    """A new key that acts as this person -> the key, which cannot be shown again.

    Raises KeyRefused where the person has a key of that name.
    """
    key = PREFIX + secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            ApiKey.objects.create(user=user, name=name, start=key[:12], digest=_digest(key))
    except IntegrityError:
        raise KeyRefused(f"{user.username} has a key called {name!r} already") from None
    return key


def revoke_key(user: User, *, name: str) -> None:
    """Let a key open nothing any more. Raises KeyRefused where there is none of that name."""
    found = ApiKey.objects.filter(user=user, name=name, revoked_at=None)
    if not found.update(revoked_at=timezone.now()):
        raise KeyRefused(f"{user.username} has no key called {name!r}")


def user_of(key: str) -> User | None:
    """Whose key this is; None for a key that opens nothing."""
    if not key.startswith(PREFIX):
        return None
    found = (
        ApiKey.objects.select_related("user")
        .filter(digest=_digest(key), revoked_at=None, user__is_active=True)
        .first()
    )
    if found is None:
        return None
    _note_use(found)
    return found.user


def _note_use(key: ApiKey) -> None:
    now = timezone.now()
    stale = Q(used_at=None) | Q(used_at__lt=now - USED_NOTED)
    if key.used_at is None or key.used_at < now - USED_NOTED:
        ApiKey.objects.filter(stale, pk=key.pk).update(used_at=now)


def _digest(key: str) -> str:
    # A plain hash: the key is 256 random bits, which nobody can guess their way to.
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
