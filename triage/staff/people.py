"""People: who works here, in which teams, and what becomes of their work when they leave.

`by` is who acts: a person, or the command line, which may do everything.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from triage.access import may_give, may_manage
from triage.desk.acting import Status, act_alone
from triage.posts import clean_field
from triage.staff.audit import note
from triage.staff.signins import end_sessions, forget_second_factor
from triage.tables import Item, Mention, User
from triage.vocabulary import Team

By = User | str


class PeopleRefused(Exception):
    """Something that cannot be done to a person's account; one sentence."""


@dataclass(frozen=True, slots=True)
class Left:
    """What somebody who left had in hand: items that went back to their queues."""

    returned: int


def add_person(
    *, name: str, teams: Collection[str], by: By, password: str = "", email: str = ""
) -> tuple[User, str]:
    """Add somebody who signs in -> the person, and the password that was made or given.

    Raises PeopleRefused for a name that is taken or cannot be used, a weak password, or teams that
    `by` may not give.
    """
    _check_teams(by, teams)
    if User.objects.filter(username__iexact=name).exists():
        raise PeopleRefused(f"there is already somebody called {name!r}")
    _check_address(email)
    password = password or new_password()
    person = User(username=name, teams=sorted(set(teams)), email=email.lower())
    try:
        validate_password(password, person)
        person.set_password(password)
        person.full_clean()
    except ValidationError as error:
        raise PeopleRefused(" ".join(error.messages)) from None
    with transaction.atomic():
        person.save()
        note("person_added", by=by, target=name, teams=person.teams)
    return person, password


def set_teams(person: User, teams: Collection[str], *, by: By) -> None:
    """Put somebody in these teams and no others. Raises PeopleRefused."""
    _check_may_manage(by, person)
    _check_teams(by, teams)
    wanted = sorted(set(teams))
    if Team.ADMIN.value not in wanted:
        _check_an_admin_stays(person)
    with transaction.atomic():
        before = User.objects.select_for_update().get(pk=person.pk).teams
        if before == wanted:
            return
        User.objects.filter(pk=person.pk).update(teams=wanted)
        note("teams_changed", by=by, target=person.username, before=before, teams=wanted)
    person.teams = wanted


def set_approver(person: User, may: bool, *, by: By) -> None:
    """Let somebody approve answers of colleagues where they work, or no more. Raises
    PeopleRefused."""
    _check_may_manage(by, person)
    rows = User.objects.filter(pk=person.pk, may_approve=not may)
    with transaction.atomic():
        if rows.update(may_approve=may) == 1:
            note("approver_changed", by=by, target=person.username, may_approve=may)
    person.may_approve = may


def deactivate(person: User, *, by: By) -> Left:
    """Let somebody sign in no more: their sessions end, what they had in hand goes back.

    Raises PeopleRefused for oneself, for the last admin, and where it was done already.
    """
    _check_may_manage(by, person)
    if isinstance(by, User) and by.pk == person.pk:
        raise PeopleRefused("You cannot deactivate yourself; ask a colleague.")
    _check_an_admin_stays(person)
    with transaction.atomic():
        if User.objects.filter(pk=person.pk, is_active=True).update(is_active=False) != 1:
            raise PeopleRefused(f"{person.username} is deactivated already.")
        end_sessions(person)
        Mention.objects.filter(user=person, read_at=None).update(read_at=timezone.now())
        left = Left(_give_back(person))
        note("person_deactivated", by=by, target=person.username, returned=left.returned)
    person.is_active = False
    return left


def reactivate(person: User, *, by: By) -> None:
    """Let somebody sign in again, with the password they had. Raises PeopleRefused."""
    _check_may_manage(by, person)
    if User.objects.filter(pk=person.pk, is_active=False).update(is_active=True) != 1:
        raise PeopleRefused(f"{person.username} can sign in already.")
    note("person_reactivated", by=by, target=person.username)
    person.is_active = True


