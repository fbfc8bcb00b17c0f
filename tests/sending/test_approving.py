"""Approval before sending: an answer waits for a colleague, and leaves once, with what they saw."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.domain import making
from tests.sending.board import Board
from tests.sending.outbox import WORDS, State, asked_of, colleague, reply, send
from triage.access import pending_for
from triage.back.approving import OWN, approve, send_back
from triage.back.ours import note_answers
from triage.back.outbox import oldest_unsent_seconds, outbox_counts
from triage.back.recalling import cancel
from triage.desk import claims, items, merging, muting, notes, snoozing
from triage.desk.acting import ActRefused
from triage.desk.drafts import draft_of, save_draft
from triage.posts import Post
from triage.staff.erasing import erase
from triage.staff.people import deactivate
from triage.tables import AuditEntry, Channel, Item, Mention, Note, Outgoing, PostRow, User
from triage.times.clocking import clock_changed
from triage.tuning.policies import put_in_force
from triage.vocabulary import Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(db: None) -> None:
    """The policy asks for approval of what leaves the support queue."""
    put_in_force('[approval]\nqueues = ["support"]', author=None, reason="a try")


@pytest.fixture
def ada(db: None) -> User:
    """Bob's colleague, who may approve."""
    return colleague("ada", Team.COMMUNITY, may_approve=True)


@pytest.fixture
def item(place: Channel) -> Item:
    return asked_of(place)


@pytest.fixture
def pending(asked: None, item: Item, bob: User) -> Outgoing:
    return reply(item, bob)


def now(row: Outgoing) -> Item:
    return Item.objects.get(pk=row.item_id)


def fresh(row: Outgoing) -> Outgoing:
    around = ("channel", "item__channel", "post", "user")
    return Outgoing.objects.select_related(*around).get(pk=row.pk)


def approved(row: Outgoing, user: User, **more: Any) -> Outgoing:
    return approve(fresh(row), user, **{"seen": now(row).version, **more})


def last(row: Outgoing) -> tuple[str, str]:
    move = now(row).moves.latest("id")
    return move.event, move.user.username if move.user else ""


def follow_up(row: Outgoing) -> Item:
    """Its author writes again."""
    post = making.post("p2", "question and now?", author="p1", author_id="p1", conversation="p1")
    return making.bring(row.channel, post)


def test_an_answer_waits_for_approval_and_no_worker_looks_at_it(
    pending: Outgoing, board: Board, bob: User
) -> None:
    assert (pending.state, pending.text, pending.user) == (State.PENDING, WORDS, bob)
    assert send(pending).state == State.PENDING
    assert board.tries == []
    assert (now(pending).status, now(pending).owner) == ("claimed", bob)
    assert last(pending) == ("asked_approval", "bob")
    assert (outbox_counts()["pending"], oldest_unsent_seconds()) == (1, 0.0)


def test_what_is_approved_takes_the_ordinary_path(
    pending: Outgoing, board: Board, bob: User, ada: User
) -> None:
    row = approved(pending, ada)
    assert (row.state, row.approved_by, row.written) == (State.WAITING, ada, "")
    assert row.due_at >= fresh(row).created_at
    Outgoing.objects.update(due_at=timezone.now())
    assert send(row).state == State.SENT
    assert board.acts == [("reply", "p1", WORDS)]
    assert now(pending).owner == bob


def test_an_edit_keeps_who_wrote_and_who_changed(
    pending: Outgoing, board: Board, bob: User, ada: User
) -> None:
    row = approved(pending, ada, text="Two days more, Ann.", hold=0)
    assert (row.user, row.approved_by) == (bob, ada)
    assert (row.text, row.written) == ("Two days more, Ann.", WORDS)
    assert now(row).moves.latest("id").why == "with another text"
    send(row)
    assert board.acts == [("reply", "p1", "Two days more, Ann.")]


def test_who_approves_sends_directly(asked: None, item: Item, ada: User) -> None:
    assert reply(item, ada).state == State.WAITING


