"""Sign-ins: the sessions and second factors that the sign-in library keeps for people."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction

from triage.tables import User
from triage.watch.tokens import seal_anew


@dataclass(frozen=True, slots=True)
class SignIn:
    """A browser in which somebody is signed in."""

    pk: int
    address: str
    browser: str
    since: datetime
    current: bool


def signed_in(user: User, *, current: str | None = None) -> list[SignIn]:
    """The sessions of a person that still stand, the newest first; `current` is the key of one."""
    return [
        SignIn(row.pk, row.ip, row.user_agent, row.created_at, row.session_key == current)
        for row in sorted(
            UserSession.objects.purge_and_list(user), key=lambda row: row.created_at, reverse=True
        )
    ]


def end_session(user: User, pk: int) -> bool:
    """Sign a person out of one browser -> whether there was such a session of theirs."""
    row = UserSession.objects.filter(user=user, pk=pk).first()
    if row is None:
        return False
    row.end()
    return True


def end_sessions(user: User, *, besides: str | None = None) -> int:
    """Sign a person out of every browser, but for the session with the key `besides`."""
    keys = UserSession.objects.filter(user=user).exclude(session_key=besides or "")
    found = list(keys.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=found).delete()
    keys.delete()
    return len(found)


def has_second_factor(user: User) -> bool:
    """Whether a person types a code after the password."""
    totp = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP)
    return bool(totp.exists())


def with_second_factor() -> set[int]:
    """The ids of all who do."""
    totp = Authenticator.objects.filter(type=Authenticator.Type.TOTP)
    return set(totp.values_list("user_id", flat=True))


def forget_second_factor(user: User) -> bool:
    """Let a person sign in with the password alone -> whether there was a second factor."""
    return bool(Authenticator.objects.filter(user=user).delete()[0])


def seal_second_factors_anew() -> tuple[int, int]:
    """Seal the secrets of all second factors with the newest key -> how many, and how many no key
    opens, which are left as they are."""
    found = [_seal_anew(row) for row in Authenticator.objects.order_by("pk")]
    return found.count(True), found.count(False)


def _seal_anew(row: Authenticator) -> bool:
    [name] = {"secret", "seed"}.intersection(row.data)
    fresh = seal_anew(row.data[name])
    if fresh is None:
        return False
    with transaction.atomic():  # a recovery code may be used at this moment
        same = Authenticator.objects.select_for_update().filter(pk=row.pk).first()
        if same is not None and same.data.get(name) == row.data[name]:
            same.data[name] = fresh
            same.save(update_fields=["data"])
    return True


def is_linked(user: User) -> bool:
    """Whether a person can sign in with the company's account."""
    return bool(SocialAccount.objects.filter(user=user).exists())
