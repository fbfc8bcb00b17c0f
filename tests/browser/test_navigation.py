"""The navigation in a browser: nobody loses the way to a queue, on any screen."""

import re

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.browser.conftest import SignIn
from tests.web.desk import arrive, watch
from triage.tables import Alert, User

QUEUES = ("Promo", "Support", "Review", "Archive", "Mine", "At risk", "Snoozed")
LONG = "Something is wrong with this channel, and it takes many words to say what it is. " * 8


@pytest.fixture
def alarmed(ada: User) -> None:
    """A channel with an alert of many words, and something to do."""
    arrive("a post")
    User.objects.filter(pk=ada.pk).update(may_approve=True)
    now = "2026-03-01T12:00:00Z"
    Alert.objects.create(
        channel=watch(), kind="quiet", sentence=LONG, first_seen=now, last_seen=now
    )


def box(found: Locator) -> FloatRect:
    where = found.bounding_box()
    assert where is not None
    return where


def link(page: Page, words: str) -> Locator:
    """The entry of these words, whatever number stands behind them."""
    name = re.compile(rf"^{words}( \d.*)?$")
    return page.locator(".side").get_by_role("link", name=name)


def test_an_admin_sees_every_entry_at_once_and_an_alert_takes_one_line(
    sign_in: SignIn, ada: User, alarmed: None, complaints: list[str]
) -> None:
    page = sign_in("ada")
    page.set_viewport_size({"width": 1440, "height": 860})
    page.goto("/tuning/rules/")
    for words in (*QUEUES, "Approvals", "Reports", "Tuning", "People"):
        expect(link(page, words)).to_be_in_viewport(ratio=1)
    assert 28 <= box(link(page, "Promo"))["height"] <= 34
    bar, side = box(page.locator("#alertbar")), box(page.locator(".side"))
    assert bar["height"] < 45
    assert side["height"] == 860  # the bar stands beside it, not below
    assert bar["x"] >= side["x"] + side["width"]
    assert box(page.locator("main"))["height"] + bar["height"] == 860
    page.locator("#alertbar summary").click()
    expect(page.locator("#alertbar p")).to_be_visible()
    page.locator("#alertbar").get_by_role("link", name="What to do").click()
    expect(page.locator("h1")).to_have_text("Channels")
    assert complaints == []


def test_on_a_low_screen_it_scrolls_as_a_whole_and_signing_out_stays_in_sight(
    sign_in: SignIn, ada: User, alarmed: None
) -> None:
    page = sign_in("ada")
    page.set_viewport_size({"width": 1280, "height": 480})
    page.goto("/people/")
    expect(page.get_by_role("button", name="Sign out")).to_be_in_viewport(ratio=1)
    link(page, "Archive").scroll_into_view_if_needed()
    expect(link(page, "Archive")).to_be_in_viewport(ratio=1)
    link(page, "Models").scroll_into_view_if_needed()
    expect(link(page, "Models")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Sign out")).to_be_in_viewport(ratio=1)


def test_on_a_phone_queues_stand_on_top_and_all_else_below_big_enough_to_touch(
    sign_in: SignIn, ada: User, alarmed: None
) -> None:
    page = sign_in("ada", width=390)
    page.goto("/reports/")
    for words in ("Promo", "Support", "Review", "Archive"):
        assert box(link(page, words))["height"] >= 44
    page.get_by_role("link", name="More", exact=True).click()
    targets = (*QUEUES[4:], "Mentions", "Reports", "Channels", "People")
    for each in [*(link(page, words) for words in targets), page.locator(".parts a").first]:
        assert box(each)["height"] >= 44
    assert box(link(page, "Mentions"))["y"] > box(page.locator("main"))["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_tabs_lead_through_the_pages_of_a_group(
    sign_in: SignIn, ada: User, complaints: list[str]
) -> None:
    page = sign_in("ada")
    link(page, "People").click()
    tabs = page.get_by_role("navigation", name="In this section")
    tabs.get_by_role("link", name="Audit log").click()
    expect(page.locator("h1")).to_have_text("Audit log")
    expect(tabs.get_by_role("link", name="Audit log")).to_have_attribute("aria-current", "page")
    expect(link(page, "People")).to_have_attribute("aria-current", "page")
    assert complaints == []
