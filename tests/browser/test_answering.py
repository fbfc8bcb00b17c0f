"""Answering: the composer, its drafts and saved replies, sending, undoing, and nobody twice."""

import re
from dataclasses import replace

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.test_working import ask_now
from tests.web.desk import arrive, carry_out, watch
from triage.desk import items
from triage.desk.savedreplies import save_reply
from triage.tables import Draft, Item, Outgoing, User

CAN = {"title": "X", "acts": ["reply", "hide", "unhide", "like", "unlike"],
       "longest": 280, "counting": "weighted"}  # fmt: skip


@pytest.fixture
def item(db: None) -> Item:
    return arrive("my bike does not pair", author="@dan", channel=watch(can=CAN), id="d1")


def opened(sign_in: SignIn, name: str, item: Item, **how: object) -> Page:
    page = sign_in(name, **how)
    page.goto(f"/item/{item.pk}/")
    return page


def test_an_answer_is_counted_saved_as_it_is_typed_and_survives_a_reload(
    sign_in: SignIn, bob: User, item: Item, complaints: list[str]
) -> None:
    page = opened(sign_in, "bob", item)
    expect(page.locator("#composer")).to_contain_text("Reply on X as VoltBike")
    page.keyboard.press("r")
    page.keyboard.type("See https://example.com/a/very/long/address/indeed 😀")
    expect(page.locator("#count [data-number]")).to_have_text("30 of 280")
    expect(page.locator("#count")).to_contain_text("saved")
    expect(page.locator("#count")).to_contain_text("X charges $0.200 for this reply because of")
    page.reload()
    expect(page.locator("#reply-text")).to_have_value(re.compile("^See https"))
    expect(page.locator("#count [data-number]")).to_have_text("30 of 280")
    assert complaints == []


def test_sending_can_be_undone_and_the_text_comes_back(
    sign_in: SignIn,
    bob: User,
    item: Item,
    complaints: list[str],
    settings: LazySettings,
) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, undo_seconds=60)
    page = opened(sign_in, "bob", item)
    page.keyboard.press("r")
    page.keyboard.type("Hold both buttons.")
    page.keyboard.press("Control+Enter")
    leaving = page.locator(".post.leaving")
    expect(leaving).to_contain_text("Hold both buttons.")
    expect(leaving).to_contain_text(re.compile(r"Sending in \d+ s"))
    expect(page.locator("#reply-text")).to_have_count(0)
    page.keyboard.press("z")
    expect(page.locator("#reply-text")).to_have_value("Hold both buttons.")
    expect(leaving).to_have_count(0)
    assert Outgoing.objects.get().state == "cancelled"
    assert complaints == []


def test_what_was_sent_shows_in_the_thread_by_itself(
    sign_in: SignIn, bob: User, item: Item, complaints: list[str]
) -> None:
    page = opened(sign_in, "bob", item)
    page.keyboard.press("r")
    page.keyboard.type("Hold both buttons.")
    page.get_by_role("button", name="Send & resolve").click()
    expect(page.locator("#item .owner")).to_have_text("resolved by you")
    carry_out(Outgoing.objects.get())
    expect(page.locator(".post.ours:not(.leaving)")).to_contain_text("Hold both buttons.")
    expect(page.locator(".post.leaving")).to_have_count(0)
    assert not Draft.objects.exists()
    assert complaints == []


def test_a_platforms_refusal_is_said_in_words_and_the_text_can_be_edited(
    sign_in: SignIn, bob: User, item: Item
) -> None:
    page = opened(sign_in, "bob", item)
    page.locator("#reply-text").fill("Hold both buttons.")
    page.locator("#send").click()
    expect(page.locator(".post.leaving")).to_be_visible()
    carry_out(Outgoing.objects.get(), refused="you have blocked this account.")
    expect(page.locator(".post.leaving")).to_contain_text(
        "X rejected it: you have blocked this account."
    )
    page.get_by_role("button", name="Edit").click()
    expect(page.locator("#reply-text")).to_have_value("Hold both buttons.")


