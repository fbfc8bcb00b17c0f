"""The accuracy page."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.web.conftest import at_desk
from tests.web.desk import arrive, watch
from tests.web.reading import give, sampled, share
from triage.desk import items
from triage.tables import User

PAGE, POSTS = "/accuracy/", "/accuracy/posts/"
INTENTS = "By intent, as sorted by the model"


@pytest.fixture(autouse=True)
def everything_is_drawn(db: None) -> None:
    share(sure=1, unsure=1)


def test_every_number_says_how_many_readings_it_rests_on(alice: User) -> None:
    for read_as in ("lead", "sales", "question"):
        sampled(alice, said="lead", read_as=read_as)
    answer = at_desk(alice).get(PAGE)
    assert answer.context["sure"].share == "67%"  # sales is promo too
    assert answer.context["sure"].readings == "3 labels"
    assert answer.context["sure"].few
    promo = next(figure for figure in answer.context["queues"] if figure.name == "Promo")
    assert promo.between == "21% to 94%"
    page = answer.content.decode()
    assert "3 of 3" in page
    assert "too few to act on" in page


def test_a_cell_of_the_confusion_opens_its_posts(alice: User) -> None:
    wrong = sampled(alice, said="lead", read_as="question")
    sampled(alice, said="lead", read_as="lead")
    desk = at_desk(alice)
    matrix = desk.get(PAGE).context["matrix"]
    assert matrix["names"] == ["lead", "question"]
    cells = dict(matrix["rows"])
    assert [cell.number for cell in cells["question"]] == [1, 0]
    opened = desk.get(cells["question"][0].address)
    assert [one.item for one in opened.context["differing"]] == [wrong.post.item_id]
    assert "Labelled question, model said lead" in opened.content.decode()


def test_disagreements_come_the_surest_first_from_samples_and_hand_offs_alike(
    alice: User, bob: User
) -> None:
    sampled(alice, said="lead", read_as="question", confidence=0.8)
    sampled(alice, said="lead", read_as="lead", confidence=0.97)
    handed = arrive(intent="question", confidence=0.95)
    items.hand_off(handed, bob, to="promo", reason="asks before buying")
    found = at_desk(alice).get(PAGE).context["differing"]
    assert [(one.said, one.read, one.sure) for one in found] == [
        ("question", "promo", "95%"),
        ("lead", "question", "80%"),
    ]


def test_rates_count_items(alice: User, bob: User) -> None:
    arrive(intent="lead", confidence=0.3)
    arrive()
    items.hand_off(arrive(), bob, to="promo", reason="asks before buying")
    page = at_desk(alice).get(PAGE)
    groups = {title: rows for title, _, rows in page.context["rates"]}
    told = {row.name: (row.unsure.share, row.handed_off.share) for row in groups[INTENTS]}
    assert told == {"lead": ("100%", "–"), "question": ("0%", "50%")}
    assert [row.unsure.of for row in groups["By channel"]] == ["3 items"]
    assert page.context["handed_off"] == {"share": "50%", "of": "1 of 2 items"}
    assert page.context["unsure"] == {"share": "33%", "of": "1 of 3 items"}


def test_two_readers_are_compared_blind(alice: User, bob: User) -> None:
    share(sure=1, second=1)
    for first, again in (("lead", "lead"), ("question", "question"), ("lead", "question")):
        item = arrive(intent="lead", confidence=0.9)
        give(alice, item, first)
        give(bob, item, again)
    pair = at_desk(alice).get(PAGE).context["found"].pairs
    assert [tuple(one)[:4] for one in pair] == [("alice", "bob", 3, 2)]
    assert pair[0].kappa == pytest.approx(0.4)


def test_groups_are_shown_by_channel_language_and_intent(alice: User) -> None:
    forum = watch("my_forum", kind="community")
    item = arrive("wie geht das?", channel=forum, intent="question", lang="de")
    give(alice, item, "question")
    groups = {title: figures for title, _, figures in at_desk(alice).get(PAGE).context["groups"]}
    names = [[figure.name for figure in figures] for figures in groups.values()]
    assert names == [["my_forum"], ["German"], ["question"]]


def test_an_installation_without_readings_says_what_to_do_next(alice: User) -> None:
    desk = at_desk(alice)
    assert "The policy sets the share" in desk.get(PAGE).content.decode()
    arrive()
    page = desk.get(PAGE).content.decode()
    assert "1 post from these weeks is in the sample. Label it in the review lane" in page
    assert "No disagreements" in page


@pytest.mark.parametrize("asked", ["", "?said=moon&read=lead", "?said=lead"])
def test_a_cell_that_is_none_is_not_found(alice: User, asked: str) -> None:
    assert at_desk(alice).get(POSTS + asked).status_code == 404
    assert at_desk(alice).get(f"{POSTS}?said=lead&read=sales").status_code == 200


def test_only_people_of_a_team_see_it(alice: User, charlie: User) -> None:
    assert at_desk(alice).get(PAGE).status_code == 200
    assert at_desk(charlie).get(PAGE).status_code == 404
    assert Client().get(PAGE).status_code == 302


def test_the_page_costs_the_same_however_much_was_read(
    alice: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        sampled(alice, said="lead", read_as="lead" if number % 3 else "question")
    desk = at_desk(alice)
    with django_assert_max_num_queries(15):
        desk.get(PAGE)
    with django_assert_max_num_queries(15):
        desk.get(f"{POSTS}?said=lead&read=question")
