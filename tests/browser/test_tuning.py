"""Tuning in a real browser: move a threshold, see what would change, save, re-sort."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.web.desk import arrive
from triage.tables import Item, User
from triage.tuning.policies import adopt_file, policy_row
from triage.tuning.resorting import resort_asked


@pytest.fixture(autouse=True)
def _policy(transactional_db: None, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text("[thresholds]\npromo = 0.5\nsupport = 0.5\n", encoding="utf-8")
    adopt_file(file)


def test_a_threshold_is_moved_foreseen_saved_and_what_waits_re_sorted(
    sign_in: SignIn, olga: User, complaints: list[str]
) -> None:
    item = arrive("how do I pair it?", confidence=0.9)
    arrive("where is my order?", confidence=0.99)
    page = sign_in("olga")
    page.get_by_role("link", name="Tuning").click()
    expect(page.locator("#preview")).to_contain_text("Based on 2 posts from the last 30 days")
    slider = page.get_by_label("Support", exact=True)
    slider.fill("95")
    preview = page.locator("#preview")
    expect(preview).to_contain_text("1 post would change queue")
    expect(page.locator("#v-support")).to_have_text("95%")
    expect(preview.get_by_role("img").first).to_be_visible()
    page.get_by_label("Reason", exact=True).fill("too much was wrong")
    slider.fill("96")
    expect(page.locator("#v-support")).to_have_text("96%")
    expect(page.get_by_label("Reason", exact=True)).to_have_value("too much was wrong")
    page.get_by_role("button", name="Save as policy 2").click()
    expect(page.locator(".notice.done")).to_contain_text("Policy 2 is active")
    assert (policy_row().reason, policy_row().author) == ("too much was wrong", olga)
    assert Item.objects.get(pk=item.pk).queue == "support"
    page.get_by_role("button", name="Re-sort 1 waiting item").click()
    expect(page.locator(".notice.done")).to_contain_text("Re-sorting waiting items under policy 2")
    assert resort_asked()
    page.goto(f"/item/{item.pk}/")
    expect(page.locator("#item")).to_contain_text("re-sorted; to Review by the model")
    assert complaints == []


def test_a_rule_is_written_tried_and_saved_without_a_script(sign_in: SignIn, olga: User) -> None:
    arrive("my refund please", confidence=0.9)
    page = sign_in("olga", script=False)
    page.goto("/tuning/rules/")
    page.get_by_label("Name").fill("Money")
    page.get_by_label("Text contains any of").fill("refund")
    page.get_by_label("Question", exact=True).check()
    page.get_by_label("Send to queue").select_option("promo")
    page.get_by_label("Hold replies for approval").check()
    page.get_by_role("button", name="Add rule").click()
    expect(page.locator(".rulelist")).to_contain_text("Dry run: matched 1 post.")
    expect(page.locator(".moving")).to_contain_text("Support to Promo")
    page.get_by_label("Reason", exact=True).fill("promo pays them")
    page.get_by_role("button", name="Save as new policy").click()
    expect(page.get_by_role("status").first).to_contain_text("Policy 2 is active")
    assert 'name = "Money"' in policy_row().text
    assert "approval = true" in policy_row().text
