"""Acts: what the buttons of an item call, and what is said afterwards."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from triage.access import items_for
from triage.desk import (
    assigning,
    claims,
    items,
    merging,
    muting,
    notes,
    opinions,
    snoozing,
    tagging,
    twins,
)
from triage.desk.acting import UNDOABLE, ActRefused
from triage.desk.drafts import catch_up, draft_of
from triage.tables import Item, Mute, User
from triage.web import sendacts
from triage.web.handoff import read_target
from triage.web.showing import queue_name
from triage.web.snooze import read_rest
from triage.web.typed import Typed

Do = Callable[[Item, User, Typed], object]


@dataclass(frozen=True, slots=True)
class Act:
    """One button: what it does, what is said when it is done, and what it is called when undone."""

    do: Do
    done: str
    event: str = ""


def perform(name: str, item: Item, user: User, typed: Typed) -> None:
    """Do one act. Raises ActRefused with one sentence for the person."""
    ACTS[name].do(item, user, typed)
    _keep_draft_current(item, user, typed)


def done_words(name: str, item: Item) -> str:
    """What is said of an act that succeeded; nothing where the page shows it anyway."""
    return ACTS[name].done.format(queue=queue_name(item.queue), felt=item.sentiment)


def can_be_undone(name: str) -> bool:
    """Whether the act leaves a deed that its person can take back."""
    return ACTS[name].event in UNDOABLE


def _keep_draft_current(item: Item, user: User, typed: Typed) -> None:
    """What somebody does themselves is no news to the answer that they are writing."""
    draft = draft_of(item, user)
    if draft and typed.seen is not None and draft.version >= typed.seen:
        catch_up(draft, Item.objects.get(pk=item.pk))


def _hand_off(item: Item, user: User, typed: Typed) -> object:
    queue, intent = read_target(typed.word("to", 64))
    if not queue:
        raise ActRefused("Choose where to hand it off.")
    reason = typed.word("reason")
    return items.hand_off(item, user, to=queue, reason=reason, intent=intent, seen=typed.seen)


def _assign(item: Item, user: User, typed: Typed) -> object:
    to = User.objects.filter(pk=typed.id("colleague")).first()
    if to is None:
        raise ActRefused("That person is no longer here. Choose someone else.")
    return assigning.assign(item, user, to=to, seen=typed.seen)


def _snooze(item: Item, user: User, typed: Typed) -> object:
    until = read_rest(typed.word("until", 16), typed.word("at", 32), now=timezone.now())
    return snoozing.snooze(item, user, until=until, reason=typed.word("reason"), seen=typed.seen)


def _merge(item: Item, user: User, typed: Typed) -> object:
    into = items_for(user).select_related("channel", "owner").filter(pk=typed.id("into")).first()
    if into is None:
        raise ActRefused("That item no longer exists. Choose another.")
    return merging.merge(item, user, into=into, seen=typed.seen)


def _mute(item: Item, user: User, typed: Typed) -> object:
    if item.person is None:
        raise ActRefused("The platform did not name the author, so there is nobody to mute.")
    how = typed.word("how", 8) or Mute.How.MUTE
    return muting.mute(item.person, user, reason=typed.word("reason"), how=how)


def _say_sentiment(item: Item, user: User, typed: Typed) -> object:
    word = typed.word("sentiment", 8)
    return opinions.say_sentiment(item, user, sentiment=word, seen=typed.seen)


def _lift(item: Item, user: User, _: Typed) -> None:
    row = muting.mute_of(item.person)
    if row is None:
        raise ActRefused("This person is no longer muted.")
    muting.lift(row, user)


ACTS: dict[str, Act] = {
    "claim": Act(lambda i, u, _: claims.claim(i, u, seen=None), "Claimed."),
    "release": Act(lambda i, u, _: claims.release(i, u), "Released to {queue}."),
    "take-over": Act(lambda i, u, t: claims.take_over(i, u, reason=t.word("reason")), "Claimed."),
    "resolve": Act(lambda i, u, t: items.resolve(i, u, seen=t.seen), "Resolved.", "resolved"),
    "reopen": Act(lambda i, u, _: items.reopen(i, u), "Reopened in {queue}."),
    "hand-off": Act(_hand_off, "Handed off to {queue}.", "handed_off"),
    "assign": Act(_assign, "Assigned."),
    "snooze": Act(_snooze, "Snoozed.", "snoozed"),
    "wake": Act(lambda i, u, _: snoozing.wake(i, u), "Back in {queue}."),
    "tag": Act(lambda i, u, t: tagging.tag(i, u, name=t.word("name")), ""),
    "untag": Act(lambda i, u, t: tagging.untag(i, u, name=t.word("name")), ""),
    "sentiment": Act(_say_sentiment, "Sentiment set to {felt}.", "sentiment"),
    "note": Act(lambda i, u, t: notes.add_note(i, u, text=t.word("text", 20_000)), ""),
    "share": Act(
        lambda i, u, t: twins.share(i, u, reason=t.word("reason"), seen=t.seen),
        "Shared: the other team has its own item for this.",
    ),
    "merge": Act(_merge, "Merged into the other item."),
    "mute": Act(_mute, "Muted. Their new posts go to the archive."),
    "lift": Act(_lift, "Unmuted."),
    "reply": Act(sendacts.reply, ""),
    "call-back": Act(sendacts.call_back, "Send undone. The text is back in the editor."),
    "approve": Act(sendacts.approve, "Approved."),
    "send-back": Act(sendacts.send_back, "Sent back to its author as a draft."),
    "undo-approval": Act(sendacts.call_back, "Approval undone. It is waiting for approval again."),
    "send-again": Act(sendacts.send_again, ""),
    "found-sent": Act(sendacts.found_sent, "Marked as sent."),
    "at-platform": Act(sendacts.at_platform, ""),
    "go-on": Act(sendacts.go_on, ""),
    "drop-draft": Act(sendacts.drop, "Discarded."),
    "use-saved": Act(sendacts.use_saved, ""),
}
NAMES = tuple(ACTS)
