"""Items: every act, and every refusal with its sentence."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from tests.domain.making import bring, later, post
from triage.desk.items import ActRefused, claim, hand_off, release, reopen, resolve
from triage.tables import Channel, Item, Lesson, Move, User
from triage.vocabulary import Team

pytestmark = pytest.mark.usefixtures("judge")
Act = Callable[[Item, User], Item]


def sell(item: Item, user: User) -> Item:
    return hand_off(item, user, to="promo", reason="wants to buy")


ACTS: list[Act] = [claim, resolve, sell]


@pytest.fixture
def item(web: Channel) -> Item:
    """A question of Ann's in the support queue."""
    return bring(web, post("1"))


@pytest.fixture
def eve(db: None) -> User:
    """Bob's colleague in the community team."""
    return User.objects.create(username="eve", first_name="Eve", teams=[Team.COMMUNITY])


def fresh(item: Item) -> Item:
    return Item.objects.get(pk=item.pk)


def refusal(act: Callable[[], object]) -> str:
    """The sentence with which an act is refused; nothing else may have happened."""
    before = list(Item.objects.values()), Move.objects.count(), Lesson.objects.count()
    with pytest.raises(ActRefused) as refused:
        act()
    assert (list(Item.objects.values()), Move.objects.count(), Lesson.objects.count()) == before
    return str(refused.value)


# What can be done


def test_a_claim_shows_colleagues_who_answers(item: Item, bob: User) -> None:
    changed = claim(item, bob)
    assert (changed.status, changed.owner, changed.version) == ("claimed", bob, item.version + 1)
    assert fresh(item).owner == bob
    move = Move.objects.latest("id")
    assert (move.event, move.by, move.user) == ("claimed", "person", bob)
    assert (move.source, move.target) == ("support", "support")


def test_a_release_gives_it_back(item: Item, bob: User, eve: User) -> None:
    released = release(claim(item, bob), bob)
    assert (released.status, released.owner) == ("open", None)
    assert claim(fresh(item), eve).owner == eve


@pytest.mark.parametrize("claimed", [True, False])
def test_an_item_is_resolved_with_or_without_a_claim(item: Item, bob: User, claimed: bool) -> None:
    if claimed:
        claim(item, bob)
    before = timezone.now()
    done = resolve(fresh(item), bob)
    assert (done.status, done.owner) == ("resolved", bob)
    assert done.resolved_at is not None
    assert done.resolved_at >= before


def test_a_resolved_item_can_be_reopened_by_a_colleague(item: Item, bob: User, eve: User) -> None:
    done = resolve(item, bob)
    opened = reopen(done, eve)
    assert (opened.status, opened.owner, opened.resolved_at) == ("open", None, None)


def test_a_hand_off_moves_it_for_good_and_tells_why(item: Item, bob: User, alice: User) -> None:
    moved = hand_off(claim(item, bob), bob, to="promo", reason="  wants\n to  buy ", intent="sales")
    assert (moved.queue, moved.status, moved.owner) == ("promo", "open", None)
    assert (moved.intent, moved.unsure, moved.decided_by_person) == ("sales", False, True)
    assert moved.why == fresh(item).why == "Bob: wants to buy"
    move = Move.objects.latest("id")
    assert (move.event, move.source, move.target) == ("handed_off", "support", "promo")
    assert (move.why, move.user) == ("wants to buy", bob)
    assert claim(moved, alice).owner == alice


def test_a_hand_off_without_an_intent_does_not_keep_the_one_of_the_old_queue(
    item: Item, bob: User
) -> None:
    assert sell(item, bob).intent == ""


def test_a_hand_off_without_an_intent_takes_what_the_model_saw_for_the_other_team(
    item: Item, bob: User
) -> None:
    Item.objects.filter(pk=item.pk).update(also="sales")
    assert sell(fresh(item), bob).intent == "sales"


def test_an_act_on_an_older_version_is_refused_and_changes_nothing(item: Item, bob: User) -> None:
    Item.objects.filter(pk=item.pk).update(version=item.version + 1)
    assert refusal(lambda: resolve(item, bob, seen=item.version)).startswith("It has changed")
    assert fresh(item).status == Item.Status.OPEN
    assert resolve(item, bob, seen=item.version + 1).status == Item.Status.RESOLVED


