"""The review lane as a reader has it."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.web.conftest import at_desk
from tests.web.desk import arrive, ours
from tests.web.reading import share
from triage.tables import Item, Lesson, Reading, User
from triage.tuning.labelling import GUIDE, guide, keys_of
from triage.vocabulary import INTENTS

LANE, READ, UNDO = "/review/", "/review/read/", "/review/undo/"


@pytest.fixture(autouse=True)
def nothing_is_drawn(db: None) -> None:
    share()


def unsure(text: str = "hm, the Cargo", **fields: object) -> Item:
    return arrive(text, intent="lead", confidence=0.3, **fields)  # type: ignore[arg-type]


def form(item: Item, **more: str) -> dict[str, str]:
    assert item.latest_post is not None
    return {"lane": "unsure", "post": str(item.latest_post_id), "version": "1", **more}


def test_the_guide_has_every_intent_and_a_key_for_each() -> None:
    assert {name for name, _ in GUIDE} == set(INTENTS)
    assert [name for name, _ in guide()] == [name for name, _ in GUIDE]
    keys = keys_of(INTENTS)
    assert keys["question"] == "q"
    assert len(set(keys.values())) == len(INTENTS)
    assert not set(keys.values()) & set("gzx? ")


def test_an_intent_that_is_added_gets_a_free_key() -> None:
    keys = keys_of([*INTENTS, "recall", "ooo", "oo"])
    assert keys["recall"] == "c"  # r, e, … are taken
    assert (keys["ooo"], keys["oo"]) == ("o", "1")


def test_a_post_stands_there_with_its_conversation_and_the_keys(bob: User) -> None:
    ours("The Cargo is here!", conversation="talk")
    unsure(conversation="talk", minutes=1)
    page = at_desk(bob).get(LANE).content.decode()
    assert "hm, the Cargo" in page
    assert "The Cargo is here!" in page
    assert "best guess: lead, 30% confidence." in page
    assert re.search(r'value="question" data-lane-key="q"', page)
    assert "Labelling guide" in page


def test_an_answer_moves_the_item_and_brings_the_post_after_the_next(bob: User) -> None:
    first, second, third = (unsure(f"number {number}", minutes=number) for number in range(3))
    desk = at_desk(bob, htmx=True)
    asked = form(first, intent="question", upcoming=str(second.latest_post_id))
    answer = desk.post(READ, asked)
    assert answer.status_code == 200
    assert answer.context["upcoming"].post == third.latest_post_id
    assert "Question. Moved to Support." in answer.content.decode()
    first.refresh_from_db()
    assert (first.queue, first.intent) == ("support", "question")


def test_without_the_script_the_next_page_says_what_was_done(bob: User) -> None:
    item = unsure()
    desk = at_desk(bob)
    assert desk.post(READ, form(item, intent="sales"))["Location"] == "/review/?lane=unsure"
    assert "Sales. Moved to Promo." in desk.get(LANE).content.decode()
    assert "Sales. Moved to Promo." not in desk.get(LANE).content.decode()


def test_the_sample_hides_the_answer_of_the_model_until_the_reader_has_given_theirs(
    bob: User,
) -> None:
    share(sure=1)
    item = arrive("how much is the Cargo?", intent="lead", confidence=0.91, because=("much",))
    desk = at_desk(bob, htmx=True)
    page = desk.get(f"{LANE}?lane=sample").content.decode()
    card = page[page.index('id="card"') : page.index('class="answers"')]
    assert "how much is the Cargo?" in card
    assert not [shown for shown in ("91%", "91 %", "0.91") if shown in card]
    assert "lead" not in card
    assert "promo" not in card.lower()
    answer = desk.post(READ, form(item, lane="sample", intent="sales")).content.decode()
    assert "Sales. The model said lead, 91% confidence." in answer


def test_undo_goes_back_step_by_step_over_answers_and_skips(bob: User) -> None:
    first, second = unsure("one"), unsure("two", minutes=1)
    desk = at_desk(bob, htmx=True)
    desk.post(READ, form(first, intent="question"))
    desk.post(READ, form(second, skip="1"))
    assert "All done here" in desk.get(LANE).content.decode()
    back = desk.post(UNDO)
    assert back.context["card"].post == second.latest_post_id
    back = desk.post(UNDO)
    assert back.context["card"].post == first.latest_post_id
    assert not Reading.objects.exists()
    assert not Lesson.objects.exists()
    first.refresh_from_db()
    assert first.queue == "review"
    assert desk.post(UNDO).status_code == 409


def test_the_last_twenty_can_be_undone(bob: User) -> None:
    items = [unsure(f"number {number}", minutes=number) for number in range(22)]
    desk = at_desk(bob, htmx=True)
    for item in items:
        assert desk.post(READ, form(item, intent="noise")).status_code == 200
    codes = [desk.post(UNDO).status_code for _ in range(21)]
    assert codes == [200] * 20 + [409]
    assert Reading.objects.count() == 2


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [({"intent": "moon"}, "There is no intent"), ({"version": "7"}, "edited it in the meantime")],
)
def test_what_cannot_be_kept_is_said_and_keeps_nothing(
    bob: User, changed: dict[str, str], sentence: str
) -> None:
    item = unsure()
    desk = at_desk(bob, htmx=True)
    refused = desk.post(READ, form(item, **{"intent": "lead", **changed}))
    assert refused.status_code == 409
    assert sentence in refused.content.decode()
    assert not Reading.objects.exists()
    assert desk.post(READ, form(item, intent="lead")).status_code == 200


def test_two_readers_of_the_same_post_keep_one_reading(bob: User, alice: User) -> None:
    item = unsure()
    assert at_desk(bob, htmx=True).post(READ, form(item, intent="lead")).status_code == 200
    late = at_desk(alice, htmx=True).post(READ, form(item, intent="question"))
    assert late.status_code == 409
    assert "Someone else just labelled it." in late.content.decode()
    assert Reading.objects.get().user == bob


def test_an_empty_lane_says_what_brings_posts(bob: User) -> None:
    assert "appear here automatically" in at_desk(bob).get(LANE).content.decode()
    assert "[review]" in at_desk(bob).get(f"{LANE}?lane=sample").content.decode()


@pytest.mark.parametrize("address", [LANE, READ, UNDO])
def test_only_people_of_a_team_come_in(bob: User, charlie: User, address: str) -> None:
    item = unsure()
    asked = form(item, intent="lead")
    method = "get" if address == LANE else "post"
    assert getattr(at_desk(charlie), method)(address, asked).status_code == 404
    assert getattr(Client(), method)(address, asked)["Location"].startswith("/sign-in/")
    assert not Reading.objects.exists()
    assert getattr(at_desk(bob), method)(address, asked).status_code in {200, 302}
    assert at_desk(bob).get(READ).status_code == 405


def test_a_post_that_is_not_there_is_not_found(bob: User) -> None:
    for post in ("", "x", "99999", "9" * 30):
        asked = {"lane": "unsure", "post": post, "intent": "lead"}
        assert at_desk(bob).post(READ, asked).status_code == 404


def test_foreign_text_stays_text(bob: User) -> None:
    unsure("<script>alert(1)</script>", author="<b>me</b>")
    page = at_desk(bob).get(LANE).content.decode()
    assert "<script>alert" not in page
    assert "<b>me" not in page


def test_page_and_answer_cost_the_same_however_much_waits(
    bob: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    items = [unsure(f"number {number}", minutes=number) for number in range(30)]
    desk = at_desk(bob, htmx=True)
    with django_assert_max_num_queries(18):
        desk.get(LANE)
    with django_assert_max_num_queries(45):
        desk.post(READ, form(items[0], intent="question"))