def give_new_password(person: User, *, by: By) -> str:
    """Make a new password, which ends every session -> it; it cannot be shown again."""
    _check_may_manage(by, person)
    password = new_password()
    person.set_password(password)
    with transaction.atomic():
        person.save(update_fields=["password"])
        end_sessions(person)
        note("password_changed", by=by, target=person.username)
    return password


def reset_second_factor(person: User, *, by: By) -> None:
    """Let somebody who lost their second factor sign in without it. Raises PeopleRefused."""
    _check_may_manage(by, person)
    with transaction.atomic():
        if not forget_second_factor(person):
            raise PeopleRefused(f"{person.username} has no second factor.")
        end_sessions(person)
        note("second_factor_reset", by=by, target=person.username)


def set_address(person: User, email: str, *, by: By) -> None:
    """Keep the e-mail address by which the company's sign-in knows somebody; empty for none.

    Raises PeopleRefused for one that is wrong, or somebody else's.
    """
    _check_may_manage(by, person)
    if person.email == email.lower():
        return
    _check_address(email, besides=person)
    person.email = email.lower()  # as the sign-in library looks for it
    try:
        person.clean_fields(exclude=["username", "password", "teams"])
    except ValidationError as error:
        raise PeopleRefused(" ".join(error.messages)) from None
    with transaction.atomic():
        person.save(update_fields=["email"])
        note("address_changed", by=by, target=person.username)


def settle_in(person: User, *, full_name: str, time_zone: str) -> None:
    """A person's own settings: the name that colleagues see, and the zone that times are shown in.

    Raises PeopleRefused for a zone that nobody knows.
    """
    if time_zone and time_zone not in available_timezones():
        raise PeopleRefused(f"There is no time zone {time_zone[:64]!r}; write one like Asia/Tokyo.")
    first, _, last = (clean_field(full_name, limit=150) or "").partition(" ")
    person.first_name, person.last_name, person.time_zone = first, last, time_zone
    person.save(update_fields=["first_name", "last_name", "time_zone"])


def zone_of(person: User) -> ZoneInfo | None:
    """The zone that a person chose; None for that of the installation."""
    try:
        return ZoneInfo(person.time_zone) if person.time_zone else None
    except (KeyError, ValueError, OSError):  # an upgrade of the system may drop a zone
        return None


def new_password() -> str:
    """A password that nobody guesses."""
    return secrets.token_urlsafe(12)


def _give_back(person: User) -> int:
    held = Item.objects.filter(owner=person, status=Status.CLAIMED)
    why = f"{person.shown_name} does not work here any more."
    return sum(
        act_alone(item, event="lapsed", why=why, status=Status.OPEN, owner=None, claimed_until=None)
        for item in held
    )


def _check_teams(by: By, teams: Collection[str]) -> None:
    unknown = set(teams) - {team.value for team in Team}
    if unknown:
        raise PeopleRefused(f"There is no team {min(unknown)!r}.")
    if isinstance(by, User) and not may_give(by, teams):
        raise PeopleRefused("Only an admin can make somebody ops or admin.")


def _check_may_manage(by: By, person: User) -> None:
    if isinstance(by, User) and not may_manage(by, person):
        raise PeopleRefused("Only an admin can change the account of ops or of an admin.")


def _check_an_admin_stays(person: User) -> None:
    """Raise PeopleRefused for the only admin; an installation without any admin is left alone."""
    if Team.ADMIN.value not in person.teams or not person.is_active:
        return
    others = User.objects.filter(is_active=True).exclude(pk=person.pk)
    if not any(Team.ADMIN.value in each.teams for each in others):
        raise PeopleRefused(f"{person.username} is the only admin; make somebody else one first.")


def _check_address(email: str, besides: User | None = None) -> None:
    if not email:
        return
    taken = User.objects.filter(email__iexact=email)
    if besides is not None:
        taken = taken.exclude(pk=besides.pk)
    if taken.exists():
        raise PeopleRefused("Somebody else has this e-mail address.")
