"""Accounts in a browser: every page at every width, in the dark, under the security policy."""

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.test_looks import CONTRAST
from tests.web.conftest import PASSWORD
from tests.web.desk import arrive
from tests.web.test_secondfactor import code_of
from triage.staff.audit import note
from triage.tables import Person, User

PAGES = ("/account/", "/people/", "/audit/", "/erase/?name=zora", "/erase/{person}/")


@pytest.fixture(autouse=True)
def no_failures_yet(db: None) -> None:
    cache.clear()


@pytest.fixture
def person(db: None) -> Person:
    found = arrive("a post", author="zora").person
    assert found is not None
    return found


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [390, 1440])
def test_every_page_fits_and_is_readable(
    width: int, dark: bool, sign_in: SignIn, ada: User, person: Person, complaints: list[str]
) -> None:
    note("teams_changed", by=ada, target="w" * 150, before=[], teams=["social", "community"])
    User.objects.create(username="n" * 150, teams=["community"], is_active=False)
    page = sign_in("ada", width=width, dark=dark)
    for address in PAGES:
        page.goto(address.format(person=person.pk))
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert page.evaluate(CONTRAST) == [], address
        assert page.evaluate(UNNAMED) == [], address
    assert complaints == []


UNNAMED = """() => [...document.querySelectorAll("input:not([type=hidden]), select, button")]
  .filter((e) => !(e.labels?.length || e.textContent.trim() || e.getAttribute("aria-label")))
  .map((e) => e.outerHTML)"""


def test_the_second_factor_from_the_picture_to_the_next_sign_in(
    sign_in: SignIn, bob: User, complaints: list[str]
) -> None:
    page = sign_in("bob", width=390)
    page.get_by_role("link", name="Bob").click()
    page.get_by_role("link", name="Turn on").click()
    box = page.locator(".scan svg").bounding_box()
    assert box
    assert box["width"] > 150
    secret = page.locator("code").inner_text()
    page.get_by_label("6-digit code").fill(code_of(secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("link", name="Done").click()
    page.get_by_role("button", name="Sign out", exact=True).last.click()
    _type_password(page)
    page.get_by_label(re.compile("6-digit code")).fill(code_of(secret, steps=1))
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/queue/support/**")
    assert complaints == []


def _type_password(page: Page) -> None:
    page.get_by_label("Name").fill("bob")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/sign-in/code/")
