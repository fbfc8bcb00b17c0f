"""Sending while things break: nothing leaves twice, and nothing is lost without a word."""

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.utils import timezone

from tests.sending import board as platform
from tests.sending.board import Board, lost, saying, taken_unsaid
from tests.sending.outbox import WORDS, State, a_place, asked_of, let_time_pass, reply, send
from triage.back.recalling import call_sent, retry
from triage.desk.acting import ActRefused
from triage.tables import Channel, Item, Outgoing, PostRow, User
from workers.channels.base import Throttled, Unreachable
from workers.pulling import open_source
from workers.sending import (
    FIRST_BACKOFF,
    LONGEST_BACKOFF,
    MAX_ATTEMPTS,
    _again_at,
    channels_to_send,
    free_sending,
    send_all,
    send_channel,
)

pytestmark = pytest.mark.django_db


def test_an_answer_that_was_lost_on_the_way_is_found_and_not_sent_again(
    place: Channel, board: Board, bob: User
) -> None:
    board.faults = [taken_unsaid]
    row = send(reply(asked_of(place), bob))
    assert (row.state, row.uncertain) == (State.WAITING, True)
    assert "board" in row.error
    let_time_pass()
    row = send(row)
    assert (row.state, row.external_id, row.attempts) == (State.SENT, "b1", 2)
    assert board.acts == [("reply", "p1", WORDS)]
    assert (board.asked, len(board.tries)) == (1, 1)


def test_what_was_lost_before_it_arrived_is_sent_again(
    place: Channel, board: Board, bob: User
) -> None:
    board.faults = [lost]
    row = send(reply(asked_of(place), bob))
    let_time_pass()
    assert send(row).state == State.SENT
    assert board.acts == [("reply", "p1", WORDS)]
    assert (board.asked, len(board.tries)) == (1, 2)


def test_a_platform_that_knows_keys_is_not_asked_first(board: Board, bob: User) -> None:
    board.faults = [lost]
    row = send(reply(asked_of(a_place(board, source="sureboard")), bob))
    let_time_pass()
    assert send(row).state == State.SENT
    assert (board.asked, len(board.tries)) == (0, 2)


def test_a_platform_that_may_have_forgotten_the_key_is_asked_first(board: Board, bob: User) -> None:
    board.faults = [taken_unsaid]
    row = send(reply(asked_of(a_place(board, source="sureboard")), bob))
    let_time_pass()
    Outgoing.objects.update(created_at=row.created_at - timedelta(hours=2))
    assert send(row).state == State.SENT
    assert (board.asked, len(board.tries)) == (1, 1)


CRASHES = [
    ("before", "workers.sending.open_source"),
    ("before", "workers.sending.note_leaving"),
    ("after", "workers.sending.note_leaving"),
    ("after", "tests.sending.board.BoardSource.send"),
    ("before", "workers.sending.note_sent"),
    ("after", "workers.settling._settle"),
    ("after", "workers.settling.store_ours"),
    ("after", "workers.sending.note_sent"),
]


class Killed(BaseException):
    """The process ends here. No `except Exception` of ours may see it."""


@pytest.mark.parametrize(("when", "where"), CRASHES)
def test_a_worker_that_dies_between_two_steps_doubles_and_loses_nothing(
    place: Channel,
    board: Board,
    bob: User,
    monkeypatch: pytest.MonkeyPatch,
    when: str,
    where: str,
) -> None:
    row = reply(asked_of(place), bob)
    with monkeypatch.context() as patched:
        patched.setattr(where, dying(_named(where), when))
        with pytest.raises(Killed):
            send_all()
    free_sending()
    row = send(row)
    assert board.acts == [("reply", "p1", WORDS)]
    assert (row.state, row.external_id) == (State.SENT, "b1")
    assert PostRow.objects.filter(external_id="b1").count() == 1


def _named(where: str) -> Callable[..., Any]:
    module, _, name = where.rpartition(".")
    if module.endswith("BoardSource"):
        return platform.BoardSource.send
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


def dying(original: Callable[..., Any], when: str) -> Callable[..., Any]:
    def call(*args: Any, **named: Any) -> Any:
        if when == "before":
            raise Killed
        original(*args, **named)
        raise Killed

    return call


def test_a_rate_limit_puts_off_the_whole_channel_and_no_other(
    place: Channel, board: Board, bob: User
) -> None:
    other = asked_of(a_place(board, name="Other"), "p9")
    first, second = reply(asked_of(place), bob), reply(asked_of(place, "p2"), bob)
    board.faults = [saying(429, Retry_After="600")]
    rows = [send(first), send(second), send(reply(other, bob))]
    assert [row.state for row in rows] == [State.WAITING, State.WAITING, State.SENT]
    assert all(590 < (row.due_at - timezone.now()).total_seconds() <= 600 for row in rows[:2])
    assert (rows[0].uncertain, rows[0].attempts, rows[1].attempts) == (False, 1, 0)
    assert "asks us to wait" in rows[0].error


def test_what_the_platform_does_not_want_comes_back_in_words(
    place: Channel, board: Board, bob: User
) -> None:
    item = asked_of(place)
    board.faults = [saying(422)]
    row = send(reply(item, bob, resolve=True))
    assert (row.state, row.error) == (State.REFUSED, "the board does not want this one")
    item.refresh_from_db()
    assert (item.status, item.owner, item.resolved_at) == (Item.Status.CLAIMED, bob, None)
    assert item.claimed_until is not None
    last = item.moves.latest("id")
    assert (last.event, last.why) == ("reply_refused", "the board does not want this one")
    place.refresh_from_db()
    assert place.state == Channel.State.ACTIVE
    assert reply(item, bob, "Another try.").state == State.WAITING