def test_nobody_approves_their_own_even_where_they_may_since(
    pending: Outgoing, bob: User, ada: User
) -> None:
    User.objects.filter(pk=bob.pk).update(may_approve=True)
    author = User.objects.get(pk=bob.pk)
    with pytest.raises(ActRefused, match=OWN):
        approved(pending, author)
    assert not pending_for(author).exists()
    assert pending_for(ada).get() == pending
    assert approved(pending, ada).state == State.WAITING


@pytest.mark.parametrize("team", [Team.COMMUNITY, Team.OPS, Team.ADMIN])
def test_nobody_approves_by_their_team_alone(pending: Outgoing, team: Team, ada: User) -> None:
    with pytest.raises(ActRefused, match="You cannot approve replies in support"):
        approved(pending, colleague("other", team))
    with pytest.raises(ActRefused, match="You cannot approve"):
        send_back(fresh(pending), colleague("third", team), reason="no")
    assert approved(pending, ada).state == State.WAITING


def test_who_approves_does_so_where_they_work(pending: Outgoing) -> None:
    social = colleague("sue", Team.SOCIAL, may_approve=True)
    with pytest.raises(ActRefused, match="You cannot approve replies in support"):
        approved(pending, social)
    assert approved(pending, colleague("olga", Team.OPS, may_approve=True)).state == State.WAITING


@pytest.mark.parametrize(
    ("policy", "state"),
    [
        ("", State.WAITING),
        ('[approval]\nqueues = ["promo"]', State.WAITING),
        ('[approval]\nchannels = ["Board"]', State.PENDING),
        ('[approval]\nchannels = ["Other"]', State.WAITING),
        ('[approval]\nintents = ["question"]', State.PENDING),
        ('[approval]\nintents = ["lead"]\nqueues = ["support"]', State.PENDING),
    ],
)
def test_the_policy_says_which_answers_wait(
    item: Item, bob: User, policy: str, state: State
) -> None:
    put_in_force(policy, author=None, reason="a try")
    assert reply(item, bob).state == state


def test_an_item_that_a_rule_has_marked_waits_whatever_its_queue(item: Item, bob: User) -> None:
    Item.objects.update(needs_approval=True)
    item.refresh_from_db()
    assert reply(item, bob).state == State.PENDING


def test_an_item_is_resolved_only_when_its_answer_is_approved(
    asked: None, item: Item, bob: User, ada: User
) -> None:
    row = reply(item, bob, resolve=True)
    assert now(row).status == "claimed"
    row = approved(row, ada, hold=0)
    assert (now(row).status, now(row).owner) == ("resolved", bob)
    send(row)
    clock_changed()
    assert now(row).reply_seconds is not None
    assert (now(row).resolve_seconds, now(row).due_at) == (now(row).reply_seconds, None)


def test_the_first_reply_counts_when_it_was_sent(pending: Outgoing, ada: User) -> None:
    clock_changed()
    assert now(pending).reply_seconds is None
    row = approved(pending, ada, hold=0)
    clock_changed()
    assert now(pending).reply_seconds is None
    send(row)
    clock_changed()
    assert now(pending).reply_seconds is not None


def test_a_second_answer_is_not_written_beside_one_that_waits(
    pending: Outgoing, bob: User, ada: User
) -> None:
    for user in (bob, ada):
        item = Item.objects.select_related("channel", "latest_post").get(pk=pending.item_id)
        Item.objects.update(owner=user)
        with pytest.raises(ActRefused, match="already waiting for approval"):
            reply(item, user, "Another one.")


