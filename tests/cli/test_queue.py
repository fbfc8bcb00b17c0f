"""`triage queue`: what stands in a queue, the most urgent first."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from tests.cli.conftest import Command
from tests.domain.making import later, post
from triage.staff.apikeys import make_key
from triage.tables import Channel, Item, User
from triage.walk.intake import store
from triage.walk.sorting import sort_all

pytestmark = pytest.mark.usefixtures("judge")


@pytest.fixture
def web(db: None) -> Channel:
    """A channel with five posts in three queues."""
    channel = Channel.objects.create(name="Open web", source="x")
    texts = ["feedback old", "question new\nline", "question newer", "lead", "lead?"]
    store(channel, [
        post(str(n), text, author_id=f"a{n}", created_at=later(n)) for n, text in enumerate(texts)
    ])  # fmt: skip
    sort_all()
    return channel


def test_a_queue_is_shown_in_its_order(triage: Command, web: Channel) -> None:
    said = triage("queue", "support", "--json")
    assert [data["text"] for data in said.data] == [
        "question new\nline", "question newer", "feedback old",
    ]  # fmt: skip
    assert {data["queue"] for data in said.data} == {"support"}
    assert all(data["why"] for data in said.data)
    assert said.err == ""


@pytest.mark.parametrize(("queue", "many"), [("promo", 1), ("review", 1), ("archive", 0)])
def test_every_queue_can_be_shown(triage: Command, web: Channel, queue: str, many: int) -> None:
    assert len(triage("queue", queue, "--json").data) == many


def test_a_limit_is_kept(triage: Command, web: Channel) -> None:
    assert len(triage("queue", "support", "--limit", "2", "--json").data) == 2
    assert len(triage("queue", "support", "--limit", "2147483647", "--json").data) == 3


def test_for_people_it_is_one_line_an_item(triage: Command, web: Channel) -> None:
    said = triage("queue", "support")
    item = Item.objects.get(text__startswith="question new\n")
    assert said.out.splitlines()[0] == f"{item.pk:>6}  question      95%  question new line"


def test_an_empty_queue_says_so_where_it_disturbs_nobody(triage: Command, db: None) -> None:
    said = triage("queue", "promo")
    assert (said.out, said.err) == ("", "Nothing stands in promo.\n")
    said = triage("queue", "promo", "--json")
    assert (said.out, said.err) == ("", "")


def test_what_is_resolved_stands_nowhere(triage: Command, web: Channel) -> None:
    Item.objects.update(status=Item.Status.RESOLVED)
    assert triage("queue", "support", "--json").data == []


def test_a_fresh_home_has_empty_queues(shell: Command, tmp_path: Path) -> None:
    said = shell("queue", "support", "--json", TRIAGE_HOME=str(tmp_path / "a new home"))
    assert (said.out, said.err) == ("", "")


def test_without_a_queue_the_numbers_of_each_are_told(triage: Command, web: Channel) -> None:
    now = timezone.now()
    Item.objects.update(posted_at=now - timedelta(minutes=5))
    old, rests = Item.objects.filter(queue="support").order_by("pk")[:2]
    Item.objects.filter(pk=old.pk).update(
        posted_at=now - timedelta(hours=3), warn_at=now - timedelta(hours=1)
    )
    Item.objects.filter(pk=rests.pk).update(snoozed=True)
    data = triage("queue", "--json").data
    assert [row["queue"] for row in data] == ["promo", "support", "review", "archive"]
    support = data[1]
    assert (support["waiting"], support["at_risk"], support["snoozed"]) == (2, 1, 1)
    assert 10_800 <= support["oldest_seconds"] < 10_900
    assert data[3]["oldest_seconds"] is None
    assert triage("queue").out.splitlines() == [
        "promo         1 waiting, the oldest for 5 min, 0 at risk, 0 snoozed",
        "support       2 waiting, the oldest for 3 h, 1 at risk, 1 snoozed",
        "review        1 waiting, the oldest for 5 min, 0 at risk, 0 snoozed",
        "archive       0 waiting, 0 at risk, 0 snoozed",
    ]


def test_the_numbers_are_those_of_the_api(triage: Command, web: Channel) -> None:
    bob = User.objects.create(username="bob", teams=["community"])
    key = make_key(bob, name="a program")
    told = Client(headers={"Authorization": f"Bearer {key}"}).get("/api/v1/queues").json()
    for ours, theirs in zip(triage("queue", "--json").data, told["queues"], strict=True):
        ours.pop("oldest_seconds"), theirs.pop("oldest_seconds")
        assert ours == theirs


def test_a_limit_without_a_queue_is_wrong_usage(triage: Command, web: Channel) -> None:
    assert "--limit wants a queue" in triage("queue", "--limit", "3", code=2).err
    assert "'inbox' is not one of" in triage("queue", "inbox", code=2).err
