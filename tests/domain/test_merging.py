"""Merging two items into one."""

from collections.abc import Callable

import pytest

from tests.domain.making import bring, item_of, later, post, row_of, tags_of
from tests.faults.checker import check
from triage.desk.acting import ActRefused
from triage.desk.claims import claim
from triage.desk.items import reopen, resolve
from triage.desk.merging import duplicates_of, merge
from triage.desk.notes import add_note, notes_on
from triage.desk.tagging import tag
from triage.posts import Post
from triage.tables import Channel, Item, Move, PostRow, User
from triage.vocabulary import Team

pytestmark = pytest.mark.usefixtures("judge")


@pytest.fixture
def first(web: Channel) -> Item:
    """A question of Ann's in the support queue."""
    return bring(web, post("1", conversation="c"))


@pytest.fixture
def second(web: Channel) -> Item:
    """What Ann wrote in another conversation a little later."""
    return bring(web, post("2", "question where is my bike", conversation="d", created_at=later(5)))


def fresh(item: Item) -> Item:
    return Item.objects.get(pk=item.pk)


def test_every_post_goes_to_the_other_item(first: Item, second: Item, bob: User) -> None:
    merged = merge(second, bob, into=first)
    assert merged == first
    assert (merged.posts_count, merged.text) == (2, "question where is my bike")
    assert set(PostRow.objects.values_list("item", flat=True)) == {first.pk}
    gone = fresh(second)
    assert (gone.status, gone.merged_into, gone.posts_count) == ("resolved", first, 0)
    moves = Move.objects.order_by("-id").values_list("event", "item", "why")[:2]
    assert list(moves) == [
        ("took_in", first.pk, f"item {second.pk}"),
        ("merged", second.pk, f"into item {first.pk}"),
    ]


def test_notes_and_tags_come_along(first: Item, second: Item, bob: User) -> None:
    add_note(second, bob, text="He is a journalist.")
    for item, name in ((first, "vip"), (second, "vip"), (second, "bike")):
        tag(item, bob, name=name)
    merge(second, bob, into=first)
    assert [note.text for note in notes_on(first)] == ["He is a journalist."]
    assert tags_of(first) == ["bike", "vip"]


def test_an_older_item_does_not_hide_what_was_said_last(
    first: Item, second: Item, bob: User
) -> None:
    assert merge(first, bob, into=second).text == "question where is my bike"


def test_what_is_written_later_joins_the_other_item(
    web: Channel, first: Item, second: Item, bob: User
) -> None:
    merge(second, bob, into=first)
    item = bring(web, post("3", conversation="d", created_at=later(9)))
    assert (item, item.posts_count, fresh(second).status) == (first, 3, "resolved")


def test_a_chain_of_merges_ends_in_the_last_one(
    web: Channel, first: Item, second: Item, bob: User
) -> None:
    third = bring(web, post("3", conversation="e", created_at=later(6)))
    merge(third, bob, into=second)
    merge(fresh(second), bob, into=first)
    assert bring(web, post("4", conversation="e", created_at=later(9))) == first


def test_an_item_is_done_only_when_all_its_merged_posts_are_deleted(
    web: Channel, first: Item, second: Item, bob: User
) -> None:
    merge(second, bob, into=first)
    bring(web, Post(id="2", text="", deleted=True))
    assert (fresh(first).status, fresh(first).text) == ("open", "question where is it")
    bring(web, Post(id="1", text="", deleted=True))
    assert fresh(first).status == "resolved"


def test_every_post_is_still_counted_and_placed_once(
    web: Channel, first: Item, second: Item, bob: User
) -> None:
    merge(second, bob, into=first)
    bring(web, post("3", conversation="d", created_at=later(9)))
    found = check(_query, [(web.name, id) for id in "123"])
    assert str(found) == "nothing is wrong"


def _query(statement: str) -> list[tuple[object, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def test_duplicates_are_offered(web: Channel, first: Item, second: Item, bob: User) -> None:
    stranger = bring(web, post("3", conversation="c", author="bea", author_id="b"))
    bring(web, post("4", conversation="x", author="cid", author_id="c"))
    assert set(duplicates_of(first)) == {second, stranger}
    resolve(second, bob)
    assert duplicates_of(first) == [stranger]


def test_what_was_merged_away_is_not_reopened(first: Item, second: Item, bob: User) -> None:
    merge(second, bob, into=first)
    with pytest.raises(ActRefused, match=f"It was merged into item {first.pk}"):
        reopen(fresh(second), bob)


def test_what_does_not_belong_together_stays_apart(
    web: Channel, first: Item, second: Item, bob: User, alice: User
) -> None:
    stranger = bring(web, post("3", conversation="x", author="bea", author_id="b"))
    eve = User.objects.create(username="eve", first_name="Eve", teams=[Team.COMMUNITY])
    promo = bring(web, post("4", "lead x", conversation="y"))
    refused: list[tuple[Callable[[], object], str]] = [
        (lambda: merge(first, bob, into=first), "It is the same item"),
        (lambda: merge(first, bob, into=stranger), "different people in different conversations"),
        (lambda: merge(first, alice, into=second), "Your team does not work the support queue"),
        (lambda: merge(first, bob, into=promo), "Your team does not work the promo queue"),
        (lambda: merge(first, bob, into=second, seen=99), "It has changed since you opened it"),
    ]
    for act, sentence in refused:
        with pytest.raises(ActRefused, match=sentence):
            act()
    claim(second, eve)
    with pytest.raises(ActRefused, match=f"Item {second.pk}: Eve has claimed it"):
        merge(first, bob, into=second)
    assert row_of(web, "1").item == first
    assert item_of(web, "2") == second
