"""Claims: a lease that an open page renews, that runs out, and that can be taken over."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.domain.making import bring, later, post
from triage.desk.claims import claim, keep_claim, release, return_lapsed, take_over
from triage.desk.desks import be_here
from triage.desk.items import ActRefused, resolve
from triage.tables import Channel, Item, Move, User
from triage.vocabulary import Team

pytestmark = pytest.mark.usefixtures("judge")
LEASE = timedelta(minutes=15)


@pytest.fixture
def item(web: Channel) -> Item:
    """A question of Ann's in the support queue."""
    return bring(web, post("1"))


@pytest.fixture
def eve(db: None) -> User:
    """Bob's colleague in the community team."""
    return User.objects.create(username="eve", first_name="Eve", teams=[Team.COMMUNITY])


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def fresh(item: Item) -> Item:
    return Item.objects.get(pk=item.pk)


def refusal(act: Callable[[], object]) -> str:
    before = list(Item.objects.values()), Move.objects.count()
    with pytest.raises(ActRefused) as refused:
        act()
    assert (list(Item.objects.values()), Move.objects.count()) == before
    return str(refused.value)


def test_a_claim_runs_out_after_the_lease(item: Item, bob: User, now: datetime) -> None:
    claim(item, bob, now=now)
    assert return_lapsed(now=now + LEASE - timedelta(seconds=1)) == 0
    assert return_lapsed(now=now + LEASE) == 1
    returned = fresh(item)
    assert (returned.status, returned.owner, returned.claimed_until) == ("open", None, None)
    move = Move.objects.latest("id")
    assert (move.event, move.by, move.why) == ("lapsed", "rule", "Bob was no longer working on it.")
    assert return_lapsed(now=now + LEASE) == 0


def test_an_open_page_keeps_a_claim(item: Item, bob: User, now: datetime) -> None:
    version = claim(item, bob, now=now).version
    for minutes in range(1, 40, 5):
        at = now + timedelta(minutes=minutes)
        assert keep_claim(item, bob, now=at)
        assert return_lapsed(now=at) == 0
    assert fresh(item).version == version, "a heartbeat is nothing that others have to look at"


def test_a_heartbeat_writes_at_most_once_a_minute(
    item: Item, bob: User, now: datetime, django_assert_num_queries: Callable[[int], object]
) -> None:
    claim(item, bob, now=now)
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        assert keep_claim(item, bob, now=now + timedelta(seconds=30))


def test_a_claim_that_is_lost_says_so_at_the_next_heartbeat(
    item: Item, bob: User, eve: User, now: datetime
) -> None:
    claim(item, bob, now=now)
    return_lapsed(now=now + LEASE)
    assert not keep_claim(item, bob, now=now + LEASE)
    claim(fresh(item), eve, now=now + LEASE)
    assert not keep_claim(item, bob, now=now + LEASE)
    assert fresh(item).owner == eve


def test_a_heartbeat_in_the_last_moment_keeps_the_claim(
    item: Item, bob: User, now: datetime
) -> None:
    claim(item, bob, now=now)
    late = now + LEASE
    renewed: list[bool] = []

    def renew_first(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("UPDATE") and not renewed:
            renewed.append(True)
            assert keep_claim(item, bob, now=late)
        return execute(sql, *rest)

    with connection.execute_wrapper(renew_first):
        assert return_lapsed(now=late) == 0
    assert renewed
    assert fresh(item).owner == bob


def test_a_colleague_can_claim_what_has_lapsed_before_it_is_swept(
    item: Item, bob: User, eve: User, now: datetime
) -> None:
    claim(item, bob, now=now)
    assert refusal(lambda: claim(item, eve, now=now)) == "Bob has claimed it."
    assert claim(item, eve, now=now + LEASE).owner == eve


def test_an_act_on_an_item_ends_the_lease(item: Item, bob: User, now: datetime) -> None:
    claim(item, bob, now=now)
    resolve(item, bob)
    assert fresh(item).claimed_until is None
    assert return_lapsed(now=now + LEASE) == 0
    assert fresh(item).status == "resolved"


# Taking over


def test_a_colleague_takes_over_only_when_the_lease_has_run_out(
    item: Item, bob: User, eve: User, now: datetime
) -> None:
    until = claim(item, bob, now=now).claimed_until
    assert until is not None
    said = refusal(lambda: take_over(item, eve, reason="he is at lunch", now=now))
    assert said.startswith(f"Bob is working on it until {timezone.localtime(until):%H:%M}.")
    taken = take_over(item, eve, reason="he is at lunch", now=now + LEASE)
    assert taken.owner == eve
    move = Move.objects.latest("id")
    assert (move.event, move.user, move.why) == ("taken_over", eve, "he is at lunch")


def test_ops_take_over_at_any_time_with_a_reason(
    item: Item, bob: User, olga: User, now: datetime
) -> None:
    claim(item, bob, now=now)
    said = refusal(lambda: take_over(item, olga, reason="  ", now=now))
    assert said == "Give a short reason for taking it over. The current owner will see it."
    assert take_over(item, olga, reason="a journalist asks", now=now).owner == olga


def test_nobody_takes_over_from_another_team_or_from_nobody(
    item: Item, alice: User, eve: User
) -> None:
    said = refusal(lambda: take_over(item, alice, reason="x"))
    assert said == "Your team does not work the support queue."
    said = refusal(lambda: take_over(item, eve, reason="x"))
    assert said == "It is open and unclaimed. Look again."


def test_ops_release_what_somebody_else_has(item: Item, bob: User, eve: User, olga: User) -> None:
    claim(item, bob)
    assert refusal(lambda: release(item, eve)) == "Bob has claimed it."
    assert release(item, olga).owner is None


# Coming back


@pytest.mark.parametrize("there", [True, False])
def test_what_is_reopened_goes_to_its_owner_if_they_are_there(
    web: Channel, bob: User, there: bool
) -> None:
    item = bring(web, post("1", conversation="c"))
    resolve(item, bob)
    if there:
        be_here(bob)
    back = bring(web, post("2", conversation="c", created_at=later(5)))
    assert back == item
    assert (back.status, back.owner) == (("claimed", bob) if there else ("open", None))
    assert (back.claimed_until is not None) is there
    assert Move.objects.latest("id").event == "reopened"


def test_what_is_reopened_for_the_other_team_goes_to_its_queue(web: Channel, bob: User) -> None:
    item = bring(web, post("1", conversation="c"))
    resolve(item, bob)
    be_here(bob)
    back = bring(web, post("2", "lead buy", conversation="c", created_at=later(5)))
    assert (back.queue, back.status, back.owner) == ("promo", "open", None)