def test_out_of_review_an_intent_is_reason_enough(item: Item, bob: User) -> None:
    Item.objects.filter(pk=item.pk).update(queue="review")
    placed = hand_off(fresh(item), bob, to="support", reason="", intent="question")
    assert (placed.queue, placed.why) == ("support", "Bob: It is question.")


@pytest.mark.parametrize("to", ["promo", "archive"])
def test_it_can_be_handed_to_the_other_team_or_put_away(item: Item, bob: User, to: str) -> None:
    assert hand_off(item, bob, to=to, reason="so it is").queue == to


def test_the_history_of_an_item_is_its_moves(item: Item, bob: User, alice: User) -> None:
    claim(item, bob)
    release(fresh(item), bob)
    sell(fresh(item), bob)
    resolve(fresh(item), alice)
    reopen(fresh(item), alice)
    moves = item.moves.order_by("id").values_list("event", "source", "target", "user__username")
    assert list(moves) == [
        ("placed", "", "support", None),
        ("claimed", "support", "support", "bob"),
        ("released", "support", "support", "bob"),
        ("handed_off", "support", "promo", "bob"),
        ("resolved", "promo", "promo", "alice"),
        ("reopened", "promo", "promo", "alice"),
    ]
    assert fresh(item).version == 6


# Lessons


def test_a_hand_off_is_a_lesson(item: Item, bob: User) -> None:
    hand_off(item, bob, to="promo", reason="wants to buy", intent="sales")
    lesson = Lesson.objects.get()
    assert (lesson.post.external_id, lesson.post_version) == ("1", 1)
    assert (lesson.queue, lesson.intent, lesson.origin) == ("promo", "sales", "hand_off")
    assert (lesson.user, lesson.reason) == (bob, "wants to buy")


def test_a_hand_off_out_of_review_is_a_lesson_of_the_review_lane(web: Channel, bob: User) -> None:
    hand_off(bring(web, post("1", "lead?")), bob, to="promo", reason="a lead")
    lesson = Lesson.objects.get()
    assert (lesson.origin, lesson.intent, lesson.queue) == ("review", "", "promo")


def test_a_lesson_is_about_the_text_that_was_read(web: Channel, bob: User) -> None:
    bring(web, post("1"))
    item = bring(web, post("1", "question now edited", edited_at=later(1)))
    sell(item, bob)
    assert Lesson.objects.get().post_version == 2


def test_an_item_whose_post_is_erased_teaches_nothing(item: Item, bob: User) -> None:
    Item.objects.update(latest_post=None)
    sell(fresh(item), bob)
    assert not Lesson.objects.exists()


# What is refused


@pytest.mark.parametrize("act", [*ACTS, reopen])
def test_a_team_works_in_its_own_queue(item: Item, alice: User, charlie: User, act: Act) -> None:
    sentence = "Your team does not work the support queue."
    assert refusal(lambda: act(item, alice)) == sentence
    assert refusal(lambda: act(item, charlie)) == sentence


@pytest.mark.parametrize("act", [*ACTS, release])
def test_what_a_colleague_has_is_left_to_them(item: Item, bob: User, eve: User, act: Act) -> None:
    claim(item, eve)
    assert refusal(lambda: act(item, bob)) == "Eve has claimed it."
    assert refusal(lambda: act(fresh(item), bob)) == "Eve has claimed it."


@pytest.mark.parametrize("act", [*ACTS, release])
def test_what_is_resolved_is_done(item: Item, bob: User, eve: User, act: Act) -> None:
    resolve(item, eve)
    assert refusal(lambda: act(fresh(item), bob)) == "It was already resolved by Eve."


def test_what_its_author_deleted_is_done(item: Item, web: Channel, bob: User) -> None:
    Item.objects.update(status="resolved", owner=None)
    assert refusal(lambda: claim(item, bob)) == "It was already resolved."


@pytest.mark.parametrize("act", [release, reopen])
def test_what_is_open_can_be_neither_released_nor_reopened(item: Item, bob: User, act: Act) -> None:
    assert refusal(lambda: act(item, bob)) == "It is open and unclaimed. Look again."


@pytest.mark.parametrize("act", ACTS)
def test_who_looks_at_an_old_page_cannot_act_in_another_team_s_queue(
    item: Item, bob: User, olga: User, act: Act
) -> None:
    sell(item, olga)
    sentence = "It was moved to promo since you opened it. Look again."
    assert refusal(lambda: act(item, bob)) == sentence


