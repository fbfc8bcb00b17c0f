"""Senders, and people, at the same moment: the database lets one of them."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tests.sending.board import Board
from tests.sending.outbox import WORDS, a_place, asked_of
from triage.back.approving import approve, send_back
from triage.back.recalling import cancel
from triage.back.replies import ActRefused, write_reply
from triage.tables import Item, Outgoing, PostRow, User
from triage.tuning.policies import put_in_force
from triage.vocabulary import Team
from workers.sending import channels_to_send, send_channel

SENDERS = 4
POSTS = 6

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'", reason="SQLite has one writer at a time"
    ),
]


@pytest.fixture(autouse=True)
def room(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many senders as there are threads, as if each were a process of its own."""
    monkeypatch.setattr("workers.sending._room", threading.BoundedSemaphore(SENDERS))


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Call all of these at the same moment, a thread each -> what each returned or raised."""
    start = threading.Barrier(len(acts))
    found: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        start.wait()
        try:
            found[place] = act()
        except Exception as error:
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_many_senders_send_each_reply_once(board: Board, bob: User) -> None:
    place = a_place(board)
    for number in range(POSTS):
        item = asked_of(place, f"p{number}")
        write_reply(item, bob, text=f"{WORDS} {number}", seen=item.version)

    def work() -> None:
        while channels_to_send():
            send_channel(place.pk)

    assert at_once(*[work] * SENDERS) == [None] * SENDERS
    assert sorted(board.acts) == [("reply", f"p{n}", f"{WORDS} {n}") for n in range(POSTS)]
    assert len(board.tries) == POSTS
    assert set(Outgoing.objects.values_list("state", "attempts")) == {("sent", 1)}
    assert PostRow.objects.filter(state=PostRow.State.CONTEXT).count() == POSTS


def test_two_who_decide_at_once_about_an_answer_decide_once(board: Board, bob: User) -> None:
    put_in_force('[approval]\nqueues = ["support"]', author=None, reason="a try")
    item = asked_of(a_place(board))
    row = write_reply(item, bob, text=WORDS, seen=item.version)
    ann, eve, zoe = (
        User.objects.create(username=name, teams=[Team.COMMUNITY], may_approve=True)
        for name in ("ann", "eve", "zoe")
    )

    def pending() -> Outgoing:
        return Outgoing.objects.select_related("item__channel", "user").get(pk=row.pk)

    def let_go(user: User) -> Callable[[], Outgoing]:
        asked = pending()
        return lambda: approve(asked, user, seen=asked.item.version, text=f"by {user}", hold=0)

    waiting = pending()
    found = at_once(
        let_go(ann),
        let_go(eve),
        lambda: send_back(waiting, zoe, reason="shorter"),
    )
    assert sum(isinstance(each, Outgoing) for each in found) == 1
    assert sum(isinstance(each, ActRefused) for each in found) == 2
    row.refresh_from_db()
    while channels_to_send():
        send_channel(item.channel_id)
    sent = [text for _, _, text in board.acts]
    assert sent == ([f"by {row.approved_by}"] if row.approved_by else [])


def test_two_people_who_answer_at_once_send_one_reply(board: Board, bob: User) -> None:
    item = asked_of(a_place(board))
    ann = User.objects.create(username="ann", first_name="Ann", teams=[Team.COMMUNITY])

    def answer(user: User) -> Callable[[], Outgoing]:
        return lambda: write_reply(
            Item.objects.get(pk=item.pk), user, text=WORDS, seen=item.version
        )

    said = at_once(answer(bob), answer(ann))
    assert sorted(type(each).__name__ for each in said) == ["ActRefused", "Outgoing"]
    assert Outgoing.objects.count() == 1


def test_a_reply_is_called_back_or_sent_and_never_both(board: Board, bob: User) -> None:
    place = a_place(board)
    for number in range(POSTS):
        item = asked_of(place, f"p{number}")
        row = write_reply(item, bob, text=WORDS, seen=item.version)
        back, _ = at_once(lambda row=row: cancel(row, bob), lambda: send_channel(place.pk))
        row.refresh_from_db()
        sent = [act for act in board.acts if act[1] == f"p{number}"]
        if isinstance(back, Outgoing):
            assert (row.state, sent) == (Outgoing.State.CANCELLED, [])
        else:
            assert isinstance(back, ActRefused)
            assert (row.state, len(sent)) == (Outgoing.State.SENT, 1)
