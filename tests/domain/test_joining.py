"""Joining: what a later post, an edit or a delete does to the item that is there already."""

from typing import Any

import pytest
from django.utils import timezone

from tests.domain.making import bring, item_of, later, post, row_of
from triage.desk.items import claim, hand_off, resolve
from triage.posts import Post
from triage.tables import Channel, Item, Move, User
from triage.walk.intake import store
from triage.walk.sorting import sort_all

pytestmark = pytest.mark.usefixtures("judge")


def first(text: str = "question where is it", **more: Any) -> Post:
    return post("1", text, conversation="c", **more)


def second(text: str = "question still nothing", **more: Any) -> Post:
    return post("2", text, **({"conversation": "c", "created_at": later(5)} | more))


def gone(id: str) -> Post:
    return Post(id=id, text="", deleted=True)


def history(item: Item) -> list[tuple[str, str, str]]:
    return list(item.moves.order_by("id").values_list("event", "source", "target"))


def test_a_follow_up_joins_the_item_and_is_shown_in_it(web: Channel) -> None:
    bring(web, first())
    item = bring(web, second())
    assert (item.posts_count, item.text) == (2, "question still nothing")
    assert (item.latest_post, item.status, item.version) == (row_of(web, "2"), "open", 2)
    assert item.posted_at == first().created_at, "asking again does not cost one's place in line"
    assert history(item) == [("placed", "", "support"), ("joined", "support", "support")]
    assert Move.objects.latest("id").why.startswith("Wrote again. A customer needs an answer")
    assert Item.objects.count() == 1


def test_first_and_follow_up_in_one_batch_are_one_item(web: Channel) -> None:
    item = bring(web, first(), second())
    assert (item.posts_count, item.text) == (2, "question still nothing")
    assert history(item) == [("placed", "", "support"), ("joined", "support", "support")]


def test_an_older_post_that_arrives_late_joins_behind_the_newest(web: Channel) -> None:
    bring(web, second())
    item = bring(web, first())
    assert (item.posts_count, item.text) == (2, "question still nothing")


@pytest.mark.parametrize(
    "other",
    [
        {"author": "bea", "author_id": "u-bea"},
        {"platform": "mastodon"},
        {"conversation": "d"},
        {"author": None, "author_id": None},
    ],
    ids=["another person", "another platform", "another conversation", "an unknown author"],
)
def test_somebody_or_something_else_is_another_item(web: Channel, other: dict[str, Any]) -> None:
    bring(web, first())
    bring(web, second(**other))
    assert item_of(web, "1") != item_of(web, "2")
    assert set(Item.objects.values_list("posts_count", flat=True)) == {1}


def test_the_same_conversation_on_another_channel_is_another_item(
    web: Channel, forum: Channel
) -> None:
    store(web, [first()])
    store(forum, [first()])
    sort_all()
    assert item_of(web, "1") != item_of(forum, "1")


def test_unknown_authors_stand_alone(web: Channel) -> None:
    unknown: dict[str, Any] = {"author": None, "author_id": None}
    bring(web, first(**unknown), second(**unknown), post("3", conversation="c", **unknown))
    assert Item.objects.count() == 3


# Where a follow-up puts the item


@pytest.mark.parametrize(
    ("was", "said", "queue"),
    [
        ("question", "lead", "promo"),
        ("question", "lead?", "support"),
        ("question", "noise", "support"),
        ("lead", "question", "support"),
        ("lead", "noise?", "promo"),
        ("lead?", "lead", "promo"),
        ("lead?", "noise", "review"),
        ("lead?", "question?", "review"),
        ("noise", "lead", "promo"),
        ("noise", "lead?", "review"),
        ("noise", "noise", "archive"),
    ],
)
def test_a_follow_up_moves_the_item_only_when_that_is_sure_to_help(
    web: Channel, was: str, said: str, queue: str
) -> None:
    source = bring(web, first(was)).queue
    item = bring(web, second(said))
    assert item.queue == queue
    assert history(item)[-1] == ("joined", source, queue)
    if queue == source and said.rstrip("?") != was.rstrip("?"):
        assert Move.objects.latest("id").why.startswith(f"Wrote again; it stays in {queue}. ")
        assert item.intent == was.rstrip("?")


def test_an_item_that_moves_says_why_and_what_it_is_now(web: Channel) -> None:
    bring(web, first("lead?"))
    item = bring(web, second("question"))
    assert (item.intent, item.confidence, item.unsure, item.priority) == (
        "question",
        0.95,
        False,
        2,
    )
    assert item.why.startswith("A customer needs an answer or something done: question, 95% sure")


def test_an_item_that_stays_becomes_more_urgent_and_never_less(web: Channel) -> None:
    assert bring(web, first("lead")).priority == 1
    assert bring(web, second("question?")).priority == 2
    assert bring(web, post("3", "awareness?", conversation="c")).priority == 2


def test_a_person_s_decision_stands(web: Channel, bob: User) -> None:
    hand_off(bring(web, first()), bob, to="promo", reason="wants to buy")
    item = bring(web, second("question"))
    assert (item.queue, item.decided_by_person, item.why) == ("promo", True, "Bob: wants to buy")
    assert Move.objects.latest("id").why == "Wrote again; it stays in promo, where a person put it."


