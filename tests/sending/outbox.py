"""What the tests of sending do again and again: ask, answer, and let a worker come by."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.domain import making
from tests.sending.board import Board
from triage.back.replies import write_reply
from triage.tables import Channel, Item, Outgoing, User
from triage.vocabulary import Team
from workers.pulling import open_source
from workers.sending import send_all

State = Outgoing.State
WORDS = "It is on its way, Ann."


def a_place(board: Board, *, source: str = "board", name: str = "Board") -> Channel:
    channel = Channel.objects.create(
        name=name, source=source, brand="Acme", settings={"base_url": board.url}
    )
    open_source(channel)
    return channel


def colleague(name: str, *teams: Team, **more: Any) -> User:
    """Somebody of these teams."""
    return User.objects.create(username=name, first_name=name.title(), teams=list(teams), **more)


def asked_of(channel: Channel, id: str = "p1", **more: Any) -> Item:
    """A customer's question, as an item."""
    return making.bring(channel, making.post(id, author=id, author_id=id, **more))


def reply(item: Item, user: User, text: str = WORDS, **more: Any) -> Outgoing:
    return write_reply(item, user, text=text, seen=item.version, **more)


def send(row: Outgoing) -> Outgoing:
    """Let a worker come by -> the row afterwards."""
    send_all()
    row.refresh_from_db()
    return row


def let_time_pass() -> None:
    """What was put off is due, and leases have run out."""
    past = timezone.now() - timedelta(seconds=1)
    Outgoing.objects.filter(state=State.WAITING).update(due_at=past)
    Outgoing.objects.filter(state=State.SENDING).update(lease_until=past)
