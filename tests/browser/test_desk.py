"""The desk beyond answering: next, tags, notes, snooze, undo, the other team's side, more acts."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.test_working import ask_now
from tests.web.desk import arrive, watch
from triage.desk.snoozing import wake_due
from triage.desk.twins import share
from triage.tables import Item, Lesson, User


@pytest.fixture
def item(db: None) -> Item:
    return arrive("my bike does not pair", author="@dan", id="d1")


def opened(sign_in: SignIn, name: str, item: Item) -> Page:
    page = sign_in(name)
    page.goto(f"/item/{item.pk}/")
    return page


def test_next_claims_the_most_urgent_that_nobody_has(
    sign_in: SignIn, bob: User, item: Item, complaints: list[str]
) -> None:
    arrive("the second", minutes=1)
    page = sign_in("bob")
    page.keyboard.press("n")
    expect(page.locator("#item .post .text")).to_have_text("my bike does not pair")
    expect(page.locator("#item .owner")).to_have_text("Claimed by you")
    page.keyboard.press("n")
    expect(page.locator("#item .post .text")).to_have_text("the second")
    page.keyboard.press("n")
    expect(page.locator("#undo")).to_contain_text("Nothing unclaimed in Support.")
    assert complaints == []


def test_a_note_reaches_whom_it_names_and_is_read_once_its_item_is_open(
    sign_in: SignIn, bob: User, alice: User, item: Item, complaints: list[str]
) -> None:
    page, other = opened(sign_in, "bob", item), sign_in("alice")
    page.keyboard.press("i")
    page.keyboard.type("@alice shall we cheer?")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".post.note")).to_contain_text("@alice shall we cheer?")
    expect(page.locator("#note-text")).to_have_value("")
    other.reload()
    expect(other.locator("#n-mentions")).to_have_text("1")
    other.goto("/mentions/")
    other.get_by_role("link", name="@dan").click()
    expect(other.locator(".post.note")).to_contain_text("@alice shall we cheer?")
    other.goto("/mentions/")
    expect(other.locator("#main")).to_contain_text("No mentions")
    assert complaints == []


def test_a_colleagues_note_announces_itself(
    sign_in: SignIn, bob: User, bella: User, item: Item
) -> None:
    page, other = opened(sign_in, "bob", item), opened(sign_in, "bella", item)
    other.keyboard.press("i")
    other.keyboard.type("known bug")
    other.keyboard.press("Control+Enter")
    expect(other.locator(".post.note")).to_be_visible()
    ask_now(page)
    expect(page.locator("#news")).to_contain_text("note by Bella")
    expect(page.locator("#viewers")).to_contain_text("Bella is viewing too")


def test_tags_go_on_and_off_with_the_keyboard(
    sign_in: SignIn, bob: User, item: Item, complaints: list[str]
) -> None:
    page = opened(sign_in, "bob", item)
    page.keyboard.press("t")
    page.keyboard.type("Pairing")
    page.keyboard.press("Enter")
    expect(page.locator(".labels .label")).to_contain_text("#pairing")
    page.get_by_role("button", name="Remove tag pairing").click()
    expect(page.locator(".labels .label")).to_have_count(0)
    assert complaints == []


def test_what_is_snoozed_leaves_the_queue_and_wakes(
    sign_in: SignIn, bob: User, item: Item, complaints: list[str]
) -> None:
    page = opened(sign_in, "bob", item)
    page.keyboard.press("s")
    expect(page.locator("#snooze button").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#undo")).to_contain_text("Snoozed.")
    expect(page.locator("#item .owner").first).to_contain_text("snoozed until")
    page.goto("/queue/support/")
    expect(page.locator("#rows .row")).to_have_count(0)
    assert wake_due(now=timezone.now() + timedelta(hours=2)) == 1
    ask_now(page)
    expect(page.locator("#new")).to_have_text("1 new")
    assert complaints == []


def test_a_hand_off_is_undone_and_its_lesson_with_it(
    sign_in: SignIn, bob: User, item: Item, complaints: list[str]
) -> None:
    page = opened(sign_in, "bob", item)
    page.keyboard.press("h")
    page.keyboard.type("wants to buy")
    page.locator("#hand-off button").click()
    expect(page.locator("#undo")).to_contain_text("Handed off to Promo.")
    assert Lesson.objects.count() == 1
    page.locator("#item h2").focus()
    page.keyboard.press("z")
    expect(page.locator("#item")).to_contain_text("Undone.")
    expect(page.locator("#item .who")).to_contain_text("Support")
    assert not Lesson.objects.exists()
    assert Item.objects.get().queue == "support"
    assert complaints == []


def test_each_team_sees_how_the_other_sides_item_stands(
    sign_in: SignIn, bob: User, alice: User, item: Item, complaints: list[str]
) -> None:
    twin = share(item, bob, reason="they love it")
    page = opened(sign_in, "bob", item)
    expect(page.locator(".twin")).to_contain_text("Promo")
    expect(page.locator(".twin")).to_contain_text("unclaimed")
    page.get_by_role("link", name="View their item").click()
    expect(page.locator("#item")).to_have_attribute("data-item", str(twin.pk))
    expect(page.locator("#item .post .text")).to_have_text("my bike does not pair")
    assert complaints == []


def test_the_acts_behind_more_are_fetched_and_work(
    sign_in: SignIn, bob: User, bella: User, item: Item, complaints: list[str]
) -> None:
    arrive("and another thing", author="@dan", minutes=1)
    page = opened(sign_in, "bob", item)
    page.keyboard.press("m")
    expect(page.locator("#assign-to")).to_be_focused()
    page.locator("#assign-to").select_option(label="Bella")
    page.get_by_role("button", name="Assign").click()
    expect(page.locator("#item .owner")).to_have_text("Claimed by Bella")
    assert Item.objects.get(pk=item.pk).owner == bella
    assert complaints == []


def test_what_is_typed_and_where_one_reads_outlives_every_act(
    sign_in: SignIn, bob: User, complaints: list[str]
) -> None:
    can = {"title": "X", "acts": ["reply"], "longest": 280, "counting": "weighted"}
    channel = watch("X again", can=can)
    item = arrive("x " * 4000, author="@dan", channel=channel)
    page = opened(sign_in, "bob", item)
    page.locator("#reply-text").fill("half an ans")
    page.locator(".read").evaluate("read => { read.scrollTop = 300; }")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    expect(page.locator("#item .owner")).to_have_text("Claimed by you")
    expect(page.locator("#reply-text")).to_have_value("half an ans")
    assert page.locator(".read").evaluate("read => read.scrollTop") == 300
    assert complaints == []


def test_no_key_goes_astray_while_the_item_is_drawn_anew(
    sign_in: SignIn, bob: User, item: Item, complaints: list[str]
) -> None:
    page = opened(sign_in, "bob", item)
    words = "olga claims that the hose is kept zipped near ten mice"  # keys that act, all of them
    page.keyboard.press("i")
    page.evaluate("""() => {
      const how = { target: "#item", swap: "outerHTML" };
      const again = () => htmx.ajax("GET", location.pathname, how);
      window.turning = setInterval(again, 150);
    }""")
    page.keyboard.type(words, delay=30)
    page.evaluate("clearInterval(window.turning)")
    expect(page.locator("#note-text")).to_have_value(words)
    assert Item.objects.get(pk=item.pk).status == "open"
    assert complaints == []
