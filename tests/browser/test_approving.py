"""Approval between two people at their screens: one writes, one decides."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.test_looks import CONTRAST, LONG
from tests.web.desk import arrive, carry_out, watch
from triage.back.replies import write_reply
from triage.tables import Item, Outgoing, User
from triage.tuning.policies import put_in_force

CAN = {"title": "X", "acts": ["reply", "hide"], "longest": 280, "counting": "weighted"}
WORDS = "Hold both buttons."


@pytest.fixture
def item(bob: User, bella: User) -> Item:
    """Bob answers, Bella approves."""
    put_in_force('[approval]\nqueues = ["support"]', author=None, reason="a try")
    User.objects.filter(pk=bella.pk).update(may_approve=True)
    return arrive("does not pair", author="@dan", channel=watch(can=CAN), id="d1")


def ask_for(item: Item, bob: User, text: str = WORDS) -> Outgoing:
    return write_reply(item, bob, text=text, seen=item.version)


def follow_up() -> None:
    arrive("solved it!", author="@dan", channel=watch(), conversation="d1", in_reply_to="d1",
           minutes=3)  # fmt: skip


def opened(sign_in: SignIn, name: str, address: str) -> Page:
    page = sign_in(name)
    page.goto(address)
    return page


def test_an_answer_is_asked_for_approved_with_another_text_and_sent(
    sign_in: SignIn, item: Item, complaints: list[str]
) -> None:
    page = opened(sign_in, "bob", f"/item/{item.pk}/")
    page.keyboard.press("r")
    page.keyboard.type(WORDS)
    expect(page.locator("#send")).to_contain_text("Ask for approval")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".post.leaving")).to_contain_text("Waiting for approval by Bella.")

    other = opened(sign_in, "bella", "/approvals/")
    card = other.locator(".asked")
    expect(card).to_be_focused()
    expect(card).to_contain_text("does not pair")
    expect(other.locator("#n-approvals")).to_have_text("1")
    other.keyboard.press("r")
    other.keyboard.press("Control+End")
    other.keyboard.type(" And wait.")
    other.keyboard.press("Escape")
    other.keyboard.press("y")
    expect(other.get_by_text("Nothing to approve")).to_be_visible()

    carry_out(Outgoing.objects.get())
    page.reload()
    expect(page.locator(".post.ours:not(.leaving)")).to_contain_text(f"{WORDS} And wait.")
    expect(page.locator(".moves")).to_contain_text("reply approved by Bella")
    assert complaints == []


def test_an_answer_is_sent_back_in_the_item_and_written_anew(
    sign_in: SignIn, item: Item, bob: User, complaints: list[str]
) -> None:
    ask_for(item, bob)
    other = opened(sign_in, "bella", f"/item/{item.pk}/")
    other.keyboard.press("b")
    other.keyboard.type("Name the page.")
    other.keyboard.press("Enter")
    expect(other.locator(".post.leaving")).to_have_count(0)
    expect(other.locator(".post.note")).to_contain_text("@bob Sent back: Name the page.")

    page = opened(sign_in, "bob", "/mentions/")
    expect(page.locator("#n-mentions")).to_have_text("1")
    page.get_by_role("link", name="@dan").click()
    expect(page.locator("#reply-text")).to_have_value(WORDS)
    page.get_by_role("button", name="Got it").click()
    page.locator("#reply-text").fill("Hold both buttons, see page 4.")
    page.locator("#send").click()
    expect(page.locator(".post.leaving")).to_contain_text("Waiting for approval by Bella.")
    assert complaints == []


def test_what_is_new_has_to_be_ticked_before_a_key_approves(
    sign_in: SignIn, item: Item, bob: User
) -> None:
    ask_for(item, bob)
    page = opened(sign_in, "bella", f"/item/{item.pk}/")
    follow_up()
    page.keyboard.press("y")
    expect(page.get_by_role("alert").filter(has_text="has changed since")).to_be_visible()
    expect(page.locator(".since")).to_contain_text("Since it was written: wrote again.")
    page.keyboard.press("y")
    assert Outgoing.objects.get().state == "pending"
    page.get_by_label("I have seen what changed").check()
    page.get_by_role("button", name="Approve").click()
    expect(page.locator(".post.leaving")).to_contain_text("approved by you")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Approve")).to_be_visible()
    assert Outgoing.objects.get().state == "pending"


def test_an_answer_is_approved_and_sent_back_without_a_script(
    sign_in: SignIn, item: Item, bob: User
) -> None:
    ask_for(item, bob)
    page = sign_in("bella", script=False)
    page.goto("/approvals/")
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_label("What needs to change").fill("Shorter.")
    page.get_by_role("button", name="Send back").click()
    expect(page.get_by_text("Nothing to approve")).to_be_visible()
    assert Outgoing.objects.get().state == "cancelled"


@pytest.mark.parametrize(
    ("width", "dark"), [(1440, False), (1440, True), (390, False), (390, True)]
)
def test_its_pages_are_readable_narrow_and_dark(
    sign_in: SignIn, item: Item, bob: User, olga: User, width: int, dark: bool
) -> None:
    ask_for(item, bob, LONG[:270])
    follow_up()
    User.objects.filter(pk=olga.pk).update(may_approve=True)
    page = sign_in("olga", width=width, dark=dark)
    for address in ("/approvals/", f"/item/{item.pk}/", "/tuning/approval/", "/people/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert page.evaluate(CONTRAST) == [], address
        found = Axe().run(page, context="main").response["violations"]
        bad = [
            (each["id"], [node["target"] for node in each["nodes"]][:3])
            for each in found
            if each["impact"] in ("serious", "critical")
        ]
        assert bad == [], address
