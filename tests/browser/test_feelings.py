"""Saying how an author feels: with one click, with a key, and back again, at any width."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.web.desk import arrive
from triage.tables import Opinion, User

ON = re.compile("true")


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_a_sentiment_is_said_by_click_and_key_and_undone(
    sign_in: SignIn, bob: User, complaints: list[str], width: int, dark: bool
) -> None:
    item = arrive("great, it broke again", author="@dan", sentiment="positive")
    page = sign_in("bob", width=width, dark=dark)
    page.goto(f"/item/{item.pk}/")
    said = page.locator(".context .felt")
    expect(said).to_have_text("▴ Positive")
    page.get_by_role("button", name="Negative").click()
    expect(said).to_have_text("▾ Negative")
    expect(page.get_by_role("button", name="Negative")).to_have_attribute("aria-pressed", ON)
    expect(page.locator(".post .felt")).to_have_text("▾ negative")
    expect(page.locator(".moves")).to_contain_text("by you")
    page.keyboard.press("0")
    expect(said).to_have_text("– Neutral")
    page.keyboard.press("z")
    expect(said).to_have_text("▾ Negative")
    assert [row.sentiment for row in Opinion.objects.all()] == ["negative"]
    assert complaints == []