def test_two_people_open_an_item_one_claims_it_and_the_other_cannot_send(
    sign_in: SignIn, bob: User, bella: User, item: Item
) -> None:
    page, other = opened(sign_in, "bob", item), opened(sign_in, "bella", item)
    other.keyboard.press("r")
    other.keyboard.type("Let me help")
    expect(other.locator("#count")).to_contain_text("saved")
    ask_now(page)
    expect(page.locator("#viewers")).to_contain_text("Bella is typing")
    page.keyboard.press("c")
    expect(page.locator("#item .owner")).to_have_text("Claimed by you")
    ask_now(other)
    expect(other.locator("#news")).to_contain_text("claimed by Bob")
    expect(other.locator("#sends")).to_contain_text("Bob has claimed it, so only they can reply.")
    expect(other.locator("#send")).to_have_count(0)
    other.evaluate("document.querySelector('#reply').requestSubmit()")
    expect(other.get_by_role("alert").filter(has_text="Bob has claimed it.")).to_be_visible()
    expect(other.locator("#reply-text")).to_have_value("Let me help")
    assert not Outgoing.objects.exists()


def test_a_new_post_stops_an_answer_until_its_writer_has_seen_it(
    sign_in: SignIn, bob: User, item: Item
) -> None:
    page = opened(sign_in, "bob", item)
    page.locator("#reply-text").fill("Hold both buttons.")
    expect(page.locator("#count")).to_contain_text("saved")
    arrive("solved it!", author="@dan", channel=watch(), conversation="d1", in_reply_to="d1",
           minutes=3)  # fmt: skip
    page.locator("#reply-text").press("Control+Enter")
    expect(page.get_by_role("alert").filter(has_text="It has changed")).to_be_visible()
    expect(page.locator("#composer")).to_contain_text("Since you started this reply: wrote again.")
    expect(page.locator("#reply-text")).to_have_value("Hold both buttons.")
    expect(page.locator("#send")).to_have_count(0)
    page.get_by_role("button", name="Got it").click()
    page.locator("#send").click()
    expect(page.locator(".post.leaving")).to_contain_text("Hold both buttons.")


def test_a_saved_reply_goes_in_where_the_cursor_is(
    sign_in: SignIn, bob: User, item: Item, complaints: list[str]
) -> None:
    save_reply(bob, title="Pairing", text="Hello {author}, hold both buttons. {agent}")
    save_reply(bob, title="Thanks", text="Thank you!")
    page = opened(sign_in, "bob", item)
    page.keyboard.press("r")
    page.keyboard.press("/")
    expect(page.locator("#saved-filter")).to_be_focused()
    page.keyboard.type("pair")
    expect(page.locator("#saved li:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#reply-text")).to_have_value("Hello @dan, hold both buttons. Bob")
    expect(page.locator("#reply-text")).to_be_focused()
    assert complaints == []


def test_a_channel_without_a_way_back_says_so_and_leads_to_the_post(
    sign_in: SignIn, bob: User
) -> None:
    item = arrive("hello", channel=watch("A feed"), url="https://example.com/1")
    page = opened(sign_in, "bob", item)
    expect(page.locator("#composer")).to_contain_text("Triage cannot reply in A feed")
    link = page.get_by_role("link", name="Open original", exact=True)
    expect(link).to_have_attribute("href", "https://example.com/1")


def test_a_post_is_hidden_at_the_platform_after_a_question(
    sign_in: SignIn, bob: User, item: Item, complaints: list[str]
) -> None:
    page = opened(sign_in, "bob", item)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Hide").click()
    expect(page.locator(".post header")).to_contain_text("hide in progress")
    carry_out(Outgoing.objects.get())
    expect(page.locator(".post header .tag")).to_have_text("hidden")
    assert asked[0].startswith("Hide this post on the platform?")
    assert complaints == []


def test_somebody_who_resolved_it_meanwhile_is_named(
    sign_in: SignIn, bob: User, bella: User, item: Item
) -> None:
    page = opened(sign_in, "bob", item)
    page.locator("#reply-text").fill("Hold both buttons.")
    expect(page.locator("#count")).to_contain_text("saved")
    items.resolve(Item.objects.get(pk=item.pk), bella)
    page.evaluate("document.querySelector('#reply').requestSubmit()")
    expect(page.get_by_role("alert").filter(has_text="resolved by Bella")).to_be_visible()
    assert Draft.objects.get().text == "Hold both buttons."
