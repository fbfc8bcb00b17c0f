"""Signing in and out."""

import pytest
from django.test import Client

from tests.web.conftest import PASSWORD, at_desk
from tests.web.desk import arrive
from triage.tables import User

pytestmark = pytest.mark.django_db


def test_the_right_password_leads_to_the_page_that_was_asked_for(bob: User) -> None:
    client = Client()
    asked = client.get("/queue/support/?show=mine")
    assert asked.status_code == 302
    assert asked["Location"] == "/sign-in/?next=/queue/support/%3Fshow%3Dmine"
    answer = client.post(
        asked["Location"],
        {"username": "bob", "password": PASSWORD, "next": "/queue/support/?show=mine"},
    )
    assert answer["Location"] == "/queue/support/?show=mine"
    assert client.get("/queue/support/?show=mine").status_code == 200


def test_a_wrong_password_says_so_and_keeps_the_name(bob: User) -> None:
    answer = Client().post("/sign-in/", {"username": "bob", "password": "no"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Wrong name or password" in page
    assert 'value="bob"' in page


def test_it_never_sends_anybody_to_another_site(bob: User) -> None:
    answer = Client().post(
        "/sign-in/", {"username": "bob", "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert answer["Location"] == "/"


def test_signing_out_is_by_post_only(bob: User) -> None:
    client = at_desk(bob)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert client.get("/queue/support/").status_code == 302


@pytest.mark.parametrize(
    ("person", "address"),
    [("alice", "/queue/promo/"), ("bob", "/queue/support/"), ("olga", "/queue/support/")],
)
def test_home_is_ones_own_queue(person: str, address: str, request: pytest.FixtureRequest) -> None:
    assert at_desk(request.getfixturevalue(person)).get("/")["Location"] == address


def test_home_of_ops_is_review_when_something_waits_there(olga: User) -> None:
    arrive("hm", confidence=0.3)
    assert at_desk(olga).get("/")["Location"] == "/queue/review/"


def test_without_a_team_one_is_told_what_to_ask_for(charlie: User) -> None:
    page = at_desk(charlie).get("/").content.decode()
    assert "You are not in a team yet" in page
    assert "charlie" in page


def test_a_session_that_ended_tells_the_script_and_swaps_nothing_in(bob: User) -> None:
    answer = Client(headers={"HX-Request": "true"}).get("/queue/support/")
    assert answer.status_code == 401
    assert answer.content == b"You are signed out."


def test_an_act_that_needed_a_new_sign_in_comes_back_to_its_item(bob: User) -> None:
    item = arrive()
    client = Client()
    away = client.post(f"/item/{item.pk}/claim/")
    assert away["Location"] == f"/sign-in/?next=/item/{item.pk}/claim/"
    client.force_login(bob)
    assert client.get(f"/item/{item.pk}/claim/")["Location"] == f"/item/{item.pk}/"
