"""The review lane with the keyboard alone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.web.desk import arrive
from tests.web.reading import sampled, share
from triage.tables import Reading, User

WIDTH = "document.querySelector('main').scrollWidth"
HURRY = """words => setInterval(() => {
    const text = document.querySelector("#card .big")?.innerText;
    if (text) document.body.dispatchEvent(
        new KeyboardEvent("keydown", {key: words[text], bubbles: true}));
}, 5)"""
"""Presses the key that each text asks for as soon as it is on the screen, and again and again."""


def test_a_reader_never_leaves_the_keyboard(
    sign_in: SignIn, bob: User, complaints: list[str]
) -> None:
    share()
    for number in range(6):
        arrive(f"unsure number {number}", intent="lead", confidence=0.3, minutes=number)
    page = sign_in("bob")
    page.goto("/review/")
    shown, said = page.locator("#card .big"), page.locator("#lane-said")
    first = shown.inner_text()
    upcoming = page.locator("#upcoming .big").text_content()
    page.keyboard.press("q")
    expect(shown).to_have_text(upcoming or "")
    expect(said).to_have_text("Question. Moved to Support.")
    expect(page.locator("#lane-numbers [aria-current]")).to_have_text("Unsure 5")
    page.keyboard.press("z")
    expect(shown).to_have_text(first)
    expect(said).to_have_text("Undone. Here it is again.")
    page.keyboard.press("x")
    expect(said).to_have_text("Skipped.")
    expect(shown).not_to_have_text(first)
    page.keyboard.press("g")
    expect(page.get_by_text("who should act next")).to_be_visible()
    page.keyboard.press("g")
    expect(page.get_by_text("who should act next")).to_be_hidden()
    assert complaints == []


def test_answers_faster_than_the_server_each_reach_the_post_that_was_on_the_screen(
    sign_in: SignIn, bob: User, complaints: list[str]
) -> None:
    share()
    words = {f"say {key} here": key for key in "qlsnf"}
    for number, text in enumerate(words):
        arrive(text, intent="awareness", confidence=0.3, minutes=number)
    page = sign_in("bob")
    page.goto("/review/")
    page.evaluate(HURRY, words)
    expect(page.get_by_text("All done here")).to_be_visible()
    first_letters = {
        reading.post.text: reading.intent[0] for reading in Reading.objects.select_related("post")
    }
    assert first_letters == words
    assert complaints == []


def test_keys_that_are_switched_off_do_nothing(sign_in: SignIn, bob: User) -> None:
    share()
    arrive("unsure", intent="lead", confidence=0.3)
    page = sign_in("bob")
    page.evaluate("localStorage.setItem('keys', 'off')")
    page.goto("/review/")
    page.keyboard.press("q")
    page.get_by_role("button", name="Lead").click()
    expect(page.get_by_text("All done here")).to_be_visible()
    assert [reading.intent for reading in Reading.objects.all()] == ["lead"]


def test_it_fits_a_phone_and_works_without_the_script(sign_in: SignIn, bob: User) -> None:
    share()
    arrive("unsure", intent="lead", confidence=0.3)
    page = sign_in("bob", width=390, script=False)
    page.goto("/review/")
    assert page.evaluate(WIDTH) <= 390
    page.get_by_role("button", name="Question").click()
    expect(page.locator("#lane-said")).to_have_text("Question. Moved to Support.")
    page.goto("/accuracy/")
    assert page.evaluate(WIDTH) <= 390


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious(sign_in: SignIn, bob: User, dark: bool) -> None:
    share(sure=1)
    for read_as in ("lead", "question"):
        sampled(bob, said="lead", read_as=read_as)
    arrive("unsure", intent="lead", confidence=0.3)
    page = sign_in("bob", dark=dark)
    for address in ("/review/", "/accuracy/", "/accuracy/posts/?said=lead&read=question"):
        page.goto(address)
        if address == "/review/":
            page.keyboard.press("g")
        found = Axe().run(page).response["violations"]
        serious = [one for one in found if one["impact"] in {"serious", "critical"}]
        assert [(one["id"], one["nodes"][0]["html"]) for one in serious] == [], address
