"""What an open page asks every few seconds."""

import re

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.web.conftest import at_desk
from tests.web.desk import arrive, watch
from triage.desk import items
from triage.desk.tagging import tag
from triage.tables import Channel, User

pytestmark = pytest.mark.django_db


def pulse(page: str) -> str:
    """The address that a page asks again and again."""
    found = re.search(r'hx-get="(/changes/[^"]+)"', page)
    assert found
    return found.group(1).replace("&amp;", "&")


def ask(user: User, address: str) -> object:
    return at_desk(user, htmx=True).get(address)


def loaded(user: User, address: str = "/queue/support/") -> str:
    return pulse(at_desk(user).get(address).content.decode())


def test_nothing_new_is_an_empty_answer_of_five_queries(
    bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    arrive()
    address, desk = loaded(bob), at_desk(bob, htmx=True)
    assert desk.get(address).status_code == 204
    with django_assert_num_queries(5):  # the session, the person, the numbers, the views, the desk
        answer = desk.get(address)
    assert answer.status_code == 204
    assert not answer.content


def test_new_posts_announce_themselves_and_the_numbers_follow(bob: User) -> None:
    arrive()
    address = loaded(bob)
    arrive(), arrive(), arrive(intent="lead")
    page = ask(bob, address).content.decode()
    assert ">2 new</a>" in page
    assert '<span class="n" id="n-support" hx-swap-oob="true">3</span>' in page
    assert '<span class="n" id="n-promo" hx-swap-oob="true">1</span>' in page
    assert ask(bob, pulse(page)).status_code == 204


def test_the_announcement_adds_up_until_the_list_is_loaded_again(bob: User) -> None:
    address = loaded(bob)
    arrive()
    second = pulse(ask(bob, address).content.decode())
    arrive()
    assert ">2 new</a>" in ask(bob, second).content.decode()
    assert ask(bob, loaded(bob)).status_code == 204


def test_what_comes_back_to_a_queue_is_new_and_what_one_does_oneself_is_not(
    bob: User, bella: User, alice: User
) -> None:
    handed, reopened, own = arrive(intent="lead"), arrive(), arrive()
    items.resolve(reopened, bella)
    items.resolve(own, bob)
    address = loaded(bob)
    items.hand_off(handed, alice, to="support", reason="theirs")
    items.reopen(reopened, bella)
    items.reopen(own, bob)
    assert ">2 new</a>" in ask(bob, address).content.decode()


def test_a_row_that_a_colleague_claimed_is_sent_and_the_reader_is_told(
    bob: User, bella: User
) -> None:
    item = arrive("a post")
    address = loaded(bob)
    items.claim(item, bella)
    page = ask(bob, f"{address}&item={item.pk}&version={item.version}").content.decode()
    assert f'<li data-item="{item.pk}">' in page
    assert "Claimed by Bella" in page
    assert "Since you opened it: claimed by Bella." in page
    assert " new</a>" not in page


def test_the_reader_is_not_told_what_the_page_shows_already(bob: User, bella: User) -> None:
    item = arrive()
    address = loaded(bob)
    items.claim(item, bella)
    item.refresh_from_db()
    page = ask(bob, f"{address}&item={item.pk}&version={item.version}").content.decode()
    assert "Since you opened it" not in page


def test_a_channel_that_fails_is_seen_without_any_post(bob: User) -> None:
    watch()
    address = loaded(bob)
    Channel.objects.update(state="refused")
    assert "1 failing" in ask(bob, address).content.decode()


@pytest.mark.parametrize(
    "query",
    ["", "?queue=moon&show=open", "?queue=support&show=moon"],
)
def test_an_address_that_makes_no_sense_is_not_found(bob: User, query: str) -> None:
    arrive()
    assert ask(bob, f"/changes/{query}").status_code == 404


def test_numbers_that_make_no_sense_do_no_harm(bob: User) -> None:
    arrive()
    query = "?queue=support&show=open&since=x&top=-1&item=%00&version=" + "9" * 50
    assert ask(bob, f"/changes/{query}").status_code == 200


def test_counting_stops_where_a_person_stops_reading(
    bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triage.web.counts.UP_TO", 3)
    arrive(), arrive()
    assert 'id="n-support">2</span>' in at_desk(bob).get("/queue/support/").content.decode()
    arrive(), arrive()
    page = at_desk(bob).get("/queue/support/").content.decode()
    assert 'id="n-support">2+</span>' in page
    assert "<title>(2+) Support" in page


def test_a_row_that_changed_keeps_its_tags(bob: User, bella: User) -> None:
    item = arrive("one")
    tag(item, bob, name="vip")
    tag(item, bob, name="a, b")
    items.claim(item, bella)
    rows = at_desk(bob).get("/changes/?queue=support&show=open&since=0").context["rows"]
    assert [row.labels for row in rows] == [("a, b", "vip")]
