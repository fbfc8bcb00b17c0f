"""Choosing several items of a list, and both lanes on one page, as people do it."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.test_working import ask_now
from tests.web.desk import arrive
from triage.desk import items
from triage.tables import Item, User
from triage.tuning.policies import policy_row, put_in_force
from triage.tuning.policytext import with_both_lanes


@pytest.fixture
def four(db: None) -> list[Item]:
    return [arrive(f"post {number}", minutes=number) for number in range(4)]


def statuses() -> list[str]:
    return list(Item.objects.order_by("id").values_list("status", flat=True))


def chosen(page: Page, words: str) -> None:
    expect(page.locator("#chosen")).to_have_text(words)


def test_several_are_chosen_and_resolved_with_keys_and_come_back(
    sign_in: SignIn, bob: User, four: list[Item], complaints: list[str]
) -> None:
    page = sign_in("bob")
    for key in ("j", "x", "j", "j", "X"):
        page.keyboard.press(key)
    chosen(page, "3 selected")
    page.keyboard.press("k")
    page.keyboard.press("x")
    chosen(page, "2 selected")
    page.keyboard.press("e")
    expect(page.locator(".notice.done")).to_contain_text("2 items resolved.")
    expect(page.locator("#rows .row")).to_have_count(2)
    assert statuses() == ["resolved", "open", "resolved", "open"]
    page.keyboard.press("z")
    expect(page.locator(".notice.done")).to_contain_text("2 items restored.")
    expect(page.locator("#rows .row")).to_have_count(4)
    assert statuses() == ["open"] * 4
    assert complaints == []


def test_a_range_is_chosen_with_shift_and_all_with_one_key(
    sign_in: SignIn, bob: User, four: list[Item], complaints: list[str]
) -> None:
    page = sign_in("bob")
    boxes = page.locator("#rows input[type=checkbox]")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    chosen(page, "3 selected")
    page.keyboard.press("a")
    chosen(page, "4 selected")
    expect(page.locator("#choose-all")).to_be_checked()
    page.keyboard.press("Escape")
    chosen(page, "Select all")
    expect(page.locator("#sweep button").first).to_be_hidden()
    page.locator("#choose-all").check()
    chosen(page, "4 selected")
    assert complaints == []


def test_a_hand_off_of_several_asks_for_where_and_why(
    sign_in: SignIn, bob: User, four: list[Item], complaints: list[str]
) -> None:
    page = sign_in("bob")
    page.keyboard.press("a")
    page.keyboard.press("h")
    expect(page.locator("#sweep-to")).to_be_focused()
    page.locator("#sweep-to").select_option("promo")
    page.get_by_role("button", name="Hand off").click()
    expect(page.get_by_role("alert").first).to_contain_text("Give a short reason")
    chosen(page, "4 selected")
    page.get_by_label("Reason (for a hand-off").fill("fans")
    page.get_by_role("button", name="Hand off").click()
    expect(page.locator(".notice.done")).to_contain_text("4 items handed off.")
    assert set(Item.objects.values_list("queue", flat=True)) == {"promo"}
    assert not [each for each in complaints if "409" not in each]


def test_enter_in_a_field_presses_the_button_beside_it(
    sign_in: SignIn, bob: User, four: list[Item], complaints: list[str]
) -> None:
    page = sign_in("bob")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("t")
    expect(page.locator("#sweep-name")).to_be_focused()
    page.keyboard.type("launch")
    page.keyboard.press("Enter")
    expect(page.locator(".notice.done")).to_contain_text("1 item tagged.")
    expect(page.locator("#rows > li").first).to_contain_text("#launch")
    assert statuses() == ["open"] * 4
    assert complaints == []


def test_what_a_colleague_changes_stays_ticked_and_is_not_swept(
    sign_in: SignIn, bob: User, bella: User, four: list[Item], complaints: list[str]
) -> None:
    page = sign_in("bob")
    page.keyboard.press("a")
    items.release(items.claim(four[0], bella), bella)
    items.claim(four[1], bella)
    ask_now(page)
    expect(page.locator("#rows > li").nth(1)).to_contain_text("Claimed by Bella")
    chosen(page, "4 selected")
    page.get_by_role("button", name="Resolve").click()
    expect(page.locator(".notice.done")).to_contain_text("2 items resolved.")
    expect(page.locator(".notice.refused")).to_contain_text("2 were left unchanged.")
    expect(page.locator(".notice.refused")).to_contain_text("Bella has claimed it.")
    assert statuses() == ["open", "claimed", "resolved", "resolved"]
    assert complaints == []


def test_all_that_match_works_without_a_script(
    sign_in: SignIn, bob: User, four: list[Item]
) -> None:
    page = sign_in("bob", script=False)
    page.get_by_role("link", name="Select all matching").click()
    expect(page.locator("#main")).to_contain_text("All 4 items of Support are selected below.")
    page.locator("input[name=item]").first.uncheck()
    page.get_by_role("button", name="Resolve").click()
    expect(page.locator(".notice.done")).to_contain_text("3 items resolved.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".notice.done")).to_contain_text("3 items restored.")
    assert statuses() == ["open"] * 4


@pytest.fixture
def both(olga: User) -> None:
    """Both lanes stand on one page."""
    text = with_both_lanes(policy_row().text, True)
    put_in_force(text, author=olga, reason="one person does both")


@pytest.mark.usefixtures("both")
def test_both_lanes_stand_side_by_side_and_have_the_same_keys(
    sign_in: SignIn, complaints: list[str]
) -> None:
    for number in range(2):
        arrive(f"question {number}", minutes=number)
        arrive(f"lead {number}", intent="lead", minutes=number)
    page = sign_in("olga")
    page.goto("/queue/support/")
    promo, support = page.locator("#rows-promo"), page.locator("#rows")
    left, right = promo.bounding_box(), support.bounding_box()
    assert left
    assert right
    assert left["x"] < right["x"]
    expect(page).to_have_title("(4) Support · Triage")
    page.keyboard.press("j")
    expect(support.locator(".row").nth(0)).to_be_focused()
    page.keyboard.press("l")
    page.keyboard.press("j")
    expect(promo.locator(".row").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#item .text")).to_have_text("lead 1")
    expect(support).to_be_visible()
    page.keyboard.press("n")
    expect(page.locator("#item .text")).to_have_text("question 0")
    arrive("question 3", minutes=3), arrive("lead 3", intent="lead", minutes=3)
    ask_now(page)
    expect(page.locator("#new")).to_have_text("1 new")
    page.locator("#new-promo a").click()
    expect(promo.locator(".row")).to_have_count(3)
    expect(page.locator("#new")).to_have_text("1 new")
    assert complaints == []


@pytest.mark.usefixtures("both")
def test_where_there_is_less_room_the_lane_that_was_asked_for_is_shown(
    sign_in: SignIn, complaints: list[str]
) -> None:
    arrive("question"), arrive("lead", intent="lead")
    phone = sign_in("olga", width=390)
    phone.goto("/queue/support/")
    expect(phone.get_by_text("question", exact=True).first).to_be_visible()
    expect(phone.locator("#list-promo")).to_be_hidden()
    phone.get_by_role("navigation", name="Queues").get_by_role("link", name="Promo").click()
    expect(phone.locator("#list-support")).to_be_hidden()
    laptop = sign_in("olga", width=1280)
    laptop.goto("/queue/support/")
    laptop.locator("#rows-promo .row").click()
    expect(laptop.locator("#item .text")).to_have_text("lead")
    expect(laptop.locator("#list-promo")).to_be_visible()
    expect(laptop.locator("#list")).to_be_hidden()
    laptop.keyboard.press("l")
    laptop.wait_for_url("**/queue/support/")
    assert complaints == []
