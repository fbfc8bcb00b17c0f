"""Dead letters: what a person can do with a post that could not be sorted."""

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from triage.access import may_tune
from triage.desk.items import ActRefused
from triage.staff.audit import note
from triage.tables import DeadLetter, PostRow, User
from triage.tables.deadletters import WAITING

log = structlog.get_logger()

State = PostRow.State


def waiting(letters: QuerySet[DeadLetter]) -> QuerySet[DeadLetter]:
    """Those letters that still wait for a person."""
    return letters.filter(WAITING)


def put_aside(letter: DeadLetter, user: User) -> DeadLetter:
    """Call a record that never became a post seen to; it stays in the database.

    Raises ActRefused where the person may not, where a post waits behind it, and the second time.
    """
    if not may_tune(user):
        raise ActRefused("Only ops can put dead letters aside.")
    if letter.post_id is not None:
        raise ActRefused("There is a post behind this; sort it again.")
    unseen = DeadLetter.objects.filter(pk=letter.pk, replayed_at=None)
    with transaction.atomic():
        if unseen.update(replayed_at=timezone.now()) != 1:
            raise ActRefused("It was put aside already.")
        note("letter_put_aside", by=user, target=f"dead letter {letter.pk}")
    log.info("dead_letter_put_aside", letter=letter.pk, user=user.pk)
    return letter


def replay(letter: DeadLetter, user: User) -> DeadLetter:
    """Send a stored post back to sorting, with all its attempts before it.

    Raises ActRefused where the person may not, where the record never became a post, and where
    the post does not wait here any more.
    """
    if not may_tune(user):
        raise ActRefused("Only ops can replay dead letters.")
    if letter.post_id is None:
        raise ActRefused("This record could not be read as a post, so there is nothing to sort.")
    with transaction.atomic():
        dead = PostRow.objects.filter(pk=letter.post_id, state=State.DEAD)
        if dead.update(state=State.NEW, attempts=0, retry_at=None, error="") != 1:
            raise ActRefused("It was replayed already.")
        letter.replayed_at = timezone.now()
        letter.save(update_fields=["replayed_at"])
        note("letter_replayed", by=user, target=f"dead letter {letter.pk}", post=letter.post_id)
    log.info("dead_letter_replayed", letter=letter.pk, post=letter.post_id, user=user.pk)
    return letter
