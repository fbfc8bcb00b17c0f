"""Approving: an answer that waits for a colleague leaves, or goes back to its author with a word.

Whoever approves answers for what they have seen: each act is conditional on the item's version, and
of two who are at it at once only one changes the row.
"""

from typing import Any

from django.db import transaction

from triage.access import may_approve, may_work
from triage.back.recalling import fresh, settling
from triage.back.replies import held_until, kept, resolved, sendable
from triage.desk import acting
from triage.desk.acting import ActRefused, in_version, reason_of
from triage.desk.drafts import draft_of, save_draft
from triage.posts import clean
from triage.staff.audit import note
from triage.tables import Item, Mention, Note, Outgoing, PostRow, User

State = Outgoing.State
GONE = "The post it replies to was deleted. Send it back with a comment."
OWN = "This is your own reply. A colleague has to approve it."
CHANGED = "The item has changed since this was written. Check what is new, then approve it."


def approve(
    outgoing: Outgoing,
    user: User,
    *,
    seen: int,
    text: str | None = None,
    hold: float | None = None,
) -> Outgoing:
    """Let an answer leave, with another text if one is given -> the row, which waits to be sent.

    All that is looked at when an answer is sent is looked at again. Raises ActRefused where the
    person may not approve it or wrote it, where the item is not in version `seen` any more, where
    somebody else was first, and for a text, a post or a channel that cannot be sent.
    """
    item = outgoing.item
    _check_may_approve(item, user)
    if outgoing.user_id == user.pk:
        raise ActRefused(OWN)
    said = sendable(item, outgoing.text if text is None else text)
    before = outgoing.written or outgoing.text
    if PostRow.objects.filter(pk=outgoing.post_id, deleted_at=None).first() is None:
        raise ActRefused(GONE)
    rows = Item.objects.filter(pk=item.pk, queue=item.queue).exclude(status=Item.Status.RESOLVED)
    why = "with another text" if said != before else ""
    try:
        with transaction.atomic():
            changed = acting.act(
                in_version(rows, seen), item, user, event="approved", reason=why,
                **_after(outgoing, user),
            )  # fmt: skip
            if outgoing.resolves:
                acting.write_move(changed, event="resolved", user=outgoing.user or user)
            _change(
                outgoing,
                state=State.WAITING,
                text=said,
                written=before if said != before else "",
                approved_by=user,
                due_at=held_until(hold),
            )
            _note("answer_approved", outgoing, user, changed=said != before)
    except ActRefused as refused:
        why = _who_was_first(outgoing) or _what_is_new(item, seen) or str(refused)
        raise ActRefused(why) from None
    return fresh(outgoing)


def send_back(outgoing: Outgoing, user: User, *, reason: str) -> Outgoing:
    """Give an answer back to its author as a draft, with a word in a note that names them.

    Where they cannot go on with it, because they have left or the item is in another queue now, the
    note holds the text. Raises ActRefused without a word, and where somebody else was first.
    """
    _check_may_approve(outgoing.item, user)
    why = reason_of(reason, asked="Say briefly what needs to change. The author will see it.")
    try:
        with settling(outgoing, user) as item:
            _change(outgoing, state=State.CANCELLED)
            rows = Item.objects.filter(pk=item.pk)
            acting.act(rows, item, user, event="sent_back", reason=why, **kept(item))
            _tell_author(item, outgoing, user, why, drafted=_back_to_draft(item, outgoing))
            _note("answer_sent_back", outgoing, user)
    except ActRefused as refused:
        raise ActRefused(_who_was_first(outgoing) or str(refused)) from None
    return fresh(outgoing)


def _check_may_approve(item: Item, user: User) -> None:
    if not may_approve(user, item.queue):
        raise ActRefused(f"You cannot approve replies in {item.queue}. Ask ops who can.")


def _change(outgoing: Outgoing, **values: Any) -> None:
    pending = Outgoing.objects.filter(pk=outgoing.pk, state=State.PENDING)
    if pending.update(**values) != 1:
        raise ActRefused("It is no longer waiting for approval. Look again.")


def _after(outgoing: Outgoing, user: User) -> dict[str, Any]:
    """What approving changes of the item: a rest goes on, and so does a claim."""
    item = outgoing.item
    if outgoing.resolves:
        return resolved(outgoing.user or user)
    if item.snoozed:
        return {"snoozed": True, "snoozed_until": item.snoozed_until}
    return kept(item)


def _back_to_draft(item: Item, outgoing: Outgoing) -> bool:
    """Whether its author can go on with the text; what else they have begun stays below it."""
    author = outgoing.user
    if author is None or not author.is_active or not may_work(author, item.queue):
        return False
    begun = draft_of(item, author)
    others = begun.text if begun and begun.text.strip() != outgoing.text else ""
    text = f"{outgoing.text}\n\n{others}" if others else outgoing.text
    save_draft(item, author, text=text, version=outgoing.asked_version)
    return True


def _tell_author(item: Item, outgoing: Outgoing, user: User, why: str, *, drafted: bool) -> None:
    author = outgoing.user
    said = f"@{author.username} Sent back: {why}" if author else f"Sent back: {why}"
    text = said if drafted else f"{said}\n\n{outgoing.text}"
    row = Note.objects.create(item=item, user=user, text=clean(text)[0])
    if author and author.is_active and author != user:
        Mention.objects.create(note=row, user=author)


def _note(event: str, outgoing: Outgoing, user: User, **more: Any) -> None:
    author = outgoing.user.get_username() if outgoing.user else None
    target = f"answer {outgoing.pk}"
    note(event, by=user, target=target, item=outgoing.item_id, author=author, **more)


def _what_is_new(item: Item, seen: int) -> str:
    now = Item.objects.filter(pk=item.pk).exclude(status=Item.Status.RESOLVED)
    return CHANGED if now.exclude(version=seen).exists() else ""


def _who_was_first(outgoing: Outgoing) -> str:
    """What became of an answer that does not wait any more, as a sentence; empty if it does."""
    now = Outgoing.objects.select_related("approved_by").filter(pk=outgoing.pk).first()
    if now is None:
        return "It no longer exists. Look again."
    if now.state == State.PENDING:
        return ""
    if now.approved_by and now.state != State.CANCELLED:
        return f"{now.approved_by.shown_name} already approved it."
    return "It was already sent back or withdrawn."
