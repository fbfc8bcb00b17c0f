"""Dead letters: what a person can do with a post that could not be sorted.

`by` is who acts: a person, or the command line, which may do everything.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

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
By = User | str
Act = Callable[[DeadLetter, By], DeadLetter]


def waiting(letters: QuerySet[DeadLetter]) -> QuerySet[DeadLetter]:
    """Those letters that still wait for a person."""
    return letters.filter(WAITING)


def letter_json(letter: DeadLetter) -> dict[str, Any]:
    """A letter as one JSON object, with its record as it came; what there is not is null."""
    return {
        "id": letter.pk,
        "channel": letter.channel.name,
        "at": letter.at.isoformat(),
        "reason": letter.reason,
        "post": letter.post.external_id if letter.post else None,
        "text": letter.post.text if letter.post else None,
        "raw": letter.raw,
        "replayed_at": letter.replayed_at.isoformat() if letter.replayed_at else None,
    }


def see_to(ids: Iterable[int], act: Act, by: By) -> Iterator[tuple[int, str]]:
    """Do one act to each of several letters -> their ids, and why one was refused, else nothing.

    Each is an act of its own: one that is refused keeps none of the others from being done.
    """
    for pk in dict.fromkeys(ids):
        letter = DeadLetter.objects.filter(pk=pk).first()
        try:
            if letter is None:
                raise ActRefused("There is no such dead letter.")
            act(letter, by)
        except ActRefused as refused:
            yield pk, str(refused)
        else:
            yield pk, ""


def put_aside(letter: DeadLetter, by: By) -> DeadLetter:
    """Call a record that never became a post seen to; it stays in the database.

    Raises ActRefused where the person may not, where a post waits behind it, and the second time.
    """
    if not _may(by):
        raise ActRefused("Only ops can put dead letters aside.")
    if letter.post_id is not None:
        raise ActRefused("There is a post behind this; sort it again.")
    unseen = DeadLetter.objects.filter(pk=letter.pk, replayed_at=None)
    with transaction.atomic():
        if unseen.update(replayed_at=timezone.now()) != 1:
            raise ActRefused("It was put aside already.")
        note("letter_put_aside", by=by, target=f"dead letter {letter.pk}")
    log.info("dead_letter_put_aside", letter=letter.pk, user=_number(by))
    return letter


def replay(letter: DeadLetter, by: By) -> DeadLetter:
    """Send a stored post back to sorting, with all its attempts before it.

    Raises ActRefused where the person may not, where the record never became a post, and where
    the post does not wait here any more.
    """
    if not _may(by):
        raise ActRefused("Only ops can replay dead letters.")
    if letter.post_id is None:
        raise ActRefused("This record could not be read as a post, so there is nothing to sort.")
    with transaction.atomic():
        dead = PostRow.objects.filter(pk=letter.post_id, state=State.DEAD)
        if dead.update(state=State.NEW, attempts=0, retry_at=None, error="") != 1:
            raise ActRefused("It was replayed already.")
        letter.replayed_at = timezone.now()
        letter.save(update_fields=["replayed_at"])
        note("letter_replayed", by=by, target=f"dead letter {letter.pk}", post=letter.post_id)
    log.info("dead_letter_replayed", letter=letter.pk, post=letter.post_id, user=_number(by))
    return letter


def _may(by: By) -> bool:
    return isinstance(by, str) or may_tune(by)


def _number(by: By) -> int | None:
    return by.pk if isinstance(by, User) else None