NEWS: dict[str, Callable[[Outgoing, User], object]] = {
    "a newer post": lambda row, _: follow_up(row),
    "a claim": lambda row, ops: claims.take_over(now(row), ops, reason="Bob is out"),
    "a snooze": lambda row, _: snoozing.snooze(now(row), row.user),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("what", NEWS)
def test_approving_asks_again_after_anything_new(pending: Outgoing, ada: User, what: str) -> None:
    NEWS[what](pending, colleague("olga", Team.OPS))
    with pytest.raises(ActRefused, match="has changed since"):
        approved(pending, ada, seen=pending.asked_version)
    assert fresh(pending).state == State.PENDING
    assert approved(pending, ada).state == State.WAITING


def test_an_answer_at_the_platform_is_news_too(pending: Outgoing, ada: User) -> None:
    note_answers(pending.channel, [Post(id="o1", text="done", own=True, in_reply_to="p1")])
    with pytest.raises(ActRefused, match="has changed since"):
        approved(pending, ada, seen=pending.asked_version)


REFUSALS: dict[str, tuple[Callable[[Outgoing], object], str]] = {
    "deleted": (lambda _: PostRow.objects.update(deleted_at=timezone.now()), "was deleted"),
    "paused": (lambda _: Channel.objects.update(state="paused"), "is paused"),
    "resolved": (lambda _: Item.objects.update(status="resolved"), "resolved"),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_what_cannot_be_sent_any_more_is_not_approved(
    pending: Outgoing, ada: User, what: str
) -> None:
    happens, said = REFUSALS[what]
    happens(pending)
    with pytest.raises(ActRefused, match=said):
        approved(pending, ada)
    assert fresh(pending).state == State.PENDING


def test_a_text_that_is_too_long_is_not_approved(pending: Outgoing, ada: User) -> None:
    with pytest.raises(ActRefused, match="40 is the limit"):
        approved(pending, ada, text="x" * 41)
    assert fresh(pending).text == WORDS


def test_of_two_approvers_one_wins_and_the_other_is_told(pending: Outgoing, ada: User) -> None:
    zoe = colleague("zoe", Team.OPS, may_approve=True)
    before, seen = fresh(pending), now(pending).version
    approve(fresh(pending), ada, seen=seen)
    with pytest.raises(ActRefused, match="Ada already approved it"):
        approve(before, zoe, seen=seen, text="Mine.")
    with pytest.raises(ActRefused, match="Ada already approved it"):
        send_back(before, zoe, reason="no")
    assert (fresh(pending).text, fresh(pending).approved_by) == (WORDS, ada)


def test_an_answer_goes_back_with_a_word(pending: Outgoing, bob: User, ada: User) -> None:
    with pytest.raises(ActRefused, match="Say briefly"):
        send_back(fresh(pending), ada, reason=" ")
    row = send_back(fresh(pending), ada, reason="Name the day.")
    assert row.state == State.CANCELLED
    draft = draft_of(now(row), bob)
    assert draft is not None
    assert (draft.text, draft.version) == (WORDS, pending.asked_version)
    assert Note.objects.get().text == "@bob Sent back: Name the day."
    assert Mention.objects.get().user == bob
    assert last(row) == ("sent_back", "ada")
    with pytest.raises(ActRefused, match="already sent back or withdrawn"):
        approved(row, ada)
    assert reply(now(row), bob, "On Friday.").state == State.PENDING


def test_going_back_keeps_what_its_author_has_begun_meanwhile(
    pending: Outgoing, bob: User, ada: User
) -> None:
    save_draft(pending.item, bob, text="And the invoice?", version=1)
    send_back(fresh(pending), ada, reason="Name the day.")
    draft = draft_of(pending.item, bob)
    assert draft is not None
    assert draft.text == f"{WORDS}\n\nAnd the invoice?"


def test_the_text_of_somebody_who_has_left_stays_in_the_note(
    pending: Outgoing, bob: User, ada: User
) -> None:
    deactivate(bob, by="command line")
    send_back(fresh(pending), ada, reason="Name the day.")
    assert WORDS in Note.objects.get().text
    assert not Mention.objects.exists()


def test_its_author_withdraws_an_answer_and_nobody_else(
    pending: Outgoing, bob: User, ada: User
) -> None:
    with pytest.raises(ActRefused, match="Bob's, who can withdraw it"):
        cancel(fresh(pending), ada)
    assert cancel(fresh(pending), bob).state == State.CANCELLED
    assert last(pending) == ("called_back", "bob")
    with pytest.raises(ActRefused, match="already sent back or withdrawn"):
        approved(pending, ada)


def test_an_approval_can_be_taken_back_while_the_answer_waits(
    asked: None, item: Item, bob: User, ada: User
) -> None:
    row = approved(reply(item, bob, resolve=True), ada, text="Other words.")
    row = cancel(row, ada)
    assert (row.state, row.approved_by, row.text) == (State.PENDING, None, "Other words.")
    assert row.written == WORDS
    assert (now(row).status, now(row).owner) == ("claimed", bob)
    row = approved(row, ada, text=WORDS)
    assert (row.state, row.written) == (State.WAITING, "")
    assert cancel(row, bob).state == State.CANCELLED


def test_the_audit_log_tells_who_asked_who_approved_and_who_sent_back(
    pending: Outgoing, bob: User, ada: User
) -> None:
    send_back(fresh(pending), ada, reason="Name the day.")
    again = reply(now(pending), bob, "On Friday.")
    approved(again, ada, text="On Friday, Ann.")
    told = [(entry.event, entry.actor) for entry in AuditEntry.objects.order_by("id")]
    assert told[-4:] == [
        ("approval_asked", "bob"),
        ("answer_sent_back", "ada"),
        ("approval_asked", "bob"),
        ("answer_approved", "ada"),
    ]
    latest = AuditEntry.objects.latest("id")
    assert latest.details == {"item": again.item_id, "author": "bob", "changed": True}


def test_a_claim_does_not_lapse_while_its_answer_waits(
    pending: Outgoing, bob: User, ada: User
) -> None:
    later = timezone.now() + timedelta(hours=3)
    assert claims.return_lapsed(now=later) == 0
    assert now(pending).owner == bob
    approved(pending, ada)
    assert claims.return_lapsed(now=later) == 1


ENDINGS: dict[str, Callable[[Item, User], object]] = {
    "resolve": items.resolve,
    "hand-off": lambda item, user: items.hand_off(item, user, to="promo", reason="to buy"),
    "merge": lambda item, user: merging.merge(item, user, into=Item.objects.latest("id")),
}


@pytest.mark.parametrize("how", ENDINGS)
def test_an_item_does_not_end_while_its_answer_waits(
    pending: Outgoing, place: Channel, bob: User, how: str
) -> None:
    making.bring(place, making.post("p9", author="p1", author_id="p1", conversation="c9"))
    item = Item.objects.select_related("channel").get(pk=pending.item_id)
    with pytest.raises(ActRefused, match="waiting for approval"):
        ENDINGS[how](item, bob)
    cancel(fresh(pending), bob)
    ENDINGS[how](Item.objects.select_related("channel").get(pk=item.pk), bob)


def test_an_item_rests_on_when_its_answer_is_approved(
    pending: Outgoing, bob: User, ada: User
) -> None:
    snoozing.snooze(now(pending), bob)
    approved(pending, ada)
    assert now(pending).snoozed
    clock_changed()
    assert now(pending).resolve_due_at is None
    assert fresh(pending).state == State.WAITING


def test_an_answer_to_somebody_who_was_blocked_is_still_asked_about(
    pending: Outgoing, bob: User, ada: User
) -> None:
    person = pending.item.person
    assert person is not None
    muting.mute(person, bob, reason="only spam", how="block")
    assert now(pending).queue == "archive"
    with pytest.raises(ActRefused, match="has changed since"):
        approved(pending, ada, seen=pending.asked_version)
    assert send_back(fresh(pending), ada, reason="blocked").state == State.CANCELLED


def test_erasing_somebody_takes_the_answer_that_waits_with_it(pending: Outgoing, ada: User) -> None:
    row, person = fresh(pending), pending.item.person
    assert person is not None
    erase(person, by="command line")
    assert not Outgoing.objects.exists()
    with pytest.raises((ActRefused, Item.DoesNotExist)):
        approve(row, ada, seen=row.asked_version)


def test_a_note_about_an_answer_that_waits_is_no_news(
    pending: Outgoing, bob: User, ada: User
) -> None:
    notes.add_note(now(pending), bob, text="Is this right, @ada?")
    assert approved(pending, ada, seen=pending.asked_version).state == State.WAITING
