"""Leaving: what people have sent from an item and what became of it, in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from triage.access import may_approve
from triage.back.asking import by_whom
from triage.back.composing import rules_of
from triage.tables import Item, Outgoing, PostRow, User
from triage.vocabulary import Act
from triage.web.pending import Pending, pending, waits_for
from triage.web.showing import Moment, maybe
from triage.web.typed import Typed, number

State = Outgoing.State
ON_ITS_WAY = (State.WAITING, State.SENDING)
OPPOSITE = {Act.HIDE: Act.UNHIDE, Act.LIKE: Act.UNLIKE}
MARKS = {Act.HIDE: "hidden", Act.LIKE: "liked", Act.DELETE: "deleted"}
WORDS = {
    Act.LIKE: "Like", Act.UNLIKE: "Unlike", Act.HIDE: "Hide",
    Act.UNHIDE: "Unhide", Act.DELETE: "Delete",
}  # fmt: skip
SURE = {
    Act.HIDE: "Hide this post on the platform? Only its author and their friends will see it.",
    Act.DELETE: "Delete this post on the platform? This cannot be undone.",
}


@dataclass(frozen=True, slots=True)
class Leaving:
    """A reply that is on its way, that did not leave, or that waits for approval.

    `acts` are what can be done with it; `pending` is for who may approve it.
    """

    pk: int
    text: str
    who: str
    state: str
    words: str
    tone: str
    due: Moment | None
    acts: tuple[tuple[str, str], ...]
    pending: Pending | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """Something that can be done to a post on its platform; `sure` is asked first."""

    act: str
    words: str
    sure: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a post stands on its platform through us: marks, what failed, and what can be done."""

    marks: tuple[str, ...] = ()
    failed: tuple[Leaving, ...] = ()
    buttons: tuple[Button, ...] = ()


NOTHING = Standing()


def outgoing_of(item: Item) -> list[Outgoing]:
    """What was sent from an item, or from the other team's, but for what was called back."""
    rows = Outgoing.objects.filter(item__in={item.pk, item.holder_id}).exclude(
        state=State.CANCELLED
    )
    return list(rows.select_related("user", "approved_by").order_by("id"))


def leaving(
    rows: Iterable[Outgoing], item: Item, user: User, *, now: datetime, typed: Typed
) -> list[Leaving]:
    """The replies that are not in the thread yet, the earliest first."""
    replies = (row for row in rows if row.act == Act.REPLY and row.state != State.SENT)
    return [
        _waiting(row, item, user, now, typed)
        if row.state == State.PENDING
        else _leaving(row, item, user, now)
        for row in replies
    ]


def outbox_state(rows: Iterable[Outgoing]) -> str:
    """A word that differs when anything on its way has moved on; empty when nothing is."""
    rows = list(rows)
    if not any(row.state in ON_ITS_WAY for row in rows):
        return ""
    return "-".join(f"{row.pk}{row.state}{row.attempts}" for row in rows)


def standing(
    post: PostRow,
    rows: Sequence[Outgoing],
    item: Item,
    user: User,
    *,
    works: bool,
    now: datetime,
) -> Standing:
    """How one post stands."""
    mine = [row for row in rows if row.post_id == post.pk and row.act != Act.REPLY]
    held: dict[Act, bool] = {}
    for row in mine:
        if row.state == State.SENT:
            held.update(_after(Act(row.act)))
    marks = [MARKS[act] for act, stands in held.items() if stands and act != Act.DELETE]
    marks += [f"{row.act} in progress" for row in mine if row.state in ON_ITS_WAY]
    failed = [row for row in mine if row.state not in (State.SENT, *ON_ITS_WAY)]
    return Standing(
        tuple(marks),
        tuple(_leaving(row, item, user, now) for row in failed),
        _buttons(post, item, held) if works and not post.deleted_at else (),
    )


def _after(act: Act) -> dict[Act, bool]:
    back = {undo: does for does, undo in OPPOSITE.items()}
    return {back[act]: False} if act in back else {act: True}


def _buttons(post: PostRow, item: Item, held: dict[Act, bool]) -> tuple[Button, ...]:
    can, found = rules_of(item.channel).acts, []
    for act in (Act.LIKE, Act.HIDE, Act.DELETE):
        if post.state == PostRow.State.CONTEXT and act != Act.DELETE:
            continue  # nobody likes or hides their own post
        does = OPPOSITE.get(act, act) if held.get(act) else act
        if does in can:
            found.append(Button(does, WORDS[does], SURE.get(does, "")))
    return tuple(found)


def _leaving(row: Outgoing, item: Item, user: User, now: datetime) -> Leaving:
    name = rules_of(item.channel).title
    words, tone, acts = _became(row, name, now)
    mine = row.item_id == item.pk
    due = maybe(row.due_at, now=now) if row.state == State.WAITING and not row.error else None
    if row.state == State.WAITING and row.approved_by_id == user.pk != row.user_id:
        acts = (("undo-approval", "Undo"),)
    who = _who(row, user)
    return Leaving(row.pk, row.text, who, row.state, words, tone, due, acts if mine else ())


def _waiting(row: Outgoing, item: Item, user: User, now: datetime, typed: Typed) -> Leaving:
    """An answer that waits for approval: its author withdraws it, a colleague decides."""
    mine = row.item_id == item.pk
    words = waits_for(item, by_whom(item.queue)) if mine else "Waiting for approval."
    left = row.user is None or not row.user.is_active
    acts = (("call-back", "Withdraw"),) if mine and (row.user_id == user.pk or left) else ()
    asked = None
    if mine and row.user_id != user.pk and may_approve(user, item.queue):
        row.item = item
        [asked] = pending([row], user, now=now, typed=_typed(row, typed))
    who = _who(row, user)
    return Leaving(row.pk, row.text, who, row.state, words, "", None, acts, asked)


def _typed(row: Outgoing, typed: Typed) -> tuple[int, str, str] | None:
    """What stood in the form of an approval that was refused."""
    if typed.open not in ("approve", "send-back") or number(typed.word("outgoing")) != row.pk:
        return None
    return row.pk, typed.fields.get("text", ""), typed.word("reason")


def _who(row: Outgoing, user: User) -> str:
    """Who wrote it, who approved it, and whether they changed it."""
    who = "You" if row.user_id == user.pk else row.user.shown_name if row.user else "Somebody"
    if row.approved_by is None:
        return who
    by = "you" if row.approved_by_id == user.pk else row.approved_by.shown_name
    return f"{who}, {'changed and approved' if row.written else 'approved'} by {by}"


def _became(
    row: Outgoing, platform: str, now: datetime
) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    reply = row.act == Act.REPLY
    edit = ("call-back", "Edit" if reply else "Discard")
    if row.state == State.WAITING:
        at = maybe(row.due_at, now=now)
        words = f"Not sent yet: {row.error} Retrying {f'at {at.short}' if at else 'now'}."
        return (words if row.error else "Sending", "", (("call-back", "Undo"),))
    if row.state == State.SENDING:
        return f"Sending to {platform}…", "", ()
    if row.state == State.UNKNOWN:
        found = ("found-sent", "It was sent")
        words = row.error or "Not confirmed. Check on the platform whether it was sent."
        return words, "late", (found, ("send-again", "Send again"), edit)
    why = row.error or "no reason given."
    words = f"{platform} rejected it: {why}" if row.state == State.REFUSED else f"Not sent: {why}"
    return words, "late", (edit, ("send-again", "Try again"))
