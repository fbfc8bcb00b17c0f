"""Replies: an outbox row is written with the act, and nobody answers twice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from tests.domain import making
from triage.back.composing import warnings
from triage.back.recalling import cancel, retry
from triage.back.replies import ask, rules_of, write_reply
from triage.desk.items import ActRefused, claim, hand_off, resolve
from triage.tables import Channel, Item, Outgoing, PostRow, User
from triage.vocabulary import Act

State = Outgoing.State
Status = Item.Status

pytestmark = pytest.mark.usefixtures("judge")


@pytest.fixture
def place(web: Channel) -> Channel:
    """X, where replies of 280 characters are taken, and likes."""
    web.can = {
        "title": "X (Twitter)", "acts": ["reply", "like"], "longest": 280, "counting": "weighted"
    }  # fmt: skip
    web.save(update_fields=["can"])
    return web


@pytest.fixture
def item(place: Channel) -> Item:
    return making.bring(place, making.post("p1"))


def reply(item: Item, user: User, text: str = "On its way.", **more: Any) -> Outgoing:
    return write_reply(item, user, text=text, **{"seen": item.version, **more})


def fresh(item: Item) -> Item:
    return Item.objects.get(pk=item.pk)


def test_a_reply_is_written_with_the_act(item: Item, bob: User) -> None:
    row = reply(item, bob, "  On its way.\r\nBob ")
    assert (row.act, row.state, row.text) == (Act.REPLY, State.WAITING, "On its way.\nBob")
    assert (row.user, row.post, row.channel) == (bob, item.latest_post, item.channel)
    assert len(row.key) == 32
    now = fresh(item)
    assert (now.status, now.owner, now.version) == (Status.CLAIMED, bob, item.version + 1)
    assert now.claimed_until is not None
    last = item.moves.latest("id")
    assert (last.event, last.by, last.user) == ("replied", "person", bob)


def test_a_reply_can_resolve_its_item(item: Item, bob: User) -> None:
    reply(item, bob, resolve=True)
    now = fresh(item)
    assert (now.status, now.owner) == (Status.RESOLVED, bob)
    assert now.resolved_at is not None


def test_a_reply_waits_for_as_long_as_it_can_be_called_back(
    item: Item, bob: User, settings: Settings
) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, undo_seconds=5)
    row = reply(item, bob)
    assert 4 < (row.due_at - timezone.now()).total_seconds() <= 5
    cancel(row, bob)
    assert reply(fresh(item), bob, hold=0).due_at <= timezone.now()


NEWS: dict[str, Callable[[Item, User], object]] = {
    "claim": claim,
    "reply": lambda item, user: reply(item, user),
    "hand-off": lambda item, user: hand_off(item, user, to="promo", reason="wants to buy"),
    "resolve": resolve,
    "post": lambda item, _: making.bring(
        item.channel, making.post("p2", conversation="p1", text="question still waiting")
    ),
}


@pytest.mark.parametrize("what", NEWS)
def test_a_draft_is_refused_after_anything_new(
    item: Item, bob: User, olga: User, what: str
) -> None:
    begun = fresh(item)
    NEWS[what](item, olga)
    count = Outgoing.objects.count()
    with pytest.raises(ActRefused):
        reply(begun, bob)
    assert Outgoing.objects.count() == count


def test_a_draft_that_was_begun_after_the_news_is_sent(item: Item, bob: User, olga: User) -> None:
    NEWS["post"](item, olga)
    assert reply(fresh(item), bob).state == State.WAITING


def test_a_second_reply_waits_until_the_first_has_left(item: Item, bob: User) -> None:
    first = reply(item, bob)
    with pytest.raises(ActRefused, match="already"):
        reply(fresh(item), bob)
    assert fresh(item).version == item.version + 1
    Outgoing.objects.filter(pk=first.pk).update(state=State.SENT)
    assert reply(fresh(item), bob, "One more thing.").state == State.WAITING


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Write something"),
        (" \n ", "Write something"),
        ("a" * 281, "281 characters as X counts them long; 280"),
        ("日" * 141, "282"),
        ("a" * 20_001, "20000"),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused_and_nothing_happens(
    item: Item, bob: User, text: str, said: str
) -> None:
    with pytest.raises(ActRefused, match=said):
        reply(item, bob, text)
    assert (fresh(item).version, Outgoing.objects.count()) == (item.version, 0)
    assert reply(item, bob, "a" * 280).state == State.WAITING


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"can": {}}, "cannot reply in Open web: do it on the platform"),
        ({"can": {"acts": ["like"]}}, "cannot reply"),
        ({"state": "paused"}, "is paused"),
        ({"state": "removed"}, "is removed"),
        ({"state": "refused", "error": "the key is dead"}, "the key is dead"),
    ],
)
def test_a_channel_without_a_way_back_is_refused_in_words(
    item: Item, bob: User, changes: dict[str, Any], said: str
) -> None:
    Channel.objects.filter(pk=item.channel_id).update(**changes)
    with pytest.raises(ActRefused, match=said):
        reply(item, bob)
    assert fresh(item).version == item.version


def test_what_its_author_deleted_cannot_be_answered(item: Item, bob: User) -> None:
    PostRow.objects.update(deleted_at=timezone.now())
    with pytest.raises(ActRefused, match="was deleted"):
        reply(Item.objects.select_related("latest_post").get(pk=item.pk), bob)


def test_only_the_team_of_the_queue_answers(
    item: Item, alice: User, charlie: User, bob: User
) -> None:
    for stranger in (alice, charlie):
        with pytest.raises(ActRefused, match="does not work the support queue"):
            reply(item, stranger)
        with pytest.raises(ActRefused, match="does not work the support queue"):
            ask(item, stranger, act=Act.LIKE, post=PostRow.objects.get())
    row = reply(item, bob)
    for stranger in (alice, charlie):
        with pytest.raises(ActRefused, match="does not work the support queue"):
            cancel(row, stranger)


def test_a_reply_that_is_called_back_keeps_its_text_and_opens_its_item(
    item: Item, bob: User
) -> None:
    row = cancel(reply(item, bob, resolve=True), bob)
    assert (row.state, row.text) == (State.CANCELLED, "On its way.")
    now = fresh(item)
    assert (now.status, now.owner, now.resolved_at) == (Status.CLAIMED, bob, None)
    assert item.moves.latest("id").event == "called_back"
    with pytest.raises(ActRefused, match="already undone"):
        cancel(row, bob)


def test_what_may_have_left_is_not_called_back_but_looked_for(item: Item, bob: User) -> None:
    row = reply(item, bob)
    Outgoing.objects.filter(pk=row.pk).update(uncertain=True)
    row = cancel(row, bob)
    assert (row.state, row.error[:21]) == (State.UNKNOWN, "It may have been sent")
    assert cancel(row, bob).state == State.CANCELLED
    assert item.moves.latest("id").event == "let_go"


def test_what_failed_can_be_sent_again_or_let_go(item: Item, bob: User) -> None:
    row = reply(item, bob)
    with pytest.raises(ActRefused, match="waiting to be sent"):
        retry(row, bob)
    failed = {"state": State.FAILED, "attempts": 8, "error": "no answer"}
    Outgoing.objects.filter(pk=row.pk).update(**failed)
    row = retry(row, bob)
    assert (row.state, row.attempts, row.error) == (State.WAITING, 0, "")
    Outgoing.objects.filter(pk=row.pk).update(**failed)
    assert cancel(row, bob).state == State.CANCELLED


def test_an_old_reply_is_not_sent_again_beside_a_new_one(item: Item, bob: User) -> None:
    old = reply(item, bob)
    Outgoing.objects.filter(pk=old.pk).update(state=State.FAILED)
    reply(fresh(item), bob, "Another one.")
    with pytest.raises(ActRefused, match="already"):
        retry(old, bob)


def test_a_post_can_be_liked_once_at_a_time(item: Item, bob: User) -> None:
    post = PostRow.objects.get()
    row = ask(item, bob, act=Act.LIKE, post=post)
    assert (row.act, row.text, row.state) == ("like", "", State.WAITING)
    assert (fresh(item).status, item.moves.latest("id").event) == (Status.OPEN, "liked")
    with pytest.raises(ActRefused, match="already"):
        ask(fresh(item), bob, act=Act.LIKE, post=post)
    with pytest.raises(ActRefused, match="cannot hide a post"):
        ask(fresh(item), bob, act=Act.HIDE, post=post)


def test_only_posts_of_the_conversation_are_acted_on(place: Channel, item: Item, bob: User) -> None:
    elsewhere = making.bring(place, making.post("p9", author_id="u-9")).latest_post
    assert elsewhere is not None
    with pytest.raises(ActRefused, match="not part of the conversation"):
        ask(item, bob, act=Act.LIKE, post=elsewhere)
    assert ask(item, bob, act=Act.LIKE, post=PostRow.objects.get(external_id="p1")).pk


def test_an_item_that_a_colleague_has_is_left_to_them(item: Item, bob: User, olga: User) -> None:
    claim(item, olga)
    with pytest.raises(ActRefused, match="Olga has claimed it"):
        ask(fresh(item), bob, act=Act.LIKE, post=PostRow.objects.get())


def test_liking_keeps_the_claim_of_who_has_it(item: Item, bob: User) -> None:
    mine = claim(item, bob)
    Item.objects.update(claimed_until=timezone.now() + timedelta(minutes=1))
    ask(mine, bob, act=Act.LIKE, post=PostRow.objects.get())
    now = fresh(item)
    assert (now.status, now.owner) == (Status.CLAIMED, bob)
    assert now.claimed_until is not None


def test_the_rules_of_a_channel_say_what_a_composer_needs(place: Channel) -> None:
    rules = rules_of(place)
    assert (rules.title, rules.acts) == ("X (Twitter)", (Act.REPLY, Act.LIKE))
    assert (rules.longest, rules.counting) == (280, "weighted")
    assert rules.price.of("thank you") == 10_000
    assert rules.price.of("see example.com/help") == 200_000
    unknown = rules_of(Channel(name="New", source="forum"))
    assert (unknown.title, unknown.acts, unknown.longest) == ("New", (), None)
    assert unknown.price.of("see example.com") == 0


def test_the_price_of_a_link_and_a_missing_mention_are_told_before_sending(
    place: Channel,
) -> None:
    mentioned = making.bring(place, making.post("p1", "question for @acme"))
    assert warnings(mentioned, "Hello") == ("X (Twitter) charges $0.010 for this reply.",)
    assert warnings(mentioned, "See example.com") == (
        "X (Twitter) charges $0.200 for this reply because of the link.",
    )
    found = making.bring(place, making.post("p2", "question about bikes"))
    assert "does not seem to mention @Acme" in warnings(found, "Hello")[1]
