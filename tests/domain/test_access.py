"""Access: who may see, move and tune."""

import pytest

from tests.domain.making import bring, post
from triage.access import (
    channels_for,
    dead_letters_for,
    item_for,
    items_for,
    may_tune,
    may_work,
    moves_for,
    posts_for,
    visible_queues,
)
from triage.tables import Channel, Item, User
from triage.vocabulary import Queue, Team
from triage.walk.intake import store


@pytest.fixture
def ada(db: None) -> User:
    """An admin, who is in every team."""
    return User.objects.create(username="ada", teams=[Team.ADMIN])


@pytest.fixture
def people(alice: User, bob: User, charlie: User, olga: User, ada: User) -> dict[str, User]:
    return {user.username: user for user in (alice, bob, charlie, olga, ada)}


@pytest.mark.parametrize(
    ("queue", "who"),
    [
        (Queue.PROMO, {"alice", "olga", "ada"}),
        (Queue.SUPPORT, {"bob", "olga", "ada"}),
        (Queue.REVIEW, {"alice", "bob", "olga", "ada"}),
        (Queue.ARCHIVE, {"alice", "bob", "olga", "ada"}),
    ],
)
def test_each_queue_is_worked_by_its_team_and_ops(
    people: dict[str, User], queue: Queue, who: set[str]
) -> None:
    assert {name for name, user in people.items() if may_work(user, queue)} == who


def test_every_team_sees_every_queue(people: dict[str, User]) -> None:
    seers = {name for name, user in people.items() if visible_queues(user) == tuple(Queue)}
    assert seers == {"alice", "bob", "olga", "ada"}
    assert visible_queues(people["charlie"]) == ()


def test_only_ops_and_admins_tune(people: dict[str, User]) -> None:
    assert {name for name, user in people.items() if may_tune(user)} == {"olga", "ada"}


def test_who_is_in_both_teams_works_in_both_queues(db: None) -> None:
    both = User.objects.create(username="both", teams=[Team.SOCIAL, Team.COMMUNITY])
    assert may_work(both, Queue.PROMO)
    assert may_work(both, Queue.SUPPORT)
    assert not may_tune(both)


@pytest.mark.usefixtures("judge")
def test_who_has_no_team_sees_nothing(people: dict[str, User], web: Channel) -> None:
    item = bring(web, post("1"))
    store(web, [], rejected=[("no id", {})])
    alice, charlie, olga = (people[name] for name in ("alice", "charlie", "olga"))
    for door in (items_for, posts_for, moves_for, channels_for):
        assert door(alice).count() == 1
        assert door(charlie).count() == 0
    assert dead_letters_for(olga).count() == 1
    assert dead_letters_for(alice).count() == dead_letters_for(charlie).count() == 0
    assert item_for(alice, item.pk) == item
    with pytest.raises(Item.DoesNotExist):
        item_for(charlie, item.pk)


def test_a_removed_channel_is_shown_to_nobody(alice: User, web: Channel, forum: Channel) -> None:
    Channel.objects.filter(pk=web.pk).update(state=Channel.State.REMOVED)
    assert list(channels_for(alice)) == [forum]
