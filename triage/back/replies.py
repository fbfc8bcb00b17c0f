"""Replies: what people have done on the platforms. An outbox row is written with the act.

Nobody answers twice: each act is conditional on the item as the person saw it, and the database
takes one reply of an item at a time. A worker carries out what is due (`workers/sending.py`). An
answer that has to be approved waits in the same table, where no worker looks at it
(`approving.py`).
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from triage.back.asking import asks_approval
from triage.back.composing import Rules, rules_of
from triage.desk import acting
from triage.desk.acting import ActRefused, check_may_work, open_or_own
from triage.desk.claims import lease_end
from triage.posts import TEXT_LIMIT, clean
from triage.staff.audit import note
from triage.tables import Channel, Item, Outgoing, PostRow, User
from triage.vocabulary import Act

__all__ = ["ActRefused", "Rules", "ask", "rules_of", "write_reply"]

State = Outgoing.State
EVENTS = {
    Act.HIDE: "hidden",
    Act.UNHIDE: "unhidden",
    Act.LIKE: "liked",
    Act.UNLIKE: "unliked",
    Act.DELETE: "deleted",
}
ON_ITS_WAY = "A reply is already being sent. Look at it, or undo it first."
PENDING = "A reply is already waiting for approval. Withdraw it before you write another."
UNSETTLED = (
    "The last reply was not confirmed. Check on the platform, then send it again or discard it "
    "before you reply."
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
    (UNDO_SECONDS where not given). Where it has to be approved first it is `pending`, and the item
    stays this person's until then. Raises ActRefused where the item is not in version `seen` any
    more (somebody answered, claimed it, or wrote again), where a reply is on its way already, and
    for a text or a channel that cannot be sent.
    """
    check_may_work(item, user)
    text = sendable(item, text)
    post, rows = _answerable(item), open_or_own(item, user, seen)
    reply: dict[str, Any] = {
        "act": Act.REPLY,
        "post": post,
        "text": text,
        "resolves": resolve,
        "hold": hold,
    }
    try:
        with transaction.atomic():
            if asks_approval(item, user):
                return _ask_approval(rows, item, user, reply)
            changes = resolved(user) if resolve else claimed(user)
            changed = acting.act(rows, item, user, event="replied", **changes)
            if resolve:
                acting.write_move(changed, event="resolved", user=user)
            return _put(changed, user, **reply)
    except IntegrityError:
        raise ActRefused(in_the_way(item)) from None


def _ask_approval(rows: QuerySet[Item], item: Item, user: User, reply: dict[str, Any]) -> Outgoing:
    changed = acting.act(rows, item, user, event="asked_approval", **claimed(user))
    row = _put(changed, user, **reply, state=State.PENDING, asked_version=changed.version)
    note(
        "approval_asked", by=user, target=f"answer {row.pk}", item=item.pk, channel=item.channel_id
    )
    return row


def ask(item: Item, user: User, *, act: Act, post: PostRow, hold: float | None = None) -> Outgoing:
    """Have a post of an item's conversation hidden, shown again, liked or deleted.

    Raises ActRefused where the channel cannot do that, where somebody else has the item, or where
    the same is on its way already.
    """
    check_may_work(item, user)
    check_channel(item.channel, act)
    if act not in EVENTS:
        raise ActRefused("Write the reply instead.")
    if (post.channel_id, post.conversation) != (item.channel_id, item.conversation):
        raise ActRefused("This post is not part of the conversation.")
    if post.deleted_at:
        raise ActRefused("This post was already deleted.")
    rows = _open_own_or_done(item, user)
    try:
        with transaction.atomic():
            changed = acting.act(rows, item, user, event=EVENTS[act], **kept(item))
            return _put(changed, user, act=act, post=post, hold=hold)
    except IntegrityError:
        raise ActRefused("This is already in progress.") from None


def _put(item: Item, user: User, *, hold: float | None, **more: Any) -> Outgoing:
    due_at = held_until(hold)
    return Outgoing.objects.create(
        channel=item.channel, item=item, user=user, due_at=due_at, **more
    )


def held_until(hold: float | None = None) -> datetime:
    """Until when something that is sent now can be called back; UNDO_SECONDS where not given."""
    seconds = settings.ENVIRONMENT.undo_seconds if hold is None else hold
    return timezone.now() + timedelta(seconds=seconds)


def claimed(user: User) -> dict[str, Any]:
    """What changes of an item that becomes somebody's."""
    return {
        "status": Item.Status.CLAIMED,
        "owner": user,
        "claimed_until": lease_end(timezone.now()),
        "resolved_at": None,
    }


def resolved(user: User) -> dict[str, Any]:
    """What changes of an item that somebody's answer resolves."""
    return {"status": Item.Status.RESOLVED, "owner": user, "resolved_at": timezone.now()}


def kept(item: Item) -> dict[str, Any]:
    """What changes of an item that stays in the hands it is in, for as long as a claim stands."""
    held = item.status == Item.Status.CLAIMED
    return {"claimed_until": lease_end(timezone.now())} if held else {}


def _open_own_or_done(item: Item, user: User) -> QuerySet[Item]:
    mine = Q(status=Item.Status.CLAIMED, owner=user)
    return Item.objects.filter(mine | ~Q(status=Item.Status.CLAIMED), pk=item.pk, queue=item.queue)


def sendable(item: Item, text: str) -> str:
    """A text as it is sent. Raises ActRefused where it, or the item's channel, cannot be sent."""
    check_channel(item.channel, Act.REPLY)
    said, cut, _ = clean(text.replace("\r\n", "\n").strip())
    if not said:
        raise ActRefused("Write something first.")
    if cut:
        raise ActRefused(f"It is longer than {TEXT_LIMIT} characters. Shorten it.")
    if problem := rules_of(item.channel).too_long(said):
        raise ActRefused(problem)
    return said


def check_channel(channel: Channel, act: Act) -> None:
    """Raise ActRefused where the channel does not take such an act now."""
    channel.refresh_from_db(fields=["state", "can", "error"])
    rules = rules_of(channel)
    if channel.state == Channel.State.REFUSED:
        raise ActRefused(f"{rules.title} currently refuses {channel.name}: {channel.error}")
    if channel.state != Channel.State.ACTIVE:
        raise ActRefused(f"{channel.name} is {channel.state}, so nothing can be sent there.")
    if act not in rules.acts:
        what = "reply" if act == Act.REPLY else f"{act} a post"
        raise ActRefused(f"Triage cannot {what} in {channel.name}: do it on the platform.")


def _answerable(item: Item) -> PostRow:
    post = item.latest_post
    if post is None or post.deleted_at:
        raise ActRefused("The post you are replying to was deleted.")
    return post


def in_the_way(item: Item) -> str:
    """Which reply keeps another one of the item from leaving, as a sentence."""
    rows = Outgoing.objects.filter(item=item, act=Act.REPLY)
    found = rows.filter(state__in=(State.UNKNOWN, State.PENDING)).first()
    if found is None:
        return ON_ITS_WAY
    return PENDING if found.state == State.PENDING else UNSETTLED
