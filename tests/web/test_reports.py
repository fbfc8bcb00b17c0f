"""The reports page."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.web.conftest import at_desk
from tests.web.desk import arrive
from triage.tables import Item, User


def test_the_page_names_the_measure_and_who_is_accountable(alice: User) -> None:
    arrive("how do I pair it?")
    page = at_desk(alice).get("/reports/").content.decode()
    assert "Customer questions about how to use a product or service" in page
    assert "Customer Service" in page
    assert "1 conversation, 1 more than last week" in page


def test_the_page_tells_how_much_sounds_negative(alice: User) -> None:
    arrive("it broke again", sentiment="negative")
    arrive("how do I pair it?", sentiment="neutral")
    arrive("a poster!", intent="awareness")
    rows = {row.intent: row.negative for row in at_desk(alice).get("/reports/").context["rows"]}
    assert (rows["question"], rows["awareness"]) == ("1 of 2", "")


def test_an_earlier_week_can_be_opened_and_leads_back(alice: User) -> None:
    item = arrive("how do I pair it?")
    Item.objects.filter(pk=item.pk).update(opened_at=timezone.now() - timedelta(days=7))
    desk = at_desk(alice)
    today = desk.get("/reports/")
    earlier = desk.get(today.context["earlier"])
    assert "1 conversation," in earlier.content.decode()
    assert earlier.context["later"].endswith(today.context["word"])
    assert today.context["later"] == ""


@pytest.mark.parametrize("week", ["2999-W01", "soon"])
def test_what_is_no_week_is_not_found(alice: User, week: str) -> None:
    assert at_desk(alice).get(f"/reports/?week={week}").status_code == 404


def test_an_installation_without_talk_says_what_to_expect(alice: User) -> None:
    assert "as soon as a channel receives posts" in at_desk(alice).get("/reports/").content.decode()


def test_somebody_in_no_team_and_somebody_signed_out_see_nothing(charlie: User) -> None:
    assert at_desk(charlie).get("/reports/").status_code == 404
    assert Client().get("/reports/").status_code == 302


def test_the_page_costs_the_same_however_much_was_said(
    alice: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(15):
        arrive(f"number {number}")
    desk = at_desk(alice)
    with django_assert_max_num_queries(15):
        desk.get("/reports/")
