"""Sending: what people want done on a platform is done there once, and in order."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.domain import making
from tests.sending.board import Board, lost, taken
from tests.sending.outbox import WORDS, State, a_place, asked_of, let_time_pass, reply, send
from triage.back.recalling import cancel
from triage.back.replies import ask
from triage.desk.acting import ActRefused
from triage.desk.claims import claim
from triage.tables import Channel, Item, Outgoing, PostRow, Spending, User
from triage.vocabulary import Act
from workers.channels import KINDS
from workers.pulling import pull_channel
from workers.sending import (
    channels_to_send,
    send_all,
    send_channel,
)

pytestmark = pytest.mark.django_db


def test_a_reply_reaches_the_platform_once_and_stands_in_the_thread(
    place: Channel, board: Board, bob: User
) -> None:
    item = asked_of(place)
    row = send(reply(item, bob))
    assert board.acts == [("reply", "p1", WORDS)]
    assert (row.state, row.external_id, row.url) == (
        State.SENT,
        "b1",
        "https://board.example.com/1",
    )
    assert row.sent_at is not None
    assert (row.uncertain, row.error, row.attempts) == (False, "", 1)
    ours = PostRow.objects.get(external_id="b1")
    assert (ours.state, ours.text, ours.in_reply_to) == (PostRow.State.CONTEXT, WORDS, "p1")
    assert (ours.conversation, ours.url) == (item.conversation, "https://board.example.com/1")
    assert channels_to_send() == []
    assert send_channel(place.pk) == {}
    assert len(board.tries) == 1


def test_a_pull_finds_the_reply_known_and_takes_the_platforms_words_without_an_edit(
    place: Channel, bob: User
) -> None:
    item = asked_of(place)
    send(reply(item, bob))
    before = Item.objects.get(pk=item.pk).version
    run = pull_channel(place.pk)
    assert run is not None
    assert (run.seen, run.new, run.changed) == (1, 0, 0)
    ours = PostRow.objects.get(external_id="b1")
    assert (ours.text, ours.version, ours.edited_at) == (WORDS.lower(), 1, None)
    assert ours.versions.count() == 0
    assert Item.objects.get(pk=item.pk).version == before


def test_a_later_edit_at_the_platform_is_an_edit(place: Channel, board: Board, bob: User) -> None:
    send(reply(asked_of(place), bob))
    pull_channel(place.pk)
    board.posts[0]["text"] = "Something else."
    Channel.objects.filter(pk=place.pk).update(next_pull_at=timezone.now() - timedelta(seconds=1))
    pull_channel(place.pk)
    ours = PostRow.objects.get(external_id="b1")
    assert (ours.text, ours.version) == ("something else.", 2)


def test_a_pull_that_is_faster_than_our_commit_doubles_nothing(
    place: Channel, board: Board, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = asked_of(place)

    def pull_first(*args: Any, **named: Any) -> None:
        pull_channel(place.pk)
        original(*args, **named)

    from workers import settling

    original = settling.note_sent
    monkeypatch.setattr("workers.sending.note_sent", pull_first)
    send(reply(item, bob))
    ours = PostRow.objects.get(external_id="b1")
    assert (ours.text, ours.version) == (WORDS.lower(), 1)
    assert not item.moves.filter(event="answered").exists()


def test_acts_on_one_item_stay_in_their_order(place: Channel, board: Board, bob: User) -> None:
    item = asked_of(place)
    assert item.latest_post is not None
    for act in (Act.LIKE, Act.HIDE, Act.UNHIDE, Act.UNLIKE):
        ask(Item.objects.get(pk=item.pk), bob, act=act, post=item.latest_post)
    board.faults = [taken, lost]
    send_all()
    assert board.acts == [("like", "p1", "")]
    let_time_pass()
    send_all()
    assert [act for act, _, _ in board.acts] == ["like", "hide", "unhide", "unlike"]


def test_one_that_cannot_be_sent_holds_up_no_other(place: Channel, board: Board, bob: User) -> None:
    board.faults = [lost]
    first = send(reply(asked_of(place), bob))
    second = send(reply(asked_of(place, "p2"), bob, "And you."))
    assert (first.state, second.state) == (State.WAITING, State.SENT)


def test_a_post_that_was_deleted_from_here_is_marked_so(
    place: Channel, board: Board, bob: User
) -> None:
    item = asked_of(place)
    assert item.latest_post is not None
    send(ask(item, bob, act=Act.DELETE, post=item.latest_post))
    assert board.acts == [("delete", "p1", "")]
    assert making.row_of(place, "p1").deleted_at is not None


def test_a_paused_channel_sends_when_it_is_resumed(place: Channel, board: Board, bob: User) -> None:
    row = reply(asked_of(place), bob)
    Channel.objects.update(state=Channel.State.PAUSED)
    assert (channels_to_send(), send(row).state) == ([], State.WAITING)
    Channel.objects.update(state=Channel.State.ACTIVE)
    assert send(row).state == State.SENT


def test_what_waits_can_be_called_back_and_what_is_leaving_cannot(
    place: Channel, board: Board, bob: User
) -> None:
    item = asked_of(place)
    waiting = reply(item, bob, resolve=True, hold=60)
    assert send(waiting).state == State.WAITING
    assert cancel(waiting, bob).state == State.CANCELLED
    item.refresh_from_db()
    assert (item.status, item.owner) == (Item.Status.CLAIMED, bob)
    leaving = reply(item, bob)
    Outgoing.objects.filter(pk=leaving.pk).update(
        state=State.SENDING, lease_until=timezone.now() + timedelta(minutes=1)
    )
    with pytest.raises(ActRefused, match="being sent"):
        cancel(leaving, bob)
    send_all()
    assert board.acts == []


def test_somebody_who_answers_at_the_platform_stops_the_draft_of_a_colleague(
    place: Channel, board: Board, bob: User
) -> None:
    item = claim(asked_of(place), bob)
    board.take(
        {"act": "reply", "post": "p1", "conversation": "p1", "text": "Done", "at": "2026-01-01"}
    )
    pull_channel(place.pk)
    with pytest.raises(ActRefused, match="has changed"):
        reply(item, bob)
    assert item.moves.latest("id").event == "answered"
    assert reply(Item.objects.get(pk=item.pk), bob).state == State.WAITING


def test_a_reply_on_x_is_charged_to_the_channel(
    board: Board, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "x", "tests.sending.board:BoardSource")
    channel = a_place(board, source="x")
    send(reply(asked_of(channel), bob, "See example.com/help"))
    spent = Spending.objects.get(channel=channel)
    assert (spent.microdollars, spent.calls) == (200_000, 1)


def test_a_reply_beyond_the_monthly_cap_comes_back(
    board: Board, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "x", "tests.sending.board:BoardSource")
    channel = a_place(board, source="x")
    Channel.objects.update(settings={**channel.settings, "monthly_cap": "0.2"})
    item = asked_of(channel)
    first = send(reply(item, bob))
    second = send(reply(Item.objects.get(pk=item.pk), bob, "See example.com/help"))
    assert (first.state, second.state) == (State.SENT, State.REFUSED)
    assert second.error.startswith("this reply costs $0.200, and of this month's $0.20 $0.01 are")
    assert len(board.posts) == 1
