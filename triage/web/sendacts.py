"""Acts that go to the platform, and what becomes of the draft with them."""

from triage.back import approving, recalling, replies
from triage.desk.acting import ActRefused
from triage.desk.drafts import catch_up, draft_of, drop_draft, save_draft
from triage.desk.savedreplies import replies_for, use_reply
from triage.tables import Item, Outgoing, PostRow, User
from triage.vocabulary import Act
from triage.web.typed import Typed, number


def reply(item: Item, user: User, typed: Typed) -> object:
    """Send an answer, or keep it as the draft and say why not."""
    text = typed.fields.get("text", "")
    seen = item.version if typed.seen is None else typed.seen
    save_draft(item, user, text=text, version=seen)
    resolve = typed.word("then") == "resolve"
    sent = replies.write_reply(item, user, text=text, seen=seen, resolve=resolve)
    drop_draft(item, user)
    return sent


def call_back(item: Item, user: User, typed: Typed) -> object:
    """Undo a send, or let go of what could not be sent; the text is the draft again."""
    row = recalling.cancel(_outgoing(item, typed), user)
    if row.act == Act.REPLY and row.state == Outgoing.State.CANCELLED:
        save_draft(row.item, user, text=row.text, version=row.item.version)
    return row


def approve(item: Item, user: User, typed: Typed) -> object:
    """Let a colleague's answer leave, as they wrote it or with another text."""
    row = _outgoing(item, typed)
    seen = row.asked_version if typed.seen is None else typed.seen
    return approving.approve(row, user, seen=seen, text=typed.fields.get("text"))


def send_back(item: Item, user: User, typed: Typed) -> object:
    """Give a colleague's answer back to them with a word."""
    return approving.send_back(_outgoing(item, typed), user, reason=typed.word("reason"))


def send_again(item: Item, user: User, typed: Typed) -> object:
    """Try once more what failed."""
    return recalling.retry(_outgoing(item, typed), user)


def found_sent(item: Item, user: User, typed: Typed) -> object:
    """Somebody looked: it is there."""
    return recalling.call_sent(_outgoing(item, typed), user)


def at_platform(item: Item, user: User, typed: Typed) -> object:
    """Hide, like or delete one post of the conversation, or take that back."""
    what, post = typed.word("what", 16), PostRow.objects.filter(pk=typed.id("post")).first()
    if what not in set(Act) or post is None:
        raise ActRefused("This post no longer exists. Look again.")
    return replies.ask(item, user, act=Act(what), post=post)


def go_on(item: Item, user: User, _: Typed) -> None:
    """Somebody has read what has come since they began to write, and goes on."""
    if draft := draft_of(item, user):
        catch_up(draft, item)


def drop(item: Item, user: User, _: Typed) -> None:
    """Throw a draft away."""
    drop_draft(item, user)


def use_saved(item: Item, user: User, typed: Typed) -> object:
    """Put a saved reply into the draft, where the cursor was."""
    saved = replies_for(user).filter(pk=typed.id("saved")).first()
    if saved is None:
        raise ActRefused("This saved reply was deleted. Choose another.")
    text = typed.fields.get("text", "")
    at = number(typed.word("cursor"))
    before, after = (text, "") if at is None else (text[:at], text[at:])
    said = before + use_reply(saved, item, user) + after
    seen = item.version if typed.seen is None else typed.seen
    return save_draft(item, user, text=said, version=seen)


def _outgoing(item: Item, typed: Typed) -> Outgoing:
    around = ("channel", "item__channel", "post", "user")
    rows = Outgoing.objects.select_related(*around).filter(item=item.pk)
    found = rows.filter(pk=typed.id("outgoing")).first()
    if found is None:
        raise ActRefused("It no longer exists. Look again.")
    return found
