"""The response times page in a browser: reading it, and taking its figures along."""

import csv
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import SignIn
from tests.web.desk import arrive
from triage.desk.items import claim, resolve
from triage.tables import AuditEntry, Item, User


@pytest.fixture
def answered(olga: User) -> None:
    """Conversations of this week, one of them answered and done."""
    item = arrive()
    arrive("where to buy?", intent="lead")
    claim(item, olga)
    resolve(Item.objects.get(pk=item.pk), olga)
    Item.objects.filter(pk=item.pk).update(reply_seconds=3 * 3600, resolve_seconds=4 * 3600)


@pytest.mark.parametrize(
    ("width", "dark"), [(1440, False), (1440, True), (390, False), (390, True)]
)
def test_it_can_be_read_on_every_screen(
    width: int, dark: bool, sign_in: SignIn, answered: None, complaints: list[str]
) -> None:
    page = sign_in("olga", width=width, dark=dark)
    page.goto("/reports/")
    page.get_by_role("link", name="Response times of this week").click()
    page.get_by_role("heading", name="By department").wait_for()
    assert page.get_by_text("Customer Service").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
    assert complaints == []


def test_the_figures_are_taken_along_as_a_sheet(
    sign_in: SignIn, answered: None, tmp_path: Path
) -> None:
    page = sign_in("olga")
    page.goto("/reports/times/")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download CSV").click()
    file = tmp_path / coming.value.suggested_filename
    coming.value.save_as(file)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        first = next(csv.DictReader(lines))
    assert (first["group"], first["conversations"], first["reply_median"]) == (
        "all",
        "2",
        "10800.0",
    )
    assert AuditEntry.objects.get(event="exported").actor == "olga"
