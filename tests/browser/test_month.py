"""A day of ops in a real browser: every page of tuning, one after the other."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.web.desk import arrive
from triage.tables import Lesson, Reading, Training, User
from triage.tuning.policies import adopt_file, policy_row

POLICY = """[thresholds]
promo = 0.5
support = 0.5

[review]
sure = 1
unsure = 0
second = 0
"""
WHY = "Reason"


@pytest.fixture(autouse=True)
def _policy(transactional_db: None, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(POLICY, encoding="utf-8")
    adopt_file(file)


def test_ops_go_through_every_page_of_tuning(
    sign_in: SignIn, olga: User, complaints: list[str]
) -> None:
    arrive("is the line at your shop long?", intent="awareness", confidence=0.9)
    arrive("is the coffee at your shop good?", intent="awareness", confidence=0.9, minutes=1)
    page = sign_in("olga")
    page.get_by_role("link", name="Tuning").click()
    _move_a_threshold(page)
    _write_a_rule(page)
    _compare_and_go_back(page)
    _add_an_intent(page)
    _read_the_sample(page)
    _look_at_the_accuracy(page)
    _ask_for_a_training(page)
    assert complaints == []


def _move_a_threshold(page: Page) -> None:
    page.get_by_label("Promo", exact=True).fill("95")
    preview = page.locator("#preview")
    expect(preview).to_contain_text("2 posts would change queue")
    preview.get_by_label(WHY).fill("nobody of the shop reads promo")
    preview.get_by_role("button", name="Save as policy 2").click()
    expect(page.locator(".notice.done")).to_contain_text("Policy 2 is active")


def _write_a_rule(page: Page) -> None:
    page.get_by_role("link", name="Rules", exact=True).click()
    page.get_by_label("Name", exact=True).fill("Shop")
    page.get_by_label("Text contains any of").fill("your shop")
    page.get_by_label("Send to queue").select_option("support")
    page.get_by_role("button", name="Add rule").click()
    expect(page.locator(".rulelist")).to_contain_text("Dry run: matched 2 posts.")
    page.get_by_label(WHY).fill("they wait in the line")
    page.get_by_role("button", name="Save as new policy").click()
    expect(page.get_by_role("status")).to_contain_text("Policy 3 is active")


def _compare_and_go_back(page: Page) -> None:
    page.get_by_role("link", name="Versions").click()
    page.get_by_label("Compare").select_option("1")
    page.get_by_label("with", exact=True).select_option("3")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator(".diff .added").first).to_be_visible()
    expect(page.locator(".diff")).to_contain_text('name = "Shop"')
    page.get_by_role("button", name="Restore policy 1").click()
    expect(page.get_by_role("status")).to_contain_text("It restores policy 1")
    assert policy_row().text == POLICY


def _add_an_intent(page: Page) -> None:
    page.get_by_role("link", name="Intents").click()
    page.get_by_label("Name", exact=True).fill("shop visit")
    page.get_by_label("Success measure").fill("Visits of the shop")
    page.get_by_label("Accountable department").fill("Sales")
    page.get_by_label("Queue on public channels").select_option("support")
    page.get_by_label("Queue on community channels").select_option("support")
    page.get_by_label("Labelling guide").fill("Speaks of going to the shop.")
    page.get_by_label(WHY).last.fill("nobody of the shop reads promo")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("People can use it now")


def _read_the_sample(page: Page) -> None:
    page.goto("/review/?lane=sample")
    expect(page.locator("#card")).to_contain_text("at your shop")
    page.get_by_role("button", name="Shop visit").click()
    expect(page.locator("#lane-said")).to_contain_text("The model said awareness, 90% confidence")
    assert Reading.objects.get().intent == Lesson.objects.get().intent == "shop_visit"


def _look_at_the_accuracy(page: Page) -> None:
    page.get_by_role("link", name="Accuracy").first.click()
    expect(page.locator(".matrix")).to_contain_text("shop visit")
    page.locator(".matrix a").click()
    expect(page.locator("main")).to_contain_text("at your shop")


def _ask_for_a_training(page: Page) -> None:
    page.get_by_role("link", name="Models").click()
    page.get_by_role("button", name="Train now").click()
    expect(page.locator("#trainings")).to_contain_text("started by Olga")
    assert Training.objects.get().state == Training.State.WAITING
