"""Replies: what people have done on the platforms. An outbox row is written with the act.

Nobody answers twice: each act is conditional on the item as the person saw it, and the database
takes one reply of an item at a time. A worker carries out what is due (`workers/sending.py`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from triage.back.composing import Rules, rules_of
from triage.desk import acting
from triage.desk.acting import ActRefused, check_may_work, open_or_own
from triage.desk.claims import lease_end
from triage.posts import TEXT_LIMIT, clean
from triage.tables import Channel, Item, Outgoing, PostRow, User
from triage.vocabulary import Act

__all__ = ["ActRefused", "Rules", "ask", "call_sent", "cancel", "retry", "rules_of", "write_reply"]

State = Outgoing.State
UNSENT = (State.REFUSED, State.FAILED, State.UNKNOWN)
EVENTS = {
    Act.HIDE: "hidden",
    Act.UNHIDE: "unhidden",
    Act.LIKE: "liked",
    Act.UNLIKE: "unliked",
    Act.DELETE: "deleted",
}
MAY_HAVE_LEFT = "It may have left before it was called back. Look at the platform."
ON_ITS_WAY = "A reply to this is on its way already; look at it, or call it back first."
UNSETTLED = (
    "Nobody knows whether the last reply left. Look at the platform; then send it again or let it "
    "go, and answer after that."
)


def write_reply(
    item: Item,
    user: User,
    *,
    text: str,
    seen: int,
    resolve: bool = False,
    hold: float | None = None,
) -> Outgoing:
    """Answer the post that an item is about -> the outbox row, whose item is as it is now.

    The item becomes this person's, or is resolved. The reply can be called back for `hold` seconds
    (UNDO_SECONDS where not given). Raises ActRefused where the item is not in version `seen` any
    more (somebody answered, claimed it, or wrote again), where a reply is on its way already, and
    for a text or a channel that cannot be sent.
    """
    check_may_work(item, user)
    text = _sendable(item, text)
    post = _answerable(item)
    rows, changes = open_or_own(item, user, seen), _resolved(user) if resolve else _claimed(user)
    try:
        with transaction.atomic():
            changed = acting.act(rows, item, user, event="replied", **changes)
            return _put(changed, user, Act.REPLY, post, hold, text=text, resolves=resolve)
    except IntegrityError:
        raise ActRefused(_in_the_way(item)) from None


def ask(item: Item, user: User, *, act: Act, post: PostRow, hold: float | None = None) -> Outgoing:
    """Have a post of an item's conversation hidden, shown again, liked or deleted.

    Raises ActRefused where the channel cannot do that, where somebody else has the item, or where
    the same is on its way already.
    """
    check_may_work(item, user)
    _check_channel(item.channel, act)
    if act not in EVENTS:
        raise ActRefused("Write the reply instead.")
    if (post.channel_id, post.conversation) != (item.channel_id, item.conversation):
        raise ActRefused("This post is not part of the conversation.")
    if post.deleted_at:
        raise ActRefused("This post is gone already.")
    rows = _open_own_or_done(item, user)
    try:
        with transaction.atomic():
            changed = acting.act(rows, item, user, event=EVENTS[act], **_kept(item))
            return _put(changed, user, act, post, hold)
    except IntegrityError:
        raise ActRefused("This is on its way already.") from None


def _put(
    item: Item, user: User, act: Act, post: PostRow, hold: float | None, **more: Any
) -> Outgoing:
    seconds = settings.ENVIRONMENT.undo_seconds if hold is None else hold
    return Outgoing.objects.create(
        channel=item.channel,
        item=item,
        post=post,
        act=act,
        user=user,
        due_at=timezone.now() + timedelta(seconds=seconds),
        **more,
    )


def cancel(outgoing: Outgoing, user: User) -> Outgoing:
    """Call back what has not left, or let go of what could not be sent; its text is kept.

    An item that was resolved along with the reply is open again. What an earlier try may have left
    on the platform becomes `unknown` and is not tried again. Raises ActRefused once it has left.
    """
    rows = Outgoing.objects.filter(pk=outgoing.pk)
    with _settling(outgoing, user) as item:
        waiting = rows.filter(state=State.WAITING)
        if waiting.filter(uncertain=True).update(state=State.UNKNOWN, error=MAY_HAVE_LEFT):
            _note(item, user, "called_back")
        elif waiting.update(state=State.CANCELLED):
            _note(item, user, "called_back", back=outgoing.resolves)
        elif rows.filter(state__in=UNSENT).update(state=State.CANCELLED):
            _note(item, user, "let_go")
        else:
            raise ActRefused(_what_became(outgoing))
    return _fresh(outgoing)


def retry(outgoing: Outgoing, user: User) -> Outgoing:
    """Send once more what failed, at once; the platform is asked first whether it is there already.

    Raises ActRefused where it has not failed, or where another reply is on its way.
    """
    _check_channel(outgoing.channel, Act(outgoing.act))
    rows = Outgoing.objects.filter(pk=outgoing.pk, state__in=UNSENT)
    try:
        with _settling(outgoing, user) as item:
            if not rows.update(state=State.WAITING, attempts=0, error="", due_at=timezone.now()):
                raise ActRefused(_what_became(outgoing))
            _note(item, user, "sent_again")
    except IntegrityError:
        raise ActRefused(_in_the_way(outgoing.item)) from None
    return _fresh(outgoing)


def call_sent(outgoing: Outgoing, user: User) -> Outgoing:
    """Note that a person looked at the platform and found there what nobody knew of.

    Raises ActRefused where it is not `unknown` any more.
    """
    rows = Outgoing.objects.filter(pk=outgoing.pk, state=State.UNKNOWN)
    with _settling(outgoing, user) as item:
        if not rows.update(state=State.SENT, error="", sent_at=timezone.now()):
            raise ActRefused(_what_became(outgoing))
        _note(item, user, "found_sent")
    return _fresh(outgoing)


@contextmanager
def _settling(outgoing: Outgoing, user: User) -> Iterator[Item]:
    """A transaction that holds the item first, as every act does, and the outbox row after it."""
    with transaction.atomic():
        item = Item.objects.select_for_update(no_key=True).get(pk=outgoing.item_id)
        check_may_work(item, user)
        yield item


def _note(item: Item, user: User, event: str, *, back: bool = False) -> None:
    """Write it into the item's history; `back` opens again what was resolved along with a reply."""
    changes = _claimed(user) if back and item.status == Item.Status.RESOLVED else _kept(item)
    acting.act(Item.objects.filter(pk=item.pk), item, user, event=event, **changes)


