"""What axe says of the pages: nothing serious or critical, light and dark, wide and narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import SignIn
from tests.web.desk import arrive, ours, watch
from triage.desk.muting import mute
from triage.desk.notes import add_note
from triage.desk.savedreplies import save_reply
from triage.desk.tagging import tag
from triage.finding.indexing import index_new
from triage.tables import Item, User
from triage.tuning.campaigns import Wanted, save_campaign
from triage.tuning.growing import retire_intent
from triage.tuning.policies import policy_row, put_in_force
from triage.tuning.policytext import with_both_lanes

CAN = {"title": "X", "acts": ["reply", "hide", "like"], "longest": 280, "counting": "weighted"}
PAGES = (
    "/queue/support/", "/queue/review/", "/item/{item}/", "/item/{item}/?act=hand-off",
    "/item/{item}/?act=snooze", "/item/{item}/?act=others", "/item/{item}/?act=tag",
    "/item/{item}/?act=note", "/mentions/", "/muted/", "/saved-replies/", "/reports/",
    "/channels/", "/dead-letters/", "/sweep/?place=support-open", "/campaigns/",
    "/tuning/inbox/", "/items/?q=bike", "/queue/support/?filter=1", "/queue/promo/",
    "/intents/", "/intents/lead/", "/tuning/rules/",
)  # fmt: skip
WORST = ("serious", "critical")


@pytest.fixture
def item(olga: User, bob: User) -> Item:
    channel = watch(can=CAN)
    ours("Our post.", id="root", conversation="c", channel=channel)
    item = arrive(
        "my bike does not pair",
        author="@dan",
        channel=channel,
        conversation="c",
        sentiment="negative",
    )
    other = arrive("spam", author="@spam", channel=channel, minutes=1)
    arrive("unsure", confidence=0.4)
    add_note(item, bob, text="@olga can you look?")
    tag(item, bob, name="pairing")
    save_reply(olga, title="Thanks", text="Thank you, {author}!")
    retire_intent("event", by=olga, reason="none here")
    assert other.person
    mute(other.person, bob, reason="only advertising")
    save_campaign(Wanted("Spring", ("bike",)), olga)
    put_in_force(with_both_lanes(policy_row().text, True), author=olga, reason="both jobs")
    index_new()
    return item


@pytest.mark.parametrize(
    ("width", "dark"), [(1440, False), (1440, True), (390, False), (390, True)]
)
def test_nothing_serious_on_any_page(width: int, dark: bool, sign_in: SignIn, item: Item) -> None:
    page = sign_in("olga", width=width, dark=dark)
    for address in PAGES:
        page.goto(address.format(item=item.pk))
        found = Axe().run(page).response["violations"]
        bad = [
            (each["id"], [node["target"] for node in each["nodes"]][:3])
            for each in found
            if each["impact"] in WORST
        ]
        assert bad == [], address
