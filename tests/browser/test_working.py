"""Working with the pages as people do: reading, claiming, handing off, keys, news by themselves."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.web.desk import arrive
from triage.desk import items
from triage.tables import Item, User


def ask_now(page: Page) -> None:
    """Let the page ask for changes now instead of in a few seconds."""
    page.evaluate("htmx.trigger('#pulse', 'every'); "
                  "htmx.ajax('GET', document.querySelector('#pulse').getAttribute('hx-get'), "
                  "{source: '#pulse', swap: 'none'})")  # fmt: skip


def test_claim_and_hand_off_and_the_other_person_sees_it(
    sign_in: SignIn, alice: User, bob: User, complaints: list[str]
) -> None:
    arrive("do you ship the Cargo to Norway?", author="@fjord")
    arrive("another one", minutes=1)
    page, other = sign_in("bob"), sign_in("alice")
    expect(page).to_have_title("(2) Support · Triage")
    page.get_by_text("do you ship the Cargo").click()
    expect(page.get_by_role("heading", name="@fjord")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/item/\d+/$"))
    expect(page).to_have_title("(2) @fjord · Support · Triage")
    page.get_by_role("button", name="Claim").click()
    expect(page.locator("#item .owner")).to_have_text("Claimed by you")
    expect(page.locator("#rows > li").first).to_contain_text("Claimed by you")
    page.get_by_role("button", name="Hand off").first.click()
    page.get_by_label("Hand off to").select_option("promo:lead")
    page.get_by_label("Reason", exact=True).fill("asks before buying")
    page.locator("#hand-off button").click()
    expect(page.locator("#item")).to_contain_text("Handed off to Promo.")
    expect(page.locator("#rows > li").first).to_contain_text("moved to Promo")
    expect(page.locator("#n-support")).to_have_text("1")
    expect(page).to_have_title("(1) @fjord · Promo · Triage")
    page.get_by_role("link", name="Next in Support").click()
    expect(page.locator("#item")).to_contain_text("another one")
    other.goto("/queue/promo/")
    other.get_by_text("do you ship the Cargo").click()
    expect(other.locator(".moves")).to_contain_text("handed off to Promo by Bob")
    expect(other.locator(".moves")).to_contain_text("asks before buying")
    assert complaints == []


def test_it_all_works_with_keys(sign_in: SignIn, bob: User, complaints: list[str]) -> None:
    first = arrive("the first")
    second = arrive("the second", minutes=1)
    page = sign_in("bob")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("#rows .row").nth(1)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.locator("#item .text")).to_have_text("the first")
    page.keyboard.press("c")
    expect(page.locator("#item .owner")).to_have_text("Claimed by you")
    page.keyboard.press("j")
    page.keyboard.press("e")  # another entry is looked at: it opens, and nothing is resolved
    expect(page.locator("#item .text")).to_have_text("the second")
    page.keyboard.press("e")
    expect(page.locator("#item")).to_contain_text("Resolved.")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.locator("#item .text")).to_have_text("the first")
    page.keyboard.press("h")
    expect(page.get_by_label("Reason", exact=True)).to_be_focused()
    page.keyboard.type("jkceh? are letters here")
    page.keyboard.press("Escape")
    expect(page.locator("#hand-off")).to_be_hidden()
    page.keyboard.press("h")
    expect(page.get_by_label("Reason", exact=True)).to_have_value("jkceh? are letters here")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("Enable single-key shortcuts").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("e")
    page.wait_for_timeout(300)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("claimed", "resolved")
    assert complaints == []


def test_a_key_that_is_faster_than_the_item_waits_for_it(sign_in: SignIn, bob: User) -> None:
    arrive("the first")
    page = sign_in("bob")
    page.keyboard.press("j")
    page.evaluate("""() => {
      document.activeElement.click();
      document.dispatchEvent(new KeyboardEvent("keydown", {key: "c", bubbles: true}));
    }""")
    expect(page.locator("#item .owner")).to_have_text("Claimed by you")


def test_a_refusal_is_said_in_place_and_nothing_typed_is_lost(
    sign_in: SignIn, bob: User, bella: User, complaints: list[str]
) -> None:
    item = arrive("a post")
    page = sign_in("bob")
    page.goto(f"/item/{item.pk}/")
    page.keyboard.press("h")
    page.get_by_label("Reason", exact=True).fill("my careful words")
    # Somebody who makes the field larger gives it a style, which must not be copied to the new one.
    page.get_by_label("Reason", exact=True).evaluate("field => field.style.height = '9rem'")
    items.claim(item, bella)
    page.locator("#hand-off button").click()
    expect(page.get_by_role("alert").filter(has_text="Bella has claimed it.")).to_be_visible()
    expect(page.get_by_label("Reason", exact=True)).to_have_value("my careful words")
    expect(page.locator("#rows > li").first).to_contain_text("Claimed by Bella")
    assert not any("Content Security Policy" in complaint for complaint in complaints)


def test_numbers_and_news_arrive_by_themselves_and_nothing_that_is_read_moves(
    sign_in: SignIn, bob: User, bella: User, complaints: list[str]
) -> None:
    item = arrive("the first")
    page = sign_in("bob")
    page.get_by_text("the first").click()
    expect(page.locator("#item .text")).to_have_text("the first")
    before = page.locator("#item .text").bounding_box()
    arrive("the second", minutes=-5)
    arrive("the third", minutes=-4)
    ask_now(page)
    expect(page.locator("#new")).to_have_text("2 new")
    expect(page.locator("#n-support")).to_have_text("3")
    expect(page).to_have_title(re.compile(r"^\(3\) "))
    expect(page.locator("#rows .row")).to_have_count(1)
    assert page.locator("#item .text").bounding_box() == before
    items.claim(item, bella)
    ask_now(page)
    expect(page.locator("#news")).to_contain_text("Since you opened it: claimed by Bella.")
    expect(page.locator("#rows .row").first).to_contain_text("Claimed by Bella")
    page.get_by_role("link", name="2 new").click()
    expect(page.locator("#rows .row")).to_have_count(3)
    expect(page.locator("#new")).to_have_text("")
    page.get_by_role("link", name="Reload").click()
    expect(page.locator("#item .owner")).to_have_text("Claimed by Bella")
    assert complaints == []


def test_the_page_asks_by_itself(sign_in: SignIn, bob: User) -> None:
    arrive("the first")
    page = sign_in("bob")
    with page.expect_response(re.compile("/changes/")) as answer:
        pass
    assert answer.value.status == 204


def test_going_back_shows_the_item_before(sign_in: SignIn, bob: User) -> None:
    arrive("the first")
    arrive("the second", minutes=1)
    page = sign_in("bob")
    for text in ("the first", "the second"):
        page.locator("#rows").get_by_text(text).click()
        expect(page.locator("#item .text")).to_have_text(text)
    page.go_back()
    expect(page.locator("#item .text")).to_have_text("the first")
    expect(page.locator("#rows .row[aria-current]")).to_contain_text("the first")
    page.go_back()
    expect(page.locator("#item")).to_contain_text("Select an item to read it here.")


def test_signed_out_elsewhere_nothing_typed_is_lost(
    sign_in: SignIn, bob: User, complaints: list[str]
) -> None:
    item = arrive("a post")
    page = sign_in("bob")
    page.goto(f"/item/{item.pk}/")
    page.keyboard.press("h")
    page.get_by_label("Reason", exact=True).fill("my careful words")
    page.context.clear_cookies(name="sessionid")
    page.locator("#hand-off button").click()
    expect(page.locator("#toast")).to_contain_text("You are signed out.")
    expect(page.get_by_label("Reason", exact=True)).to_have_value("my careful words")
    tab = page.context.new_page()
    tab.goto("/sign-in/")
    tab.get_by_label("Name").fill("bob")
    tab.get_by_label("Password").fill("correct horse battery")
    tab.get_by_role("button", name="Sign in").click()
    tab.wait_for_url("**/queue/support/")
    page.locator("#hand-off button").click()
    expect(page.locator("#item")).to_contain_text("Handed off to Promo.")
    assert Item.objects.get(pk=item.pk).queue == "promo"


def test_everything_works_without_a_script(sign_in: SignIn, bob: User) -> None:
    arrive("a post")
    page = sign_in("bob", script=False)
    page.get_by_text("a post").click()
    page.get_by_role("button", name="Claim").click()
    expect(page.locator("#item .owner")).to_have_text("Claimed by you")
    page.get_by_role("link", name="Hand off").click()
    page.get_by_label("Reason", exact=True).fill("so")
    page.locator("#hand-off button").click()
    expect(page.locator("#item")).to_contain_text("Handed off to Promo.")
