"""Backfilling: earlier posts in small bites beside the live ones, under a lease of its own."""

from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.utils import timezone

from tests.domain import making
from tests.domain.place import Place
from tests.faults.test_crash_points import Killed, crash
from triage.posts import Post
from triage.tables import Account, Backfill, Channel, PostRow
from triage.walk.sorting import sort_waiting
from triage.watch.channels import set_state, start_backfill
from triage.watch.health import oldest_waiting_seconds
from workers.backfilling import due_backfills, take_bite
from workers.channels import KINDS
from workers.channels.base import Allowance, Cursor, Page, Refused, Throttled, Unreachable
from workers.pulling import pull_channel

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


class Deep(Place):
    """A place with a past: `past` is what its walk back gives, by turns."""

    backfills: ClassVar[bool] = True
    allowance: ClassVar[Allowance | None] = Allowance(100, 900)
    past: ClassVar[list[Any]] = []
    walked: ClassVar[list[Cursor]] = []

    def fetch_back(self, cursor: Cursor, until: Any) -> Page:
        self.walked.append(cursor)
        answer = self.past.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        if callable(answer):
            answer = answer()
        assert isinstance(answer, Page)
        return answer


@pytest.fixture
def row(monkeypatch: pytest.MonkeyPatch) -> Backfill:
    monkeypatch.setitem(KINDS, "deep", "tests.domain.test_backfilling:Deep")
    for name in ("answers", "asked", "made_with"):
        monkeypatch.setattr(Place, name, [])
    for name in ("past", "walked"):
        monkeypatch.setattr(Deep, name, [])
    channel = Channel.objects.create(name="Deep", source="deep", cursor={"at": 7})
    start_backfill(channel, days=30, now=timezone.now())
    return Backfill.objects.get()


def past(*ages: float, at: int = 1, more: bool = True) -> Page:
    """A page of posts of these ages in days."""
    now = timezone.now()
    posts = (Post(id=f"p{age:g}", text="question", created_at=now - age * DAY) for age in ages)
    return Page(tuple(posts), {"back": at}, more)


def bite(row: Backfill, *answers: Any) -> None:
    """Take bites that are due now, until the answers are used up."""
    Deep.past[:] = answers
    for _ in answers:
        Backfill.objects.update(next_bite_at=timezone.now() - timedelta(seconds=1))
        assert due_backfills() == [row.pk]
        assert take_bite(row.pk)
    row.refresh_from_db()


def stored() -> dict[str, bool]:
    """External id -> whether it counts as backfilled."""
    return dict(PostRow.objects.values_list("external_id", "backfilled"))


def test_a_bite_is_one_page_with_a_cursor_of_its_own(row: Backfill) -> None:
    bite(row, past(0.5, 3, at=1))
    assert stored() == {"p0.5": False, "p3": True}, "what is younger than a day counts as live"
    assert (row.cursor, row.new, row.state) == ({"back": 1}, 2, "running")
    assert row.reached is not None
    assert round((timezone.now() - row.reached) / DAY) == 3
    assert row.next_bite_at > timezone.now(), "small bites, with room between them"
    bite(row, past(9, at=2, more=False))
    assert Deep.walked == [{}, {"back": 1}]
    assert (row.state, row.new) == ("done", 3)
    assert row.finished_at is not None
    assert due_backfills() == []
    channel = Channel.objects.get()
    assert (channel.cursor, channel.last_post_at) == ({"at": 7}, None), (
        "the live ones are untouched"
    )


def test_what_live_pulls_brought_is_not_doubled_and_the_other_way_round(row: Backfill) -> None:
    bite(row, past(2, 3))
    Place.answers[:] = [past(1, 2)]
    assert pull_channel(row.channel_id) is not None
    bite(row, past(1, 4, at=2))
    assert stored() == {"p1": False, "p2": True, "p3": True, "p4": True}
    assert row.new == 3


def test_nothing_older_than_asked_for_is_stored(row: Backfill) -> None:
    bite(row, past(29, 31, more=False))
    assert list(stored()) == ["p29"]


@pytest.mark.usefixtures("judge")
def test_live_posts_are_sorted_before_all_that_a_backfill_brought(row: Backfill) -> None:
    bite(row, past(5, 6))
    making.store(row.channel, [making.post("live")])
    PostRow.objects.update(received_at=timezone.now() - DAY)
    assert oldest_waiting_seconds() > 0
    assert sort_waiting(limit=1).placed == 1
    assert PostRow.objects.get(state="sorted").external_id == "live"
    assert oldest_waiting_seconds() == 0, "a backfill that waits is no standstill"
    assert sort_waiting(limit=5).placed == 2


def test_a_bite_that_dies_is_taken_again_when_its_lease_is_over(row: Backfill) -> None:
    with pytest.raises(KeyboardInterrupt):
        bite(row, KeyboardInterrupt())
    assert due_backfills() == []
    Backfill.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    bite(row, past(2))
    assert Deep.walked == [{}, {}]
    assert stored() == {"p2": True}