def test_an_item_is_not_taken_out_of_somebody_s_hands(web: Channel, bob: User, alice: User) -> None:
    claim(bring(web, first()), bob)
    item = bring(web, second("lead"))
    assert (item.queue, item.status, item.owner) == ("support", "claimed", bob)
    why = Move.objects.latest("id").why
    assert why.startswith(
        "Wrote again; it stays in support, where somebody is at it. Not a customer"
    )
    assert bring(web, post("3", "feedback", conversation="c")).intent == "feedback"


# Reopening


def test_a_follow_up_reopens_what_was_resolved(web: Channel, bob: User) -> None:
    resolve(bring(web, first()), bob)
    item = bring(web, second())
    assert (item.status, item.owner, item.resolved_at) == ("open", None, None)
    assert item.posted_at == later(5), "it waits from now on, not since its first question"
    assert [event for event, _, _ in history(item)] == ["placed", "resolved", "reopened"]


def test_a_follow_up_reopens_where_a_person_put_it(web: Channel, bob: User) -> None:
    item = hand_off(bring(web, first()), bob, to="archive", reason="spam")
    resolve(item, bob)
    item = bring(web, second())
    assert (item.status, item.queue) == ("open", "archive")


# Edits


def test_an_edited_post_is_judged_again_once(web: Channel) -> None:
    bring(web, first("question"))
    edit = first("lead", edited_at=later(2))
    item = bring(web, edit)
    assert (item.queue, item.text, item.posts_count) == ("promo", "lead", 1)
    assert history(item) == [("placed", "", "support"), ("edited", "support", "promo")]
    before = item.version
    assert bring(web, edit).version == before
    assert Move.objects.count() == 2


def test_an_edit_of_an_older_post_leaves_the_newest_text(web: Channel) -> None:
    bring(web, first(), second())
    item = bring(web, first("question corrected", edited_at=later(9)))
    assert (item.text, item.posts_count) == ("question still nothing", 2)


def test_a_post_edited_before_it_was_sorted_is_a_first_post(web: Channel) -> None:
    store(web, [first("lead")])
    item = bring(web, first("question", edited_at=later(1)))
    assert (item.queue, item.posts_count) == ("support", 1)
    assert history(item) == [("placed", "", "support")]
    store(web, [second()])
    item = bring(web, second("question again", edited_at=later(6)))
    assert (item.posts_count, history(item)[-1][0]) == (2, "joined")


# Deletes


def test_a_deleted_post_withdraws_its_item(web: Channel) -> None:
    bring(web, first())
    item = bring(web, gone("1"))
    assert (item.status, item.queue, item.text) == ("resolved", "support", "question where is it")
    assert item.resolved_at is not None
    assert history(item)[-1] == ("withdrawn", "support", "support")
    assert Move.objects.latest("id").why == (
        "Its author deleted it, so there is nothing left to answer."
    )


def test_a_post_deleted_before_it_was_sorted_is_no_work(web: Channel) -> None:
    store(web, [first()])
    item = bring(web, gone("1"))
    assert item.status == "resolved"


def test_when_one_of_two_posts_is_deleted_the_other_stands(web: Channel) -> None:
    bring(web, first(), second())
    item = bring(web, gone("2"))
    assert (item.status, item.text, item.latest_post) == (
        "open", "question where is it", row_of(web, "1"),
    )  # fmt: skip
    assert Move.objects.latest("id").why == "Its author deleted one of these posts."
    assert bring(web, gone("1")).status == "resolved"


@pytest.mark.parametrize("deleted", ["1", "2"])
def test_two_posts_and_a_delete_in_one_batch_leave_the_one_that_stands(
    web: Channel, deleted: str
) -> None:
    store(web, [first(), second()])
    item = bring(web, gone(deleted))
    assert item.status == "open"
    assert item.latest_post.external_id != deleted
    assert "question" in item.text


def test_both_posts_deleted_in_one_batch_leave_nothing_to_do(web: Channel) -> None:
    store(web, [first(), second()])
    item = bring(web, gone("1"), gone("2"))
    assert item.status == "resolved"


def test_a_delete_does_not_count_the_posts_of_others(web: Channel) -> None:
    bring(web, first(), second(author="bea", author_id="u-bea"))
    assert bring(web, gone("1")).status == "resolved"
    assert item_of(web, "2").status == "open"


def test_a_delete_ends_an_item_that_somebody_works_on(web: Channel, bob: User) -> None:
    claim(bring(web, first()), bob)
    assert bring(web, gone("1")).status == "resolved"


def test_a_post_that_is_back_is_work_again(web: Channel) -> None:
    bring(web, first())
    bring(web, gone("1"))
    item = bring(web, first(restored=True))
    assert (item.status, item.resolved_at, item.posts_count) == ("open", None, 1)
    assert history(item)[-1] == ("reopened", "support", "support")


def test_who_deletes_and_writes_again_is_open_again(web: Channel) -> None:
    bring(web, first())
    bring(web, gone("1"))
    item = bring(web, second())
    assert (item.status, item.text) == ("open", "question still nothing")
    assert item.changed_at <= timezone.now()
