"""The campaigns page, and campaigns on items and lists."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.web.conftest import at_desk
from tests.web.desk import arrive
from triage.tables import Campaign, Item, User
from triage.tuning.campaigns import Wanted, save_campaign
from triage.vocabulary import Queue

pytestmark = pytest.mark.django_db
FORM = {"name": "Volt Day", "marks": "#VoltDay, volt day", "starts_on": "2025-11-01"}


def test_ops_adds_one_and_sees_what_it_has_brought(olga: User) -> None:
    who = {"author": "@ann", "author_id": "a", "reach": 41_200}
    arrive("love #voltday", intent="lead", **who)
    arrive("more #voltday", intent="lead", conversation="other", **who)
    arrive("does the Volt Day price last?", author="@dan", author_id="d", reach=100)
    arrive("something else")
    desk = at_desk(olga)
    page = desk.post("/campaigns/", FORM, follow=True)
    assert "Saved. 3 items of what is here belong to Volt Day." in page.content.decode()
    line = page.context["lines"][0]
    assert (line.items, line.promo, line.support, line.waiting) == (3, 2, 1, 3)
    assert line.reached == "41\u202f300", "each author is counted once"
    rows = desk.get(line.address).context["list"].rows
    assert len(rows) == 3
    assert {row.campaign for row in rows} == {"Volt Day"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": " "}, "A campaign needs a name"),
        ({"marks": " , "}, "Say by what its posts are known"),
        ({"ends_on": "2025-10-31"}, "It ends before it begins"),
        ({"starts_on": "2025-02-30"}, "is not a date"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    change: dict[str, str], says: str, olga: User
) -> None:
    answer = at_desk(olga).post("/campaigns/", FORM | change)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert says in page
    assert (FORM | change)["name"] in page
    assert "#VoltDay, volt day" in page or "marks" in change
    assert not Campaign.objects.exists()


def test_one_is_changed_and_deleted(olga: User) -> None:
    item = arrive("#spring it is")
    save_campaign(Wanted("Volt Day", ("#voltday",)), olga)
    row, desk = Campaign.objects.get(), at_desk(olga)
    assert "#voltday" in desk.get(f"/campaigns/{row.pk}/").content.decode()
    desk.post(f"/campaigns/{row.pk}/", FORM | {"marks": "#spring"})
    item.refresh_from_db()
    assert item.campaign == row
    page = desk.post(f"/campaigns/{row.pk}/drop/", follow=True).content.decode()
    assert "Campaign Volt Day deleted. Its items stay." in page
    item.refresh_from_db()
    assert item.campaign is None


def test_teams_see_them_and_change_nothing(alice: User, olga: User) -> None:
    save_campaign(Wanted("Volt Day", ("#voltday",)), olga)
    page = at_desk(alice).get("/campaigns/").content.decode()
    assert "Volt Day" in page
    assert "Add campaign" not in page
    assert at_desk(alice).post("/campaigns/", FORM | {"name": "Mine"}).status_code == 404
    assert Campaign.objects.count() == 1


def test_a_promo_item_shows_reach_campaign_and_measure(alice: User, olga: User) -> None:
    item = arrive("love #voltday", intent="lead", author_id="a", reach=41_200)
    save_campaign(Wanted("Volt Day", ("#voltday",)), olga)
    row = at_desk(alice).get("/queue/promo/").context["list"].rows[0]
    assert (row.reach, row.campaign, row.department) == ("41\u202fk", "Volt Day", "Drive leads")
    page = at_desk(alice).get(f"/item/{item.pk}/").content.decode()
    assert "<dt>Campaign</dt><dd>Volt Day</dd>" in page
    assert "<dt>Measure</dt><dd>Drive leads</dd>" in page
    assert "41\u202f200 followers" in page
    assert f'href="/items/?campaign={Campaign.objects.get().pk}"' in page


def test_lists_are_narrowed_to_a_campaign(alice: User, olga: User) -> None:
    arrive("love #voltday", intent="lead")
    arrive("love it", intent="lead")
    save_campaign(Wanted("Volt Day", ("#voltday",)), olga)
    pk = Campaign.objects.get().pk
    answer = at_desk(alice).get(f"/queue/promo/?campaign={pk}&filter=1")
    assert [row.text for row in answer.context["list"].rows] == ["love #voltday"]
    assert "campaign Volt Day" in answer.content.decode()
    assert f'<option value="{pk}" selected>Volt Day</option>' in answer.content.decode()


def test_the_page_costs_the_same_for_many(
    olga: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    item = arrive("x", reach=5, author_id="a")
    rows = Campaign.objects.bulk_create(Campaign(name=f"c{n}", marks=["x"]) for n in range(20))
    Item.objects.filter(pk=item.pk).update(campaign=rows[0], queue=Queue.PROMO)
    desk = at_desk(olga)
    with django_assert_max_num_queries(8):
        desk.get("/campaigns/")


def test_the_report_of_a_week_tells_its_campaigns(alice: User, olga: User) -> None:
    who = {"author": "@ann", "author_id": "a", "reach": 41_200}
    arrive("love #voltday", intent="lead", **who)
    arrive("more #voltday", intent="lead", conversation="other", **who)
    old = arrive("early #voltday", intent="lead")
    Item.objects.filter(pk=old.pk).update(opened_at=timezone.now() - timedelta(days=30))
    assert at_desk(alice).get("/reports/").context["echoes"] == ()
    save_campaign(Wanted("Volt Day", ("#voltday",)), olga)
    answer = at_desk(alice).get("/reports/")
    (echo,) = answer.context["echoes"]
    assert (echo.name, echo.opened, echo.open, echo.followers) == ("Volt Day", 2, 2, 41_200)
    assert "Volt Day" in answer.content.decode()