def test_a_worker_that_slept_through_its_lease_stores_nothing(row: Backfill) -> None:
    def sleep() -> Page:
        Backfill.objects.update(lease_epoch=99)
        return past(2)

    bite(row, sleep)
    assert (stored(), row.cursor) == ({}, {})


def test_one_worker_bites_at_a_time(row: Backfill) -> None:
    def another_tries() -> Page:
        assert due_backfills() == []
        assert not take_bite(row.pk)
        return past(2)

    bite(row, another_tries)
    assert row.new == 1


def test_a_failure_is_tried_again_later_and_keeps_its_place(row: Backfill) -> None:
    bite(row, past(2), Unreachable("no answer"))
    assert (row.failures, row.error, row.cursor) == (1, "no answer", {"back": 1})
    assert row.next_bite_at > timezone.now() + timedelta(seconds=20)
    until = timezone.now() + timedelta(minutes=9)
    bite(row, Throttled("wait", retry_at=until))
    assert abs((row.next_bite_at - until).total_seconds()) < 2
    Account.objects.update(rest_until=None)
    bite(row, ValueError("token=CANARY"))
    assert "CANARY" not in row.error
    bite(row, past(3, at=2))
    assert (row.failures, row.error) == (0, "")


def test_a_refusal_stops_it_until_the_channel_is_resumed(row: Backfill) -> None:
    bite(row, Refused("the scope is missing"))
    assert (row.state, row.error) == ("stopped", "the scope is missing")
    assert Channel.objects.get().state == "active", "live pulls go on"
    set_state(row.channel, Channel.State.ACTIVE)
    bite(row, past(2, more=False))
    assert (row.state, row.new) == ("done", 1)


def test_it_waits_while_half_of_the_limit_is_used_and_live_pulls_do_not(row: Backfill) -> None:
    bite(row, past(2))
    reset = timezone.now() + timedelta(minutes=5)
    Account.objects.update(allowed=100, remaining=49, reset_at=reset)
    asked = len(Deep.walked)
    bite(row, past(3))
    assert len(Deep.walked) == asked, "no call was made"
    assert (row.failures, row.state) == (0, "running")
    assert "rest until" in row.error
    assert abs((row.next_bite_at - reset).total_seconds()) < 2
    Place.answers[:] = [past(0)]
    run = pull_channel(row.channel_id)
    assert run is not None
    assert run.error == ""


@pytest.mark.parametrize("state", ["paused", "refused", "removed"])
def test_only_active_channels_are_filled(row: Backfill, state: str) -> None:
    Channel.objects.update(state=state)
    assert due_backfills() == []


def test_a_cursor_that_stands_still_ends_the_walk(row: Backfill) -> None:
    bite(row, past(2, at=1), past(3, at=1))
    assert row.state == "done"


def test_a_new_backfill_begins_anew_and_an_old_bite_cannot_spoil_it(row: Backfill) -> None:
    def somebody_asks_again() -> Page:
        start_backfill(row.channel, days=60, now=timezone.now())
        return past(2)

    bite(row, past(1), somebody_asks_again)
    assert (row.cursor, row.new) == ({}, 0)
    assert round((timezone.now() - row.until) / DAY) == 60


# A kill between any two steps

LAST = 4


def page_of_the_past() -> Page:
    """The page that the cursor asks for: two posts, each older than those before."""
    number = int(Deep.walked[-1].get("back", 0))
    return past(2 * number + 2, 2 * number + 3, at=number + 1, more=number + 1 < LAST)


def walk(row: Backfill) -> None:
    """Bite until nothing is due, with the leases of the dead run out."""
    Backfill.objects.update(lease_until=None)
    for _ in range(2 * LAST):
        Backfill.objects.update(next_bite_at=timezone.now() - timedelta(seconds=1))
        Deep.past[:] = [page_of_the_past]
        take_bite(row.pk)


@pytest.mark.parametrize("nth", [1, 2, LAST])
@pytest.mark.parametrize(
    ("when", "where"),
    [
        ("before", "workers.backfilling.open_source"),
        ("before", "workers.backfilling.store"),
        ("after", "triage.walk.intake._insert"),
        ("after", "workers.backfilling.store"),
        ("after", "workers.backfilling._reached"),
        ("after", "workers.backfilling._store"),
    ],
)
def test_a_kill_at_any_step_skips_no_page_and_doubles_no_post(
    row: Backfill, monkeypatch: pytest.MonkeyPatch, when: str, where: str, nth: int
) -> None:
    planted = crash(monkeypatch, where, when, nth)
    with pytest.raises(Killed):
        walk(row)
    assert planted.left == 0
    row.refresh_from_db()
    pages = int(row.cursor.get("back", 0))
    assert PostRow.objects.count() == 2 * pages == row.new, "the cursor is never ahead"
    walk(row)
    row.refresh_from_db()
    assert set(stored()) == {f"p{age}" for age in range(2, 2 * LAST + 2)}
    assert (row.state, row.new) == ("done", 2 * LAST)
