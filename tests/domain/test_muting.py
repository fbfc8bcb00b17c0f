"""Muting and blocking a person: posts are kept, and trouble nobody."""

import pytest

from tests.domain.making import bring, item_of, later, post
from triage.desk.acting import ActRefused
from triage.desk.claims import claim
from triage.desk.items import hand_off, resolve
from triage.desk.muting import lift, mute, mute_of, muted_list
from triage.tables import Channel, Item, Move, Person, PostRow, User

pytestmark = pytest.mark.usefixtures("judge")


@pytest.fixture
def item(web: Channel) -> Item:
    """A question of Ann's in the support queue."""
    return bring(web, post("1", conversation="c"))


@pytest.fixture
def ann(item: Item) -> Person:
    assert item.person is not None
    return item.person


def again(web: Channel, id: str = "2", conversation: str = "c") -> Item:
    return bring(web, post(id, conversation=conversation, created_at=later(5)))


def fresh(item: Item) -> Item:
    return Item.objects.get(pk=item.pk)


def test_what_somebody_muted_writes_is_kept_in_the_archive_with_the_reason(
    web: Channel, ann: Person, bob: User
) -> None:
    mute(ann, bob, reason="the same link every hour")
    item = again(web, conversation="d")
    assert (item.queue, item.status) == ("archive", "open")
    assert item.why == "ann was muted by Bob: the same link every hour"
    assert Move.objects.latest("id").by == "rule"
    assert PostRow.objects.get(external_id="2").text == "question where is it"


def test_a_muted_person_opens_nothing_again(
    web: Channel, item: Item, ann: Person, bob: User
) -> None:
    resolve(item, bob)
    mute(ann, bob, reason="rude")
    assert again(web) == item
    assert (fresh(item).queue, fresh(item).posts_count) == ("archive", 2)


def test_a_mute_leaves_what_is_open_and_what_a_colleague_has(
    web: Channel, item: Item, ann: Person, bob: User
) -> None:
    claim(item, bob)
    mute(ann, bob, reason="rude")
    assert again(web) == item
    assert (fresh(item).queue, fresh(item).owner, fresh(item).posts_count) == ("support", bob, 2)


def test_a_block_puts_away_what_is_open_and_lifting_it_brings_it_back(
    web: Channel, item: Item, ann: Person, bob: User, olga: User
) -> None:
    held = claim(bring(web, post("3", conversation="e")), olga)
    block = mute(ann, bob, reason="threats", how="block")
    assert (fresh(item).queue, fresh(held).queue) == ("archive", "support")
    assert Move.objects.filter(event="blocked").get().why == "threats"
    lift(block, olga)
    assert (fresh(item).queue, fresh(item).status) == ("support", "open")
    assert again(web, "4", "f").queue == "support"


def test_what_was_moved_since_stays_when_a_block_is_lifted(
    item: Item, ann: Person, bob: User
) -> None:
    block = mute(ann, bob, reason="threats", how="block")
    hand_off(fresh(item), bob, to="promo", reason="a fan after all")
    lift(block, bob)
    assert fresh(item).queue == "promo"


def test_the_list_says_who_did_it_and_why(ann: Person, bob: User, olga: User) -> None:
    row = mute(ann, bob, reason=" rude ")
    assert [(m.person, m.user, m.reason, m.how) for m in muted_list()] == [
        (ann, bob, "rude", "mute")
    ]
    assert mute_of(ann) == row
    lift(row, olga)
    assert not muted_list()
    assert mute_of(ann) is None
    row.refresh_from_db()
    assert row.lifted_by == olga
    with pytest.raises(ActRefused, match="Somebody already unmuted them"):
        lift(row, olga)


def test_others_are_not_touched(web: Channel, ann: Person, bob: User) -> None:
    mute(ann, bob, reason="rude", how="block")
    other = bring(web, post("5", conversation="c", author="bea", author_id="u-bea"))
    assert other.queue == "support"
    assert item_of(web, "5") == other


def test_what_makes_no_sense_is_refused(ann: Person, bob: User, charlie: User) -> None:
    with pytest.raises(ActRefused, match="Give a short reason"):
        mute(ann, bob, reason=" ")
    with pytest.raises(ActRefused, match="There is no way to silence somebody"):
        mute(ann, bob, reason="x", how="shoot")
    with pytest.raises(ActRefused, match="You are not in a team yet"):
        mute(ann, charlie, reason="x")
    mute(ann, bob, reason="x")
    with pytest.raises(ActRefused, match="ann is already muted"):
        mute(ann, bob, reason="y", how="block")
    assert muted_list().count() == 1
