"""Taking and assigning: who gets which item, in which order, and never two people the same."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from tests import kept
from tests.domain.making import bring, later, post
from tests.domain.racing import RACES
from triage.desk.acting import ActRefused
from triage.desk.assigning import assign, assign_waiting, colleagues
from triage.desk.claims import claim, return_lapsed
from triage.desk.desks import be_here, set_up_desk
from triage.desk.items import resolve
from triage.desk.snoozing import snooze
from triage.desk.taking import next_item
from triage.desk.waiting import WAITING_ORDER, waiting_items
from triage.tables import Channel, Item, Move, User
from triage.vocabulary import Team

judged = pytest.mark.usefixtures("judge")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def eve(db: None) -> User:
    """Bob's colleague in the community team."""
    return User.objects.create(username="eve", first_name="Eve", teams=[Team.COMMUNITY])


def ask(web: Channel, id: str, word: str = "feedback", minutes: float = 0) -> Item:
    """One person's post in the support queue."""
    return bring(web, post(id, f"{word} x", author_id=f"u{id}", created_at=later(minutes)))


def fresh(item: Item) -> Item:
    return Item.objects.get(pk=item.pk)


@judged
def test_the_most_urgent_comes_first_and_then_the_oldest(web: Channel, bob: User) -> None:
    young, old = ask(web, "1", minutes=5), ask(web, "2", minutes=1)
    urgent = ask(web, "3", "question", minutes=9)
    assert [next_item(bob, "support") for _ in range(4)] == [urgent, old, young, None]
    assert {fresh(item).owner for item in (urgent, old, young)} == {bob}
    assert list(Move.objects.filter(user=bob).values_list("event", flat=True)) == ["claimed"] * 3


@judged
def test_what_is_taken_resolved_or_snoozed_is_passed_over(
    web: Channel, bob: User, eve: User
) -> None:
    taken, done, asleep, free = (ask(web, str(n), minutes=n) for n in range(4))
    claim(taken, eve)
    resolve(done, eve)
    snooze(asleep, eve, until=timezone.now() + timedelta(hours=1))
    assert next_item(bob, "support") == free
    assert next_item(bob, "support") is None


@judged
def test_nobody_is_given_another_team_s_work(web: Channel, alice: User, olga: User) -> None:
    item = ask(web, "1")
    with pytest.raises(ActRefused, match="Your team does not work the support queue"):
        next_item(alice, "support")
    with pytest.raises(ActRefused, match="There is no queue 'x'"):
        next_item(olga, "x")
    assert next_item(olga, "support") == item


# Many at once


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("name", "outcome"),
    [("race", "60 items, each to one of 6 people"), ("race_to_assign", "[5, 5]")],
    ids=["no item goes to two people", "nobody is given more than they have room for"],
)
def test_of_many_at_once(tmp_path: Path, kept_database: Path, name: str, outcome: str) -> None:
    """On PostgreSQL in the database of the tests, on SQLite in a file of its own."""
    if connection.vendor == "postgresql":
        assert RACES[name]() == outcome
        return
    kept.begin_with(kept_database, tmp_path)
    environment = {**os.environ, "TRIAGE_HOME": str(tmp_path)}
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-m", "tests.domain.racing", name],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.strip() == outcome, done.stderr


# Assigning


@judged
def test_a_colleague_is_given_an_item(web: Channel, bob: User, eve: User) -> None:
    item = assign(ask(web, "1"), bob, to=eve)
    assert (item.owner, item.status) == (eve, "claimed")
    move = Move.objects.latest("id")
    assert (move.event, move.user, move.why) == ("assigned", bob, "to Eve")


@judged
def test_an_assigned_item_waits_a_working_day_for_who_is_not_there(
    web: Channel, bob: User, eve: User
) -> None:
    now = timezone.now()
    item = assign(ask(web, "1"), bob, to=eve, now=now)
    assert return_lapsed(now=now + timedelta(hours=7, minutes=59)) == 0
    assert return_lapsed(now=now + timedelta(hours=8)) == 1
    be_here(eve, now=now)
    assign(fresh(item), bob, to=eve, now=now)
    assert return_lapsed(now=now + timedelta(minutes=15)) == 1


@judged
def test_an_item_is_assigned_only_within_its_team(
    web: Channel, alice: User, bob: User, eve: User, olga: User
) -> None:
    item = ask(web, "1")
    with pytest.raises(ActRefused, match="Alice does not work the support queue"):
        assign(item, bob, to=alice)
    assign(item, bob, to=bob)
    with pytest.raises(ActRefused, match="Bob has claimed it"):
        assign(fresh(item), eve, to=eve)
    assert assign(fresh(item), olga, to=eve).owner == eve
    assert colleagues("support") == [bob, eve, olga]


@judged
def test_what_waits_goes_to_who_is_there_and_has_room(
    web: Channel, bob: User, eve: User, olga: User
) -> None:
    items = [ask(web, str(n), minutes=n) for n in range(6)]
    for user, capacity in ((bob, 3), (eve, 1)):
        be_here(user)
        set_up_desk(user, capacity=capacity, takes_work=True)
    be_here(olga)
    assert assign_waiting() == 4
    owners = [fresh(item).owner for item in items]
    assert owners[4:] == [None, None]
    assert owners.count(bob) == 3
    assert set(owners[:2]) == {bob, eve}, "one each before anybody gets a second"
    assert assign_waiting() == 0
    resolve(fresh(items[owners.index(eve)]), eve)
    assert assign_waiting() == 1
    assert fresh(items[4]).owner == eve, "the oldest goes out the moment somebody is free"
    assert Move.objects.latest("id").by == "rule"


@judged
def test_nothing_is_given_to_who_is_away_or_did_not_ask_for_it(
    web: Channel, bob: User, eve: User
) -> None:
    ask(web, "1")
    be_here(bob)
    set_up_desk(eve, takes_work=True)
    assert assign_waiting() == 0
    be_here(eve, now=timezone.now() - timedelta(minutes=3))
    assert assign_waiting() == 0


@judged
def test_looking_for_work_reads_from_indexes(web: Channel) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the planner of PostgreSQL reads small tables from end to end")
    now = timezone.now()
    free = waiting_items(Item.objects.filter(queue="support", status="open"))
    for rows, index in (
        (free.order_by(*WAITING_ORDER), "item_waiting (queue=?)"),
        (Item.objects.filter(status="claimed", claimed_until__lte=now), "item_leased"),
        (Item.objects.filter(snoozed=True, snoozed_until__lte=now), "item_asleep"),
        (Item.objects.filter(twin_of__in=[1, 2]), "item_twin"),
        (Item.objects.filter(channel__in=[1], key__in=["a", "b"]), "(channel_id=? AND key=?)"),
    ):
        plan = rows[:5].explain()
        assert index in plan, plan
        assert "SCAN" not in plan, plan
