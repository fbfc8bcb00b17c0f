"""`triage queue`: what stands in a queue, the most urgent first."""

from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.domain.making import later, post
from triage.tables import Channel, Item
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
