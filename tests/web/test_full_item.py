"""The page of an item that has everything at once, and what it costs."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.web.conftest import at_desk
from tests.web.desk import NOON, arrive, carry_out, ours, sort, watch
from triage.back.replies import ask, write_reply
from triage.desk.drafts import save_draft
from triage.desk.merging import merge
from triage.desk.muting import mute
from triage.desk.notes import add_note
from triage.desk.presence import look
from triage.desk.tagging import tag
from triage.desk.twins import share
from triage.finding.views import save_view
from triage.posts import Post
from triage.tables import Campaign, Item, Person, PostRow, User
from triage.tuning.policies import put_in_force
from triage.vocabulary import Act
from triage.walk.intake import store

pytestmark = pytest.mark.django_db

CAN = {"title": "X", "acts": ["reply", "hide", "like"], "longest": 280, "counting": "weighted"}
TALK: dict[str, Any] = {"author": "@dan", "author_id": "dan", "conversation": "c1"}
POLICY = "[inbox]\nboth_lanes = true\n[approval]\nqueues = ['support']"


@pytest.fixture
def robin(db: None) -> User:
    """Of both teams, so that both lanes stand beside every item."""
    return User.objects.create_user("robin", first_name="Robin", teams=["social", "community"])


@pytest.fixture
def full(robin: User, bob: User, bella: User, olga: User) -> Item:
    """An item with everything that an item can have."""
    User.objects.filter(pk=olga.pk).update(may_approve=True)
    put_in_force(POLICY, author=None, reason="a try")
    channel = watch(can=CAN)
    ours("Meet the new app.", id="c1", conversation="c1")
    item = arrive("It does not pair.", channel=channel, id="first", minutes=1, **TALK)
    arrive("elsewhere", author="@dan", author_id="dan", channel=channel)
    arrive("same here", conversation="c1", minutes=2)
    edit = Post(id="first", text="It does not pair!", edited_at=NOON + timedelta(minutes=5))
    store(channel, [edit])
    sort(PostRow.objects.get(external_id="first"), intent="question", sentiment="negative")
    save_draft(item, robin, text="Hold both buttons.", version=1)
    arrive("still nothing", minutes=6, in_reply_to="far away", **TALK)
    item = Item.objects.get(pk=item.pk)
    Item.objects.filter(pk=item.pk).update(campaign=Campaign.objects.create(name="Spring"))
    share(item, bob, reason="they praise us, too")
    add_note(item, bella, text="Look at this, @robin.")
    tag(item, bob, name="vip")
    mute(Person.objects.get(external_id="dan"), olga, reason="shouts")
    latest = PostRow.objects.get(text="still nothing")
    carry_out(ask(fresh(item), olga, act=Act.LIKE, post=latest))
    carry_out(write_reply(fresh(item), olga, text="We are on it.", seen=fresh(item).version))
    Item.objects.filter(pk=item.pk).update(status="open", owner=None)
    write_reply(fresh(item), bob, text="Hold both.", seen=fresh(item).version)
    look(item, bella, typing=True)
    save_view(robin, name="Mine", queue="", show="open", query="tag=vip")
    return fresh(item)


def fresh(item: Item) -> Item:
    return Item.objects.select_related("channel", "latest_post", "owner").get(pk=item.pk)


def test_it_shows_all_of_it_with_at_most_fifteen_queries(
    full: Item, robin: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    desk = at_desk(robin)
    desk.get(f"/item/{full.pk}/")  # reads the policy, counts the view and notes the mention as read
    with django_assert_max_num_queries(15):
        answer = desk.get(f"/item/{full.pk}/")
    assert answer.status_code == 200
    shown = answer.content.decode()
    for words in ("Look at this", "Hold both.", "Bella is typing", "shouts", "vip", "Spring",
                  "elsewhere", "same here", "It does not pair.", "still nothing"):  # fmt: skip
        assert words in shown, words
    page = answer.context
    assert page["beside"].place.queue == "promo"
    assert page["composer"].text == "Hold both buttons."
    assert page["composer"].since
    assert [twin.queue for twin in page["context"].twins] == ["promo"]
    assert page["context"].felt.marks
    assert [row.state for row in page["leaving"]] == ["pending"]
    entries = [entry for part in page["thread"].parts for entry in part.entries]
    assert any(entry.earlier for entry in entries)
    assert any("liked" in entry.platform.marks for entry in entries)


def test_posts_of_an_item_that_was_merged_into_it_are_shown_from_another_conversation(
    full: Item, bob: User, olga: User
) -> None:
    """They are not in what is read first: the item's own conversation."""
    other = arrive("and in the forum", channel=watch("forum"), author="@dan", author_id="dan")
    into = arrive("once more", author="@dan", author_id="dan", conversation="c9", minutes=30)
    Item.objects.filter(pk=other.pk).update(person=into.person)
    merge(fresh(other), olga, into=fresh(into))
    assert "and in the forum" in at_desk(bob).get(f"/item/{into.pk}/").content.decode()
