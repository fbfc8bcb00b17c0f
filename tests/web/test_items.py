"""The item page: thread, why, measure, person, history."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.web.conftest import at_desk
from tests.web.desk import NOON, arrive, ours, sort, watch
from triage.desk import items
from triage.desk.merging import merge
from triage.posts import Post
from triage.tables import PostRow, User
from triage.walk.intake import store
from triage.web.thread import AROUND_SHOWN

pytestmark = pytest.mark.django_db


def page(user: User, pk: int) -> str:
    answer = at_desk(user).get(f"/item/{pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


def kinds(user: User, pk: int) -> list[list[tuple[str, str]]]:
    """The thread as (kind, text), in the groups that are shown together."""
    thread = at_desk(user).get(f"/item/{pk}/").context["thread"]
    return [[(entry.kind, str(entry.text)) for entry in part.entries] for part in thread.parts]


def test_the_thread_shows_everybody_in_time_order_and_in_their_place(bob: User) -> None:
    ours("Meet the new app.", id="root", conversation="root")
    talk = {"conversation": "root", "in_reply_to": "root"}
    item = arrive("it won't pair", minutes=1, author="@dan", **talk)
    arrive("same here", minutes=2, author="@other", **talk)
    ours("Hold both buttons.", minutes=3, **talk)
    arrive("still nothing", minutes=4, author="@dan", **talk)
    assert kinds(bob, item.pk) == [
        [("ours", "Meet the new app."), ("own", "it won&#x27;t pair")],
        [("other", "same here")],
        [("ours", "Hold both buttons."), ("own", "still nothing")],
    ]


def test_many_posts_of_other_people_are_folded(bob: User) -> None:
    talk = {"conversation": "root"}
    item = arrive("mine", author="@dan", **talk)
    for number in range(4):
        arrive(f"other {number}", minutes=number + 1, author=f"@o{number}", **talk)
    assert "4 posts by other people" in page(bob, item.pk)


def test_a_parent_that_we_do_not_hold_is_quoted_and_one_that_we_hold_is_not(bob: User) -> None:
    ours("the post itself", id="held", conversation="c")
    quoted = arrive("a reply", parent_text="what they answer", in_reply_to="elsewhere")
    held = arrive("another", parent_text="the post itself", in_reply_to="held", conversation="c")
    assert kinds(bob, quoted.pk) == [[("parent", "what they answer"), ("own", "a reply")]]
    assert kinds(bob, held.pk) == [[("ours", "the post itself"), ("own", "another")]]


def test_an_edit_shows_what_was_said_before(bob: User) -> None:
    item = arrive("the frist text", id="e1")
    edit = Post(id="e1", text="the first text", edited_at=NOON + timedelta(minutes=5))
    store(watch(), [edit])
    sort(PostRow.objects.get(external_id="e1"), intent="question")
    shown = page(bob, item.pk)
    assert "edited " in shown
    assert "Before the edit" in shown
    assert "the frist text" in shown
    assert "edited by its author" in shown


def test_a_deleted_post_says_so_and_is_not_linked_any_more(bob: User) -> None:
    item = arrive("gone soon", id="d1", url="https://example.com/d1")
    assert "https://example.com/d1" in page(bob, item.pk)
    store(watch(), [Post(id="d1", text="", deleted=True)])
    sort(PostRow.objects.get(external_id="d1"), intent="question")
    shown = page(bob, item.pk)
    assert "Deleted by its author" in shown
    assert "https://example.com/d1" not in shown


def test_a_text_that_was_cut_says_so(bob: User) -> None:
    assert "Shortened:" in page(bob, arrive("x" * 30_000).pk)


def test_why_it_is_here_is_said_with_all_its_grounds(bob: User) -> None:
    item = arrive("how do I pair it?", confidence=0.943, because=("how do", "pair"))
    shown = page(bob, item.pk)
    assert "A customer needs an answer or something done: question, 94% sure." in shown
    assert 'aria-label="Model confidence: 94 percent"' in shown
    assert '<bdi class="tag">how do</bdi>' in shown
    assert "model test-model · policy 1" in shown


def test_an_unsure_item_says_where_the_model_leans_and_what_the_policy_asks(olga: User) -> None:
    shown = page(olga, arrive(confidence=0.41).pk)
    assert "The model leans to support (question) but is only 41% sure" in shown


def test_the_measure_names_role_and_accountable_department(bob: User) -> None:
    shown = page(bob, arrive("a wish", intent="feedback", also="sales").pk)
    assert "<dt>Measure</dt><dd>Learn from customers</dd>" in shown
    assert "<dt>Role</dt><dd>community manager</dd>" in shown
    assert "<dt>Accountable</dt><dd>Product Management / R&amp;D</dd>" in shown
    assert "sales (Sales)" in shown


def test_the_person_is_shown_with_other_posts(bob: User) -> None:
    forum = watch("forum", kind="community")
    who = {"author": "Dan", "author_id": "7", "platform": "x", "reach": 41200}
    first = arrive("an earlier thing", channel=forum, **who)
    item = arrive("now this", minutes=1, **who)
    shown = page(bob, item.pk)
    assert "41\u202f200 followers" in shown
    assert "<dt>Posts</dt><dd>2</dd>" in shown
    assert f'<a href="/item/{first.pk}/" dir="auto">an earlier thing</a>' in shown


def test_a_post_of_nobody_still_has_a_page(bob: User) -> None:
    shown = page(bob, arrive(author=None).pk)
    assert "Unknown author" in shown
    assert "did not name the author" in shown


def test_the_history_tells_the_moves_newest_first(bob: User, alice: User) -> None:
    item = arrive()
    items.claim(item, bob)
    items.hand_off(item, bob, to="promo", reason="they want to buy", intent="sales")
    item.refresh_from_db()
    items.claim(item, alice)
    lines = at_desk(alice).get(f"/item/{item.pk}/").context["context"].history
    assert [line.words for line in lines] == [
        "claimed by you",
        "handed off to Promo by Bob",
        "claimed by Bob",
        "to Support by the model",
    ]
    assert lines[1].why == "they want to buy"


def test_a_person_who_decided_is_named_as_the_reason(alice: User, bob: User) -> None:
    item = arrive()
    items.hand_off(item, bob, to="promo", reason="they want to buy")
    shown = page(alice, item.pk)
    assert "Bob: they want to buy." in shown
    assert "The model chose Support, question with 90% confidence." in shown
    assert "sorted by a person" in shown
    assert "<dt>Measure</dt><dd>not set yet</dd>" in shown  # of a question no more, of what else?
    assert "<dt>Role</dt><dd>social media manager</dd>" in shown


def test_the_other_team_reads_along_without_buttons(alice: User) -> None:
    shown = page(alice, arrive().pk)
    assert "The community manager works this queue" in shown
    assert "act-claim" not in shown


def test_an_item_page_has_at_most_fifteen_queries(
    bob: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    item = arrive("mine", author="@dan", conversation="c", id="first")
    ours("ours", conversation="c", minutes=1)
    edit = Post(id="first", text="mine, edited", edited_at=NOON + timedelta(minutes=5))
    store(watch(), [edit])
    sort(PostRow.objects.get(external_id="first"), intent="question")
    for number in range(10):
        arrive(f"more {number}", author="@dan", conversation="c", minutes=number + 2)
        arrive(f"else {number}", author="@dan", minutes=number + 2)
    desk = at_desk(bob)
    with django_assert_max_num_queries(15):
        assert desk.get(f"/item/{item.pk}/").status_code == 200


def test_a_conversation_of_thousands_is_cut_but_keeps_the_items_own_posts(bob: User) -> None:
    item = arrive("the one to answer", conversation="c", minutes=-500)
    template = PostRow.objects.get(item=item)
    PostRow.objects.bulk_create(
        PostRow(
            channel=template.channel,
            external_id=f"n{number}",
            kind="public",
            conversation="c",
            text=f"noise {number}",
            posted_at=NOON,
            state="sorted",
        )
        for number in range(AROUND_SHOWN + 20)
    )
    answer = at_desk(bob).get(f"/item/{item.pk}/")
    assert answer.context["thread"].left_out
    assert "the one to answer" in answer.content.decode()
    assert "noise 0<" not in answer.content.decode()


def test_the_list_that_an_item_was_opened_from_stays_beside_it(bob: User) -> None:
    item = items.claim(arrive("mine"), bob)
    arrive("not mine")
    answer = at_desk(bob).get(f"/item/{item.pk}/?from=support-mine")
    assert [row.text for row in answer.context["list"].rows] == ["mine"]
    assert 'href="/queue/support/?show=mine"' in answer.content.decode()


@pytest.mark.parametrize("pk", ["0", "999", "9" * 30])
def test_an_item_that_is_not_there_is_not_found(bob: User, pk: str) -> None:
    assert at_desk(bob).get(f"/item/{pk}/").status_code == 404


def test_posts_that_were_merged_from_another_channel_are_shown(bob: User) -> None:
    who = {"author": "@dan", "author_id": "7", "platform": "x"}
    other = arrive("said in the forum", channel=watch("forum", kind="community"), **who)
    item = arrive("said on X", minutes=1, **who)
    merge(other, bob, into=item)
    assert kinds(bob, item.pk) == [[("own", "said in the forum"), ("own", "said on X")]]


def test_an_admin_is_led_to_erasing_its_author_and_nobody_else_is(ada: User, olga: User) -> None:
    item = arrive(author_id="7")
    link = f'<a class="textlink" href="/erase/{item.person_id}/">Erase…</a>'
    assert link in page(ada, item.pk)
    assert "Erase…" not in page(olga, item.pk)
