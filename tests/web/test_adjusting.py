"""Items that would stay, with another priority or tag: told beside those that would move."""

import pytest

from tests.web.conftest import at_desk
from tests.web.desk import arrive
from triage.tables import Item, User
from triage.tuning.policies import put_in_force
from triage.tuning.resorting import resort_asked

pytestmark = pytest.mark.django_db

LOOSE = "[thresholds]\npromo = 0.5\nsupport = 0.5\narchive = 0.5\n"
MONEY = '[[rules]]\nname = "Money"\nwhen = { contains = "refund" }\n'


@pytest.fixture
def stays(db: None) -> Item:
    """An item that a new rule would tag, beside one that it does not look at."""
    put_in_force(LOOSE, author=None, reason="to begin with")
    arrive("hello", confidence=0.9)
    item = arrive("my refund", confidence=0.9)
    put_in_force(LOOSE + MONEY + 'then = { tag = "money" }', author=None, reason="to find it")
    return item


def shown(user: User, address: str) -> str:
    return " ".join(at_desk(user).get(address).content.decode().split())


def test_the_page_counts_them_apart_and_sorts_them_anew(stays: Item, olga: User) -> None:
    page = shown(olga, "/tuning/?days=30")
    assert "would put 0 of them in another queue, and leave 1 in place with" in page
    assert "Re-sort 1 in place</button>" in page
    at_desk(olga).post("/tuning/resort/")
    assert resort_asked()
    page = shown(olga, "/tuning/?days=30")
    assert "0 items moved, 1 stayed with a new priority or tag." in page
    assert "in place" not in page
    assert f'<li data-item="{stays.pk}"' in shown(olga, "/queue/support/?tag=money")
    assert "tag #money." in shown(olga, f"/item/{stays.pk}/")


def test_a_draft_says_how_many_would_stay_so(stays: Item, olga: User) -> None:
    page = shown(olga, "/tuning/preview/?days=30&promo=50&support=95&archive=50")
    assert "Re-sorting would move 2 of them; you can" in page
    page = shown(olga, "/tuning/preview/?days=30&promo=60&support=50&archive=50")
    assert "Re-sorting would move 0 of them, and leave 1 in place with another" in page


def test_what_is_adjusted_is_no_news_of_the_queue(stays: Item, olga: User, bob: User) -> None:
    desk = at_desk(bob)
    top = desk.get("/queue/support/").context["list"].top
    at_desk(olga).post("/tuning/resort/")
    assert resort_asked()
    asked = f"queue=support&show=open&since={top}&top={top}&state=x"
    told = desk.get(f"/changes/?{asked}")
    assert told.context["news_of"][0][2] == 0
    assert [row.pk for row in told.context["rows"]] == [stays.pk]
