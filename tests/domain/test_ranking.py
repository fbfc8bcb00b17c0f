"""The best match first: the same order on every database."""

import pytest

from tests.web.desk import arrive, watch
from triage.desk.merging import merge
from triage.finding.indexing import index_new
from triage.finding.queries import read_query
from triage.finding.ranking import score
from triage.finding.search import find_best
from triage.tables import Item, User

pytestmark = pytest.mark.django_db


def found(typed: str, items: object = None) -> list[str]:
    hits = find_best(read_query(typed), Item.objects.all() if items is None else items).hits
    return [hit.item.text for hit in hits]


def test_what_is_about_the_words_comes_before_what_mentions_them() -> None:
    arrive("refund my order, the refund of the order is late", minutes=1)
    long = "a story of many things, " * 20
    arrive(f"{long} refund, {long} order", minutes=2)
    arrive("refund for my order?", minutes=3)
    index_new()
    assert found("refund order") == [
        "refund my order, the refund of the order is late",
        "refund for my order?",
        f"{long} refund, {long} order".strip(),
    ]


@pytest.mark.parametrize(
    ("typed", "better", "worse"),
    [
        ("refund", "refund", "refunded"),
        ("refund order", "refund order", "refund for my very own order"),
        ("refund", "refund refund please", "refund please now"),
        ('"money back"', "money back", "and in the end I want the money back, all of it"),
    ],
)
def test_one_text_answers_better_than_another(typed: str, better: str, worse: str) -> None:
    query = read_query(typed)
    assert score("", better, query) > score("", worse.replace(",", ""), query) > 0


def test_what_answers_equally_well_is_newest_first() -> None:
    for number in range(3):
        arrive(f"refund {number}", minutes=number)
    index_new()
    assert found("refund") == ["refund 2", "refund 1", "refund 0"]


def test_an_item_stands_once_by_its_best_text() -> None:
    arrive("refund refund", conversation="c", author="@ann")
    arrive("a long way round to my refund", conversation="c", author="@ann", minutes=1)
    arrive("my refund, is it", author="@dan", minutes=2)
    index_new()
    assert len(found("refund")) == 2
    hits = find_best(read_query("refund"), Item.objects.all()).hits
    assert hits[0].text.post
    assert hits[0].text.post.text == "refund refund"


def test_a_merged_item_is_found_where_it_went(bob: User) -> None:
    talk = {"author": "@ann", "author_id": "a"}
    first = arrive("refund please", **talk)
    into = arrive("something else", channel=watch("Forum"), minutes=1, **talk)
    index_new()
    merge(first, bob, into=into)
    hits = find_best(read_query("refund"), Item.objects.all()).hits
    assert [hit.item.pk for hit in hits] == [into.pk]


def test_only_what_is_welcome_is_found_and_nothing_without_a_word() -> None:
    arrive("refund one", intent="lead")
    arrive("refund two")
    index_new()
    assert found("refund", Item.objects.filter(queue="promo")) == ["refund one"]
    assert found("from:@writer -x") != []
    assert found("-refund") == []
