"""Views: lists across all queues, filters in the address, and lists kept under a name."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.web.conftest import at_desk
from tests.web.desk import arrive, watch
from triage.desk.claims import claim
from triage.desk.snoozing import snooze
from triage.finding.views import FRESH, MOST
from triage.tables import Item, User, View
from triage.web.counts import counts_for

pytestmark = pytest.mark.django_db


def texts(answer: object) -> list[str]:
    return [row.text for row in answer.context["list"].rows]


def links(answer: object) -> dict[str, str]:
    return {link.words: link.number for link in answer.context["view_links"]}


def late(text: str, minutes: float, **fields: object) -> Item:
    """An item whose warning was so many minutes ago."""
    item = arrive(text, **fields)
    at = timezone.now() - timedelta(minutes=minutes)
    Item.objects.filter(pk=item.pk).update(warn_at=at, due_at=at + timedelta(minutes=30))
    return item


def keep(user: User, name: str, **fields: str) -> object:
    return at_desk(user).post("/views/", {"name": name, "queue": "", "show": "open", **fields})


def test_mine_at_risk_and_snoozed_go_across_the_queues(olga: User) -> None:
    claim(arrive("mine", intent="lead"), olga)
    snooze(arrive("asleep"), olga, until=None, reason="")
    late("late promo", 45, intent="lead")
    late("late support", 20)
    desk = at_desk(olga)
    assert texts(desk.get("/items/?show=mine")) == ["mine"]
    assert texts(desk.get("/items/?show=snoozed")) == ["asleep"]
    answer = desk.get("/items/?show=risk")
    assert texts(answer) == ["late promo", "late support"]
    assert links(answer) == {"Mine": "1", "At risk": "2", "Snoozed": "1"}
    page = answer.content.decode()
    assert "15 min overdue" in page
    assert "left" in page


def test_at_risk_is_a_tab_of_each_queue(bob: User) -> None:
    late("late promo", 45, intent="lead")
    late("late support", 20)
    answer = at_desk(bob).get("/queue/support/?show=risk")
    assert texts(answer) == ["late support"]
    assert "At risk 1" in [tab.word for tab in answer.context["list"].tabs]


def test_pages_of_what_is_at_risk_follow_each_other(bob: User) -> None:
    made = [late(f"n{n}", 200 - n, intent=("lead", "question")[n % 2]) for n in range(70)]
    seen, address = [], "/items/?show=risk"
    while address:
        answer = at_desk(bob).get(address)
        seen += [row.pk for row in answer.context["list"].rows]
        address = answer.context["list"].more
    assert seen == [item.pk for item in made]


def test_filters_in_the_address_narrow_a_list_and_can_be_taken_away(bob: User) -> None:
    here = arrive("here", channel=watch("Forum"))
    arrive("there", channel=watch("X mentions"))
    answer = at_desk(bob).get(f"/queue/support/?channel={here.channel_id}&intent=question")
    assert texts(answer) == ["here"]
    chips = {chip.words: chip.address for chip in answer.context["list"].chips}
    assert chips == {
        "channel Forum": "/queue/support/?intent=question",
        "question": f"/queue/support/?channel={here.channel_id}",
    }


def test_the_form_of_the_filters_shows_what_is_on(bob: User) -> None:
    arrive("here", channel=watch("Forum"))
    page = at_desk(bob).get("/queue/support/?intent=question&lang=sw&filter=1").content.decode()
    assert '<option value="question" selected>' in page
    assert '<option value="sw" selected>' in page
    assert "Forum" in page


def test_a_kept_view_stands_in_the_navigation_with_its_number(bob: User, bella: User) -> None:
    arrive("one", intent="question")
    arrive("two", intent="feedback")
    answer = keep(bob, "Questions", intent="question")
    assert answer.status_code == 302
    page = at_desk(bob).get(answer["Location"])
    assert texts(page) == ["one"]
    assert links(page)["Questions"] == "1"
    assert page.context["list"].title == "Questions"
    assert "Questions" not in links(at_desk(bella).get("/queue/support/"))


def test_a_shared_view_is_everybodys_and_its_owners_to_delete(
    bob: User, bella: User, olga: User
) -> None:
    keep(bob, "Questions", intent="question", shared="1")
    [view] = View.objects.all()
    assert "Questions" in links(at_desk(bella).get("/queue/support/"))
    at_desk(bella).post(f"/views/{view.pk}/drop/")
    assert View.objects.exists()
    at_desk(olga).post(f"/views/{view.pk}/drop/")
    assert not View.objects.exists()


def test_nobody_deletes_a_view_that_is_not_shared_with_them(bob: User, olga: User) -> None:
    keep(bob, "Questions", intent="question")
    [view] = View.objects.all()
    assert at_desk(olga).post(f"/views/{view.pk}/drop/").status_code == 404
    assert at_desk(bob).post(f"/views/{view.pk}/drop/").status_code == 302
    assert not View.objects.exists()


def test_the_same_name_again_replaces_the_view(bob: User) -> None:
    keep(bob, "Mine", intent="question")
    keep(bob, " Mine ", intent="feedback")
    [view] = View.objects.all()
    assert view.query == "intent=feedback"


@pytest.mark.parametrize(("name", "words"), [("  ", "needs a name"), ("x" * 61, "at most 60")])
def test_a_wrong_name_is_refused_in_a_sentence(bob: User, name: str, words: str) -> None:
    desk = at_desk(bob)
    answer = desk.post("/views/", {"name": name, "queue": "", "show": "open", "intent": "lead"})
    assert words in desk.get(answer["Location"]).content.decode()
    assert not View.objects.exists()


def test_nobody_fills_the_navigation_without_end(bob: User) -> None:
    for number in range(MOST + 1):
        keep(bob, f"view {number}", intent="question")
    assert View.objects.count() == MOST


def test_one_count_serves_everybody_for_a_while(bob: User, bella: User) -> None:
    arrive("one", intent="question")
    keep(bob, "Questions", intent="question", shared="1")
    assert [view.counted for view in counts_for(bob).views] == [1]
    arrive("two", intent="question")
    assert [view.counted for view in counts_for(bella).views] == [1]
    View.objects.update(counted_at=timezone.now() - 2 * FRESH)
    assert [view.counted for view in counts_for(bella).views] == [2]


def test_what_is_a_number_of_each_persons_own_is_not_counted_for_all(bob: User) -> None:
    keep(bob, "Mine", owner="me", shared="1")
    assert [view.counted for view in counts_for(bob).views] == [None]


def test_a_list_with_many_views_has_few_queries(
    bob: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        late(f"post {number}", number)
        keep(bob, f"view {number}", intent="question", shared="1")
    desk = at_desk(bob)
    for address in ("/queue/support/", "/items/?show=risk", "/items/?filter=1&intent=question"):
        with django_assert_max_num_queries(15):
            desk.get(address)


def test_a_list_of_all_queues_hears_of_changes(bob: User, bella: User) -> None:
    item = arrive("one")
    page = at_desk(bob).get("/items/?show=open&intent=question")
    since = page.context["list"].top
    claim(item, bella)
    asked = f"/changes/?queue=&show=open&intent=question&since={since}&top={since}&state=x"
    assert "Claimed by Bella" in at_desk(bob, htmx=True).get(asked).content.decode()
