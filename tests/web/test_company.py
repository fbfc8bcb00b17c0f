"""Single sign-on: the company's sign-in opens accounts that are there, and makes none."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from config.environment import _company_sign_in
from tests.web.company import CLIENT, SECRET, Company, serving
from tests.web.conftest import PASSWORD
from triage.tables import AuditEntry, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(settings: Settings, db: None) -> Iterator[Company]:
    cache.clear()
    with serving() as company:
        app = _company_sign_in(company.url, CLIENT, SECRET, "Example Works")
        settings.ENVIRONMENT = replace(settings.ENVIRONMENT, company_sign_in=app)
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": app}}
        yield company


class Stay(HTTPRedirectHandler):
    """The browser of the test goes where it is sent by itself."""

    def redirect_request(self, *args: object) -> None:
        return None


def go_by_company(client: Client, address: str = "/sign-in/with/company/") -> HttpResponse:
    """Go to the company's server and come back, as a browser does."""
    away = client.get(address)["Location"]
    try:
        build_opener(Stay).open(away)
        raise AssertionError("the company's server sends people back")
    except OSError as sent_back:
        back = sent_back.headers["Location"]  # type: ignore[attr-defined]
        sent_back.close()  # type: ignore[attr-defined]
    return client.get(back.removeprefix("http://testserver"))


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_the_sign_in_page_names_the_company(company: Company) -> None:
    page = Client().get("/sign-in/?next=/queue/support/").content.decode()
    assert "Sign in with Example Works" in page
    assert "/sign-in/with/company/?next=/queue/support/" in page


def test_a_proven_address_of_somebody_here_lets_them_in(company: Company, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(email="bob@example.com")
    company.person["email"] = "Bob@example.com"
    client = Client()
    answer = go_by_company(client, "/sign-in/with/company/?next=/queue/support/")
    assert answer["Location"] == "/queue/support/"
    assert is_in(client)
    assert AuditEntry.objects.latest("id").event == "signed_in"
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "person",
    [
        {"email": "bob@example.com", "email_verified": False},
        {"email": "eve@example.com", "email_verified": True},
        {"email": ""},
    ],
)
def test_anybody_else_is_told_whom_to_ask(
    company: Company, bob: User, person: dict[str, object]
) -> None:
    User.objects.filter(pk=bob.pk).update(email="bob@example.com")
    company.person |= person
    client = Client()
    answer = go_by_company(client)
    assert answer.status_code == 403
    assert "Ask whoever runs Triage to add you" in answer.content.decode()
    assert not is_in(client)
    assert User.objects.count() == 1
    entry = AuditEntry.objects.latest("id")
    assert (entry.event, entry.details) == ("sign_in_failed", {"way": "company"})


def test_somebody_links_the_company_and_signs_in_with_it(company: Company, bob: User) -> None:
    client = Client()
    client.post("/sign-in/", {"username": "bob", "password": PASSWORD})
    assert "Link Example Works" in client.get("/account/").content.decode()
    answer = go_by_company(client, "/sign-in/with/company/?process=connect")
    assert answer["Location"] == "/account/"
    assert SocialAccount.objects.get().user == bob
    assert AuditEntry.objects.filter(event="account_linked", actor="bob").count() == 1
    another = Client()
    go_by_company(another)
    assert is_in(another)


def test_somebody_who_was_deactivated_is_not_let_in(company: Company, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(email="bob@example.com", is_active=False)
    company.person["email"] = "bob@example.com"
    client = Client()
    assert "deactivated" in go_by_company(client).content.decode()
    assert not is_in(client)


def test_an_answer_that_nobody_asked_for_opens_nothing(company: Company, bob: User) -> None:
    client = Client()
    answer = client.get("/sign-in/with/company/back/?code=abc&state=made-up")
    assert answer.status_code == 401
    assert "Single sign-on failed" in answer.content.decode()
    assert not is_in(client)


def test_a_wrong_secret_is_told_as_one_sentence(
    company: Company, bob: User, settings: Settings
) -> None:
    app = _company_sign_in(company.url, CLIENT, "wrong", "Example Works")
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": app}}
    client = Client()
    answer = go_by_company(client)
    assert answer.status_code == 401
    assert not is_in(client)
