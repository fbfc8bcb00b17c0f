"""Recalling: call back what has not left, and settle what did not leave as it should."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils import timezone

from triage.back.replies import check_channel, claimed, in_the_way, kept
from triage.desk import acting
from triage.desk.acting import ActRefused, check_may_work
from triage.tables import Item, Outgoing, User
from triage.vocabulary import Act

State = Outgoing.State
UNSENT = (State.REFUSED, State.FAILED, State.UNKNOWN)
MAY_HAVE_LEFT = "It may have been sent before the undo. Check on the platform."


def cancel(outgoing: Outgoing, user: User) -> Outgoing:
    """Call back what has not left, or let go of what could not be sent; its text is kept.

    An item that was resolved along with the reply is open again. What an earlier try may have left
    on the platform becomes `unknown` and is not tried again. Whoever approved an answer takes the
    approval back: it waits again. Raises ActRefused once it has left, and for an answer of somebody
    else that waits for approval.
    """
    rows = Outgoing.objects.filter(pk=outgoing.pk)
    with settling(outgoing, user) as item:
        if rows.filter(state=State.PENDING).exists():
            _withdraw(outgoing, item, user)
            return fresh(outgoing)
        waiting = rows.filter(state=State.WAITING)
        if waiting.filter(uncertain=True).update(state=State.UNKNOWN, error=MAY_HAVE_LEFT):
            _tell(item, user, "called_back")
        elif outgoing.user_id != user.pk and _take_approval_back(outgoing, user):
            _tell(item, user, "approval_undone", back=outgoing.user if outgoing.resolves else None)
        elif waiting.update(state=State.CANCELLED):
            _tell(item, user, "called_back", back=user if outgoing.resolves else None)
        elif rows.filter(state__in=UNSENT).update(state=State.CANCELLED):
            _tell(item, user, "let_go")
        else:
            raise ActRefused(what_became(outgoing))
    return fresh(outgoing)


def _withdraw(outgoing: Outgoing, item: Item, user: User) -> None:
    """Only its author does; whoever may approve it sends it back. One whose author has left is
    anybody's."""
    author = outgoing.user
    if author and author.is_active and author != user:
        raise ActRefused(
            f"It is {author.shown_name}'s, who can withdraw it; whoever may approve it can send it "
            "back."
        )
    if not Outgoing.objects.filter(pk=outgoing.pk, state=State.PENDING).update(
        state=State.CANCELLED
    ):
        raise ActRefused(what_became(outgoing))
    _tell(item, user, "called_back")


def _take_approval_back(outgoing: Outgoing, user: User) -> bool:
    """Whether this person had approved it, and it waits for approval again."""
    mine = Outgoing.objects.filter(pk=outgoing.pk, state=State.WAITING, approved_by=user)
    return mine.update(state=State.PENDING, approved_by=None, error="", attempts=0) == 1


def retry(outgoing: Outgoing, user: User) -> Outgoing:
    """Send once more what failed, at once; the platform is asked first whether it is there already.

    Raises ActRefused where it has not failed, or where another reply is on its way.
    """
    check_channel(outgoing.channel, Act(outgoing.act))
    rows = Outgoing.objects.filter(pk=outgoing.pk, state__in=UNSENT)
    try:
        with settling(outgoing, user) as item:
            if not rows.update(state=State.WAITING, attempts=0, error="", due_at=timezone.now()):
                raise ActRefused(what_became(outgoing))
            _tell(item, user, "sent_again")
    except IntegrityError:
        raise ActRefused(in_the_way(outgoing.item)) from None
    return fresh(outgoing)


def call_sent(outgoing: Outgoing, user: User) -> Outgoing:
    """Note that a person looked at the platform and found there what nobody knew of.

    Raises ActRefused where it is not `unknown` any more.
    """
    rows = Outgoing.objects.filter(pk=outgoing.pk, state=State.UNKNOWN)
    with settling(outgoing, user) as item:
        if not rows.update(state=State.SENT, error="", sent_at=timezone.now()):
            raise ActRefused(what_became(outgoing))
        _tell(item, user, "found_sent")
    return fresh(outgoing)


@contextmanager
def settling(outgoing: Outgoing, user: User) -> Iterator[Item]:
    """A transaction that holds the item first, as every act does, and the outbox row after it."""
    with transaction.atomic():
        item = Item.objects.select_for_update(no_key=True).get(pk=outgoing.item_id)
        check_may_work(item, user)
        yield item


def _tell(item: Item, user: User, event: str, *, back: User | None = None) -> None:
    """Write it into the item's history; what was resolved along with a reply is `back` in
    somebody's hands."""
    changes = kept(item)
    if back and item.status == Item.Status.RESOLVED:
        changes = claimed(back)
        acting.write_move(item, event="undone", user=user, why="resolved")
    acting.act(Item.objects.filter(pk=item.pk), item, user, event=event, **changes)


def fresh(outgoing: Outgoing) -> Outgoing:
    """The row as it is now, with what stands around it."""
    around = ("channel", "item", "post", "user")
    return Outgoing.objects.select_related(*around).get(pk=outgoing.pk)


def what_became(outgoing: Outgoing) -> str:
    """How it stands, as a sentence for somebody who was too late."""
    now = Outgoing.objects.filter(pk=outgoing.pk).values_list("state", flat=True).first()
    words: dict[str, str] = {
        State.PENDING: "It is waiting for approval.",
        State.WAITING: "It is waiting to be sent.",
        State.SENDING: "It is being sent, so it can no longer be stopped.",
        State.SENT: "It was already sent.",
        State.CANCELLED: "It was already undone.",
    }
    return words.get(now, f"It is {now}; look again.") if now else "It is gone."
