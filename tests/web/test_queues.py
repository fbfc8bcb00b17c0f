"""The queue page."""

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.web.conftest import at_desk
from tests.web.desk import arrive, watch
from triage.desk import items
from triage.tables import Item, User

pytestmark = pytest.mark.django_db


def shown(answer: object) -> list[str]:
    """The first words of each entry, in the order of the page."""
    return [row.text for row in answer.context["list"].rows]


def test_a_queue_shows_the_most_urgent_first_then_the_oldest(bob: User) -> None:
    arrive("thank you", intent="retention", minutes=1)
    arrive("newer question", minutes=3)
    arrive("older question", minutes=2)
    answer = at_desk(bob).get("/queue/support/")
    assert shown(answer) == ["older question", "newer question", "thank you"]
    assert "<title>(3) Support · Triage</title>" in answer.content.decode()


def test_the_archive_shows_the_newest_first(bob: User) -> None:
    for minutes, text in ((2, "second"), (3, "third"), (1, "first")):
        arrive(text, intent="noise", minutes=minutes, confidence=0.99)
    assert shown(at_desk(bob).get("/queue/archive/")) == ["third", "second", "first"]


def test_mine_and_resolved_are_lists_of_their_own(bob: User, bella: User) -> None:
    mine, hers, done = arrive("mine"), arrive("hers"), arrive("done")
    arrive("free", minutes=5)
    items.claim(mine, bob)
    items.claim(hers, bella)
    items.resolve(done, bob)
    desk = at_desk(bob)
    assert shown(desk.get("/queue/support/?show=mine")) == ["mine"]
    assert shown(desk.get("/queue/support/?show=resolved")) == ["done"]
    assert shown(desk.get("/queue/support/?show=nonsense")) == ["mine", "hers", "free"]
    page = desk.get("/queue/support/").content.decode()
    assert "Claimed by Bella" in page
    assert "Claimed by you" in page
    assert "Mine 1" in page


def test_an_unsure_item_shows_what_the_model_leans_to(olga: User) -> None:
    arrive("hm?", confidence=0.41)
    assert "perhaps question, 41%" in at_desk(olga).get("/queue/review/").content.decode()


def test_a_page_of_a_queue_has_the_same_few_queries_at_any_length(
    bob: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        arrive(f"post {number}", minutes=number)
    desk = at_desk(bob)
    with django_assert_max_num_queries(6):
        desk.get("/queue/support/")
    with django_assert_max_num_queries(7):
        desk.get("/queue/support/?after=2~0~0")


def test_the_script_gets_the_list_alone_or_more_rows_of_it(bob: User) -> None:
    arrive("a post")
    whole = at_desk(bob).get("/queue/support/").content.decode()
    part = at_desk(bob, htmx=True, target="list").get("/queue/support/").content.decode()
    rows = at_desk(bob, htmx=True, target="more").get("/queue/support/").content.decode()
    assert "<html" in whole
    assert part.lstrip().startswith("<section")
    assert rows.lstrip().startswith("<li")
    assert "a post" in part
    assert "a post" in rows


def test_nobody_keeps_a_part_of_a_page_for_the_page(bob: User) -> None:
    answer = at_desk(bob).get("/queue/support/")
    assert {"HX-Request", "HX-Target", "Cookie"} <= set(answer["Vary"].split(", "))
    assert "private" in answer["Cache-Control"]
    assert "no-cache" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/queue/support/", "New posts appear here automatically."),
        ("/queue/support/?show=mine", "Claim an item so your colleagues"),
        ("/queue/promo/?show=mine", "social media manager works this queue"),
        ("/queue/support/?show=resolved", "Nothing resolved yet"),
        ("/queue/review/", "Posts the model is unsure about"),
        ("/queue/archive/", "Nothing is deleted."),
    ],
)
def test_an_empty_list_says_what_to_do_next(bob: User, address: str, words: str) -> None:
    watch()
    assert words in at_desk(bob).get(address).content.decode()


def test_without_a_channel_ops_is_told_how_to_add_one(olga: User, bob: User) -> None:
    assert "triage channel add" in at_desk(olga).get("/queue/support/").content.decode()
    assert "Ask ops" in at_desk(bob).get("/queue/support/").content.decode()


def test_a_resolved_item_says_by_whom_and_when(bob: User) -> None:
    item = items.resolve(arrive(), bob)
    Item.objects.filter(pk=item.pk).update(resolved_at=timezone.now())
    assert "resolved by you, " in at_desk(bob).get("/queue/support/?show=resolved").content.decode()