def test_a_dead_key_refuses_the_channel_and_brings_back_all_that_waits(
    place: Channel, board: Board, bob: User
) -> None:
    board.faults = [saying(401)]
    rows = [reply(asked_of(place, id), bob, resolve=True) for id in ("p1", "p2")]
    rows = [send(row) for row in rows]
    assert {(row.state, row.error) for row in rows} == {
        (State.FAILED, "the board does not take our key")
    }
    assert len(board.tries) == 1
    place.refresh_from_db()
    assert (place.state, place.error_kind) == (Channel.State.REFUSED, "refused")
    assert set(Item.objects.values_list("status", flat=True)) == {Item.Status.CLAIMED}
    with pytest.raises(ActRefused, match="does not take our key"):
        reply(asked_of(place, "p3"), bob)


def test_after_the_last_try_a_person_has_to_look_and_may_send_it_again(
    place: Channel, board: Board, bob: User
) -> None:
    item = asked_of(place)
    board.faults, board.blind = [taken_unsaid], True
    row = reply(item, bob, resolve=True)
    for _ in range(MAX_ATTEMPTS):
        let_time_pass()
        row = send(row)
    assert (row.state, row.attempts, len(board.tries)) == (State.UNKNOWN, MAX_ATTEMPTS, 1)
    assert "Check on the platform whether it was sent" in row.error
    item.refresh_from_db()
    assert item.status == Item.Status.CLAIMED
    with pytest.raises(ActRefused, match="not confirmed"):
        reply(item, bob, "Once more.")
    board.blind = False
    row = send(retry(row, bob))
    assert (row.state, row.external_id, len(board.posts)) == (State.SENT, "b1", 1)


def test_a_person_who_found_it_on_the_platform_says_so(
    place: Channel, board: Board, bob: User
) -> None:
    row = reply(asked_of(place), bob)
    Outgoing.objects.filter(pk=row.pk).update(state=State.UNKNOWN, uncertain=True)
    row = call_sent(row, bob)
    assert row.state == State.SENT
    assert send(row).attempts == 0
    with pytest.raises(ActRefused, match="already sent"):
        call_sent(row, bob)


def test_what_never_left_has_failed_after_the_last_try(
    place: Channel, board: Board, bob: User
) -> None:
    board.faults = [saying(429)] * MAX_ATTEMPTS
    row = reply(asked_of(place), bob)
    for _ in range(MAX_ATTEMPTS):
        let_time_pass()
        row = send(row)
    assert (row.state, row.uncertain) == (State.FAILED, False)
    assert send(retry(row, bob)).state == State.SENT


def test_an_act_that_kills_every_worker_is_given_up(
    place: Channel, board: Board, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = reply(asked_of(place), bob)
    with monkeypatch.context() as patched:
        patched.setattr("workers.sending.open_source", dying(open_source, "before"))
        for _ in range(MAX_ATTEMPTS):
            with pytest.raises(Killed):
                send_all()
            free_sending()
    row = send(row)
    assert (row.state, row.attempts, board.tries) == (State.FAILED, MAX_ATTEMPTS + 1, [])


def test_what_was_left_behind_is_taken_up_before_an_earlier_act_that_was_sent_again(
    place: Channel, board: Board, bob: User
) -> None:
    board.faults = [saying(422)]
    item = asked_of(place)
    first = send(reply(item, bob))
    second = reply(Item.objects.get(pk=item.pk), bob, "Another.")
    hour = timezone.now() + timedelta(hours=1)
    Outgoing.objects.filter(pk=second.pk).update(state=State.SENDING, lease_until=hour)
    Outgoing.objects.filter(pk=first.pk).update(act="like", text="", state=State.WAITING)
    assert channels_to_send() == []
    let_time_pass()
    send_all()
    assert [act for act, _, _ in board.acts] == ["reply", "like"]


def test_a_worker_that_lost_its_lease_settles_nothing(
    place: Channel, board: Board, bob: User
) -> None:
    row = reply(asked_of(place), bob)

    def take_over(self: Any, sending: Any) -> Any:
        sent = original(self, sending)
        Outgoing.objects.update(lease_epoch=99)
        return sent

    original = platform.BoardSource.send
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(platform.BoardSource, "send", take_over)
        assert send_channel(place.pk) == {"overtaken": 1}
    row.refresh_from_db()
    assert (row.state, row.external_id) == (State.SENDING, "")
    let_time_pass()
    assert send(row).state == State.SENT
    assert len(board.posts) == 1


def test_waits_double_up_to_a_limit_and_a_platform_may_name_its_own() -> None:
    now = timezone.now()

    def seconds(attempts: int) -> float:
        error = Unreachable("no answer")
        return (_again_at(error, attempts, now=now, jitter=lambda: 0.5) - now).total_seconds()

    assert [seconds(n) for n in (1, 2, 3)] == [FIRST_BACKOFF * n for n in (1, 2, 4)]
    assert seconds(50) == LONGEST_BACKOFF
    named = now + timedelta(minutes=7)
    assert _again_at(Throttled("wait", retry_at=named), 1, now=now) == named
