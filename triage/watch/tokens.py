"""Tokens: the secret values of channels, encrypted at rest, and where a secret is looked up.

`TOKEN_KEYS` holds the keys, newest first: everything is written with the first one and read with
any of them. A value that works gives way only to one that was proven, and never to an empty one.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from triage.bulk import insert_missing
from triage.tables import Channel, Token


class SecretUnreadable(Exception):
    """A secret is there and cannot be read; one sentence, which names it and does not show it."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many tokens the newest key holds now, and how many no key opens."""

    done: int
    locked: int


def find_secrets(channel: Channel) -> dict[str, str]:
    """Every secret of a channel: the stored one, else that of the environment, "" where unset.

    Raises SecretUnreadable.
    """
    sealed = sealed_tokens(channel)
    keys = dict.fromkeys((*channel.secret_names, *sealed))
    return {key: find_secret(channel, key, sealed) for key in keys}


def find_secret(channel: Channel, key: str, sealed: Mapping[str, str]) -> str:
    """One secret, as `find_secrets` finds it; `sealed` is what `sealed_tokens` says."""
    if key in sealed:
        value = _opened(sealed[key])
        if value is None:
            raise SecretUnreadable(
                f"The stored {key} of {channel.name} cannot be opened with TOKEN_KEYS; give the "
                f"old key back, or the value anew: triage channel secret {channel.name!r} {key}"
            )
        return value
    variable = channel.secret_names.get(key)
    return read_variable(variable) if variable else ""


def sealed_tokens(channel: Channel) -> dict[str, str]:
    """The stored tokens of a channel by their keys, as they lie in the table."""
    return dict(Token.objects.filter(channel=channel).values_list("key", "sealed"))


def read_variable(variable: str) -> str:
    """The value of an environment variable, or what stands in the file that VARIABLE_FILE names.

    "" where neither is set. Raises SecretUnreadable.
    """
    path = os.environ.get(f"{variable}_FILE")
    if not path:
        return os.environ.get(variable, "").strip()
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SecretUnreadable(f"The file that {variable}_FILE names cannot be read.") from None


def read_token(channel: Channel | None, key: str) -> str | None:
    """A stored value; None where there is none, or none that our keys open."""
    sealed = _mine(channel, key).values_list("sealed", flat=True).first()
    return _opened(sealed) if sealed else None


def store_token(channel: Channel | None, key: str, value: str) -> None:
    """Keep a value in place of an older one. Raises ValueError for an empty one.

    The caller has proven it, or knows that there is nothing that it could spoil.
    """
    if not value.strip():
        raise ValueError("an empty token is never stored")
    fresh = {"sealed": _sealed(value), "changed_at": timezone.now()}
    if not _mine(channel, key).update(**fresh):
        row = Token(channel=channel, key=key, **fresh)
        if not insert_missing(Token, [row], returning="key"):
            _mine(channel, key).update(**fresh)  # somebody else was the first


def renew_token(channel: Channel, key: str, value: str, *, was: str) -> bool:
    """Put a value that the platform has just taken in the place of `was` -> whether it did.

    It does not where the stored value is another by now: that one is the later. A value that came
    from the environment gets a stored one before it.
    """
    if not value.strip():
        return False
    sealed = sealed_tokens(channel).get(key)
    if sealed is None:
        row = Token(channel=channel, key=key, sealed=_sealed(value))
        return bool(insert_missing(Token, [row], returning="key"))
    if _opened(sealed) != was:
        return False
    mine = _mine(channel, key).filter(sealed=sealed)
    return mine.update(sealed=_sealed(value), changed_at=timezone.now()) == 1


def forget_tokens(channel: Channel | None, keys: Iterable[str] | None = None) -> int:
    """Delete stored values, of these keys or all of a channel -> how many."""
    rows = Token.objects.filter(channel=channel)
    return (rows if keys is None else rows.filter(key__in=list(keys))).delete()[0]


def rotate_tokens() -> Rotated:
    """Write everything anew with the newest key. What no key opens is left as it is."""
    found = [_rotate(pk) for pk in Token.objects.values_list("pk", flat=True)]
    return Rotated(done=found.count(True), locked=found.count(False))


def locked_tokens() -> int:
    """How many stored values none of our keys opens."""
    sealed = Token.objects.values_list("sealed", flat=True).iterator()
    return sum(_opened(each) is None for each in sealed)


def seal(value: str) -> str:
    """A value as it may be stored."""
    return _sealed(value)


def unseal(sealed: str) -> str | None:
    """A stored value; None where none of our keys opens it."""
    return _opened(sealed)


def seal_anew(sealed: str) -> str | None:
    """A stored value, sealed with the newest key; None where none of our keys opens it."""
    try:
        return _box().rotate(sealed.encode()).decode()
    except InvalidToken:
        return None


def new_key() -> str:
    """A key for TOKEN_KEYS."""
    return Fernet.generate_key().decode()


def _rotate(pk: int) -> bool | None:
    """Whether a row could be opened; None where it is gone."""
    while True:
        sealed = Token.objects.filter(pk=pk).values_list("sealed", flat=True).first()
        if sealed is None:
            return None
        fresh = seal_anew(sealed)
        if fresh is None:
            return False
        if Token.objects.filter(pk=pk, sealed=sealed).update(sealed=fresh) == 1:
            return True  # else it was renewed meanwhile, perhaps with the old key


def _mine(channel: Channel | None, key: str) -> QuerySet[Token]:
    return Token.objects.filter(channel=channel, key=key)


def _sealed(value: str) -> str:
    return _box().encrypt(value.encode()).decode()


def _opened(sealed: str) -> str | None:
    try:
        return _box().decrypt(sealed.encode()).decode()
    except (InvalidToken, ValueError):
        return None


def _box() -> MultiFernet:
    return _box_of(settings.ENVIRONMENT.token_keys)


@lru_cache(maxsize=8)
def _box_of(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