def _fresh(outgoing: Outgoing) -> Outgoing:
    around = ("channel", "item", "post", "user")
    return Outgoing.objects.select_related(*around).get(pk=outgoing.pk)


def _claimed(user: User) -> dict[str, Any]:
    return {
        "status": Item.Status.CLAIMED,
        "owner": user,
        "claimed_until": lease_end(timezone.now()),
        "resolved_at": None,
    }


def _resolved(user: User) -> dict[str, Any]:
    return {"status": Item.Status.RESOLVED, "owner": user, "resolved_at": timezone.now()}


def _kept(item: Item) -> dict[str, Any]:
    """An item stays in the hands it is in, for as long as a claim stands."""
    held = item.status == Item.Status.CLAIMED
    return {"claimed_until": lease_end(timezone.now())} if held else {}


def _open_own_or_done(item: Item, user: User) -> QuerySet[Item]:
    mine = Q(status=Item.Status.CLAIMED, owner=user)
    return Item.objects.filter(mine | ~Q(status=Item.Status.CLAIMED), pk=item.pk, queue=item.queue)


def _sendable(item: Item, text: str) -> str:
    _check_channel(item.channel, Act.REPLY)
    said, cut, _ = clean(text.replace("\r\n", "\n").strip())
    if not said:
        raise ActRefused("Write something first.")
    if cut:
        raise ActRefused(f"It is longer than {TEXT_LIMIT} characters.")
    if problem := rules_of(item.channel).too_long(said):
        raise ActRefused(problem)
    return said


def _check_channel(channel: Channel, act: Act) -> None:
    channel.refresh_from_db(fields=["state", "can", "error"])
    rules = rules_of(channel)
    if channel.state == Channel.State.REFUSED:
        raise ActRefused(f"{rules.title} refuses {channel.name} at present: {channel.error}")
    if channel.state != Channel.State.ACTIVE:
        raise ActRefused(f"{channel.name} is {channel.state}, so nothing is sent there.")
    if act not in rules.acts:
        what = "reply" if act == Act.REPLY else f"{act} a post"
        raise ActRefused(f"Triage cannot {what} in {channel.name}: do it at the platform.")


def _answerable(item: Item) -> PostRow:
    post = item.latest_post
    if post is None or post.deleted_at:
        raise ActRefused("The post to be answered is gone.")
    return post


def _in_the_way(item: Item) -> str:
    unsettled = Outgoing.objects.filter(item=item, act=Act.REPLY, state=State.UNKNOWN).exists()
    return UNSETTLED if unsettled else ON_ITS_WAY


def _what_became(outgoing: Outgoing) -> str:
    now = Outgoing.objects.filter(pk=outgoing.pk).values_list("state", flat=True).first()
    words: dict[str, str] = {
        State.WAITING: "It waits to be sent.",
        State.SENDING: "It is on its way, so it cannot be stopped any more.",
        State.SENT: "It was sent already.",
        State.CANCELLED: "It was called back already.",
    }
    return words.get(now, f"It is {now}; look again.") if now else "It is gone."
