"""Tagging: words on items."""

import pytest

from tests.domain.making import bring, post, tags_of
from triage.desk.acting import ActRefused
from triage.desk.tagging import suggested_tags, tag, untag
from triage.tables import Channel, Item, Move, Tag, User

pytestmark = pytest.mark.usefixtures("judge")


@pytest.fixture
def item(web: Channel) -> Item:
    return bring(web, post("1"))


def test_a_tag_is_kept_once_however_it_is_written(item: Item, bob: User) -> None:
    for name in ("#Big  Customer", "big customer", " BIG CUSTOMER "):
        assert tag(item, bob, name=name).name == "big customer"
    assert tags_of(item) == ["big customer"]
    assert Tag.objects.get().used == 1
    assert Move.objects.filter(event="tagged", user=bob, why="big customer").count() == 1
    assert Item.objects.get().version == item.version, "a tag is no reason to refuse an answer"


def test_a_tag_is_taken_off(item: Item, bob: User) -> None:
    tag(item, bob, name="vip")
    untag(item, bob, name="VIP")
    assert tags_of(item) == []
    with pytest.raises(ActRefused, match="The tag vip was already removed"):
        untag(item, bob, name="vip")


def test_what_is_used_most_is_suggested_first(web: Channel, item: Item, bob: User) -> None:
    others = [bring(web, post(str(n), author_id=f"u{n}")) for n in range(2, 5)]
    for other in others:
        tag(other, bob, name="shipping")
    tag(others[0], bob, name="warranty")
    tag(others[0], bob, name="ship to store")
    assert suggested_tags(item) == ["shipping", "ship to store", "warranty"]
    assert suggested_tags(item, beginning="SH") == ["shipping", "ship to store"]
    tag(item, bob, name="shipping")
    assert suggested_tags(item) == ["ship to store", "warranty"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("", "A tag needs a name."), (" # ", "A tag needs a name."), ("x" * 51, "this one has 51")],
)
def test_a_name_that_cannot_be_kept_is_refused(
    item: Item, bob: User, name: str, sentence: str
) -> None:
    with pytest.raises(ActRefused, match=sentence):
        tag(item, bob, name=name)
    assert not Tag.objects.exists()


def test_only_who_works_in_the_queue_tags(item: Item, alice: User) -> None:
    with pytest.raises(ActRefused, match="Your team does not work the support queue"):
        tag(item, alice, name="vip")
