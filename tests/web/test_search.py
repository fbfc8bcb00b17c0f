"""Finding: the search field, what it shows, and what it never shows."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.web.conftest import at_desk
from tests.web.desk import arrive, watch
from triage.desk.items import resolve
from triage.desk.notes import add_note
from triage.desk.tagging import tag
from triage.finding.indexing import index_new
from triage.tables import User

pytestmark = pytest.mark.django_db


def search(desk: Client, typed: str, **more: str) -> object:
    index_new()
    return desk.get("/items/", {"q": typed, **more})


def pks(answer: object) -> list[int]:
    return [row.pk for row in answer.context["list"].rows]


def test_a_search_goes_over_every_queue_and_what_is_resolved(bob: User) -> None:
    made = [
        arrive("parcel one", intent="question"),
        arrive("parcel two", intent="awareness"),
        arrive("parcel three", intent="noise", confidence=0.99),
        arrive("parcel four"),
    ]
    resolve(made[3], bob)
    assert pks(search(at_desk(bob), "parcel")) == [item.pk for item in made[::-1]]


def test_a_search_within_a_queue_stays_there(bob: User) -> None:
    here = arrive("parcel one", intent="question")
    arrive("parcel two", intent="awareness")
    index_new()
    assert pks(at_desk(bob).get("/queue/support/?q=parcel")) == [here.pk]


def test_the_words_that_matched_are_marked_and_nothing_foreign_is_markup(bob: User) -> None:
    arrive("x " * 100 + "<script>alert(1)</script> Párcel {{ 7 }} <mark>no</mark>")
    page = search(at_desk(bob), "parcel").content.decode()
    assert "<mark>Párcel</mark>" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "<mark>no" not in page
    assert "{{ 7 }}" in page


def test_what_was_typed_stands_in_the_field_and_is_escaped(bob: User) -> None:
    page = search(at_desk(bob), '"><script>x</script>').content.decode()
    assert "<script>x" not in page
    assert 'value="&quot;&gt;&lt;script&gt;x' in page


def test_a_note_that_matched_is_what_the_row_shows(bob: User) -> None:
    item = arrive("hello")
    add_note(item, bob, text="her serial number is ZX81")
    page = search(at_desk(bob), "zx81").content.decode()
    assert "her serial number is <mark>ZX81</mark>" in page


@pytest.mark.parametrize("typed", ['"', "-", "from:", "a OR (b", "*", "-only", "  ", "'\\", "tag:"])
def test_what_makes_no_sense_finds_nothing_and_is_no_error(bob: User, typed: str) -> None:
    arrive("hello")
    assert search(at_desk(bob), typed).status_code == 200


def test_a_tag_alone_lists_its_items(bob: User) -> None:
    item = arrive("hello")
    arrive("other")
    tag(item, bob, name="vip")
    assert pks(search(at_desk(bob), "tag:vip")) == [item.pk]


def test_a_search_has_few_queries_however_much_it_finds(
    bob: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(60):
        arrive(f"parcel {number}", minutes=number)
    index_new()
    desk = at_desk(bob)
    with django_assert_max_num_queries(12):
        answer = desk.get("/items/?q=parcel")
    assert len(answer.context["list"].rows) == 50
    with django_assert_max_num_queries(12):
        rest = desk.get(answer.context["list"].more)
    assert len(rest.context["list"].rows) == 10
    assert not set(pks(answer)) & set(pks(rest))


def test_an_item_opened_from_a_search_leads_back_to_it(bob: User) -> None:
    arrive("parcel & co", author="@ann")
    answer = search(at_desk(bob), 'parcel "co"', show="all")
    [row] = answer.context["list"].rows
    page = at_desk(bob).get(row.address)
    assert page.status_code == 200
    assert pks(page) == [row.pk]
    assert page.context["place"].filters.q == 'parcel "co"'


def test_somebody_without_a_team_searches_nothing(charlie: User) -> None:
    arrive("parcel")
    index_new()
    assert at_desk(charlie).get("/items/?q=parcel").status_code == 404


def test_an_empty_search_says_what_to_try(bob: User) -> None:
    watch()
    assert "Try fewer or shorter words" in search(at_desk(bob), "nothing").content.decode()


def test_what_is_found_can_be_sorted_by_how_well_it_answers(bob: User) -> None:
    arrive("refund refund")
    arrive("a long story that ends with a refund", minutes=1)
    index_new()
    desk = at_desk(bob)
    newest = desk.get("/items/?q=refund")
    assert [row.text for row in newest.context["list"].rows][-1] == "refund refund"
    words, address = newest.context["list"].other_order
    assert words == "Best first"
    best = desk.get(address)
    assert best.context["list"].rows[0].text == "refund refund"
    assert "best match first" in best.content.decode()
    assert best.context["list"].other_order == ("Newest first", "/items/?q=refund")
    assert best.context["list"].chips == ()