def test_who_looks_at_an_old_page_cannot_reopen_it_there_either(
    item: Item, bob: User, olga: User
) -> None:
    resolve(sell(item, olga), olga)
    sentence = "It was moved to promo since you opened it. Look again."
    assert refusal(lambda: reopen(item, bob)) == sentence


@pytest.mark.parametrize("act", ACTS)
def test_an_item_that_is_gone_is_gone(item: Item, bob: User, act: Act) -> None:
    gone = fresh(item)
    item.delete()
    assert refusal(lambda: act(gone, bob)) == "This item no longer exists."


@pytest.mark.parametrize(
    ("to", "reason", "intent", "sentence"),
    [
        ("support", "x", "", "It is already in support."),
        ("review", "x", "", "There is no queue 'review' to hand off to."),
        ("sales", "x", "", "There is no queue 'sales' to hand off to."),
        ("", "x", "", "There is no queue '' to hand off to."),
        ("promo", " \n ", "", "Give a short reason. The other team reads it"),
        ("promo", "x", "rant", "There is no intent 'rant'."),
        ("promo", "x", "feedback", "feedback belongs to support, not promo."),
        ("archive", "x", "lead", "lead belongs to promo, not archive."),
    ],
)
def test_a_hand_off_says_where_and_why(
    item: Item, bob: User, to: str, reason: str, intent: str, sentence: str
) -> None:
    said = refusal(lambda: hand_off(item, bob, to=to, reason=reason, intent=intent))
    assert said.startswith(sentence)


def test_an_event_is_handed_to_the_team_of_its_channel(
    web: Channel, forum: Channel, bob: User
) -> None:
    on_web, on_forum = bring(web, post("1")), bring(forum, post("1"))
    assert hand_off(on_web, bob, to="promo", reason="x", intent="event").intent == "event"
    sentence = "event belongs to support, not promo."
    assert (
        refusal(lambda: hand_off(on_forum, bob, to="promo", reason="x", intent="event")) == sentence
    )


@pytest.mark.parametrize("reason", ["a\0b", "a\ud800b", "x" * 10_000])
def test_any_reason_can_be_kept(item: Item, bob: User, reason: str) -> None:
    moved = hand_off(item, bob, to="promo", reason=reason)
    assert moved.queue == "promo"
    assert len(Lesson.objects.get().reason) <= 500


def test_ops_work_everywhere(item: Item, web: Channel, olga: User) -> None:
    assert resolve(claim(item, olga), olga).status == "resolved"
    assert claim(bring(web, post("2", "lead", author_id="b")), olga).owner == olga


def test_a_hand_off_is_as_urgent_as_the_policy_says_for_its_new_queue(
    web: Channel, bob: User, alice: User
) -> None:
    question = bring(web, post("1"))
    assert question.priority == 2
    sold = hand_off(question, bob, to="promo", reason="wants to buy", intent="lead")
    assert sold.priority == 1
    assert hand_off(sold, alice, to="archive", reason="an advertisement").priority == 0


# Two at once


def test_of_two_who_claim_only_the_first_has_it(item: Item, bob: User, eve: User) -> None:
    seen_by_bob, seen_by_eve = fresh(item), fresh(item)
    claim(seen_by_eve, eve)
    assert refusal(lambda: claim(seen_by_bob, bob)) == "Eve has claimed it."


@pytest.mark.django_db(transaction=True)
def test_of_many_who_claim_at_the_same_moment_one_has_it(item: Item) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("threads share SQLite's in-memory database; runs on PostgreSQL")
    people = [User.objects.create(username=f"u{n}", teams=[Team.COMMUNITY]) for n in range(6)]
    said: list[str] = []

    def try_to(user: User) -> None:
        try:
            barrier.wait()
            claim(item, user)
            said.append("mine")
        except ActRefused as refused:
            said.append(str(refused))
        finally:
            connection.close()

    barrier = threading.Barrier(len(people))
    threads = [threading.Thread(target=try_to, args=(user,)) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    owner = fresh(item).owner
    assert owner is not None
    assert sorted(said) == ["mine"] + [f"{owner.shown_name} has claimed it."] * 5
    assert Move.objects.filter(event="claimed").count() == 1
