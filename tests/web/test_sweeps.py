"""One act for many items of a list."""

import pytest
from django.test import Client

from tests.web.conftest import at_desk
from tests.web.desk import arrive
from triage.desk import items
from triage.desk.sweeping import AT_ONCE
from triage.tables import Item, User

pytestmark = pytest.mark.django_db


def tick(*found: Item) -> list[str]:
    return [f"{item.pk}~{item.version}" for item in found]


def sweep(desk: Client, act: str, found: list[str], **fields: str) -> str:
    """Do it, and read the page that follows."""
    form = {"place": "support-open", "act": act, "item": found, **fields}
    answer = desk.post("/sweep/do/", form, follow=True)
    return answer.content.decode()


def test_ticked_items_are_resolved_and_come_back_with_one_undo(bob: User) -> None:
    found, left = [arrive("one"), arrive("two")], arrive("three")
    desk = at_desk(bob)
    page = sweep(desk, "resolve", tick(*found))
    assert "2 items resolved." in page
    assert [row.text for row in desk.get("/queue/support/").context["list"].rows] == ["three"]
    stroke = page.partition('name="stroke" value="')[2].partition('"')[0]
    page = desk.post("/undo/", {"stroke": stroke, "from": "support-open"}, follow=True)
    assert "2 items restored." in page.content.decode()
    assert set(Item.objects.values_list("status", flat=True)) == {"open"}
    left.refresh_from_db()
    assert left.version == 1


def test_what_somebody_else_has_stays_and_says_so(bob: User, bella: User) -> None:
    free, hers = arrive("free"), arrive("hers", author="@hers")
    ticked = tick(free, hers)
    items.claim(hers, bella)
    page = sweep(at_desk(bob), "resolve", ticked)
    assert "1 item resolved." in page
    assert "1 was left unchanged. @hers: Bella has claimed it." in page
    hers.refresh_from_db()
    assert (hers.status, hers.owner) == ("claimed", bella)


@pytest.mark.parametrize(
    ("act", "fields", "told", "changed"),
    [
        ("claim", {}, "2 items claimed.", {"status": "claimed"}),
        ("hand-off", {"to": "promo", "reason": "fans"}, "2 items handed off.", {"queue": "promo"}),
        ("hand-off", {"to": "archive", "reason": "bots"}, "handed off.", {"intent": "noise"}),
        ("snooze", {"until": "answer"}, "2 items snoozed.", {"snoozed": True}),
        ("tag", {"name": "#Launch"}, "2 items tagged.", {"item_tags__tag__name": "launch"}),
    ],
)
def test_every_act_of_the_panel_reaches_all_that_is_ticked(
    act: str, fields: dict[str, str], told: str, changed: dict[str, object], bob: User
) -> None:
    found = [arrive("one"), arrive("two")]
    assert told in sweep(at_desk(bob), act, tick(*found), **fields)
    assert Item.objects.filter(**changed).count() == 2


def test_items_are_given_to_a_colleague(bob: User, bella: User) -> None:
    found = [arrive("one"), arrive("two")]
    assert "2 items assigned." in sweep(
        at_desk(bob), "assign", tick(*found), colleague=str(bella.pk)
    )
    assert Item.objects.filter(owner=bella).count() == 2


def test_resolved_items_are_reopened(bob: User) -> None:
    found = [items.resolve(arrive("one"), bob), items.resolve(arrive("two"), bob)]
    assert "2 items reopened." in sweep(
        at_desk(bob), "reopen", tick(*found), place="support-resolved"
    )
    assert set(Item.objects.values_list("status", flat=True)) == {"open"}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"act": "hand-off", "to": "promo"}, "Give a short reason"),
        ({"act": "hand-off", "reason": "my careful words"}, "Choose where to hand them off."),
        ({"act": "snooze"}, "Choose how long to snooze it."),
        ({"act": "assign"}, "Choose who to assign them to."),
        ({"act": "tag", "name": " "}, "A tag needs a name."),
        ({"act": "nonsense"}, "Choose an action"),
    ],
)
def test_what_is_missing_is_asked_for_and_nothing_that_was_ticked_or_typed_is_lost(
    fields: dict[str, str], says: str, bob: User
) -> None:
    found = [arrive("one"), arrive("two")]
    form = {"place": "support-open", "item": tick(*found), **fields}
    answer = at_desk(bob).post("/sweep/do/", form)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert says in page
    assert all(f'value="{word}" checked' in page for word in tick(*found))
    assert fields.get("reason", "") in page
    assert set(Item.objects.values_list("version", flat=True)) == {1}


def test_without_a_tick_nothing_is_done(bob: User) -> None:
    arrive()
    answer = at_desk(bob).post("/sweep/do/", {"place": "support-open", "act": "resolve"})
    assert "Select at least one item." in answer.content.decode()


def test_all_that_match_are_listed_with_their_number_before_anything_is_done(bob: User) -> None:
    for number in range(60):
        arrive(f"post {number}", author="@spam" if number < 55 else "@dan")
    spam = Item.objects.filter(author="@spam").first()
    assert spam is not None
    page = at_desk(bob).get(f"/sweep/?place=support-open~person={spam.person_id}")
    assert page.context["words"] == "All 55 items of Support"
    assert page.content.decode().count('~1" checked>') == 55


def test_more_than_can_be_done_at_once_is_said_with_the_number(bob: User) -> None:
    item = arrive()
    Item.objects.bulk_create(
        Item(channel=item.channel, key=f"k{n}", queue="support", posted_at=item.posted_at)
        for n in range(AT_ONCE + 4)
    )
    words = at_desk(bob).get("/sweep/?place=support-open").context["words"]
    assert words == f"The first {AT_ONCE} items of Support, of {AT_ONCE + 5} matches"


def test_what_a_search_finds_can_be_chosen_whole(bob: User) -> None:
    from triage.finding.indexing import index_new

    arrive("a cheap loan"), arrive("another loan"), arrive("a question")
    index_new()
    answer = at_desk(bob).get("/sweep/?place=-all~q=loan")
    assert [row.text for row in answer.context["rows"]] == ["another loan", "a cheap loan"]


def test_who_does_not_work_in_a_queue_can_choose_nothing_there(alice: User) -> None:
    item = arrive()
    page = at_desk(alice).get("/queue/support/").content.decode()
    assert 'name="item"' not in page
    assert (
        "your team does not work this queue"
        in at_desk(alice).get("/sweep/?place=support-open").content.decode()
    )
    said = sweep(at_desk(alice), "resolve", tick(item))
    assert "Your team does not work the support queue." in said


def test_a_list_offers_ticks_with_the_version_that_is_shown(bob: User) -> None:
    item = items.release(items.claim(arrive(), bob), bob)
    page = at_desk(bob).get("/queue/support/").content.decode()
    assert f'value="{item.pk}~{item.version}"' in page


@pytest.mark.parametrize("place", ["", "nowhere-open", "support-nonsense"])
def test_a_place_that_is_none_is_not_found(place: str, bob: User) -> None:
    assert at_desk(bob).get(f"/sweep/?place={place}").status_code == 404
