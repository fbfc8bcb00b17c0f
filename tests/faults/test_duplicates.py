"""Every message delivered twice, two workers at once, a worker that was overtaken: as if once."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.models import F
from django.db.models.functions import Now

from models import Judgement
from tests.faults.checker import Findings
from tests.faults.feeds import START, Feed, judged
from triage.tables import Channel, Item, Move, PostRow, Run, Verdict
from triage.walk.intake import LeaseLost, store
from triage.walk.sorting import sort_waiting
from workers.pulling import due_channels, free_leases, pull_channel

ONE_WRITER = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite has one writer at a time"
)
Rows = dict[str, list[Any]]


def rows() -> Rows:
    """What the walk left behind, without the ids and times that differ from run to run."""
    return {
        "posts": sorted(
            PostRow.objects.values_list("external_id", "version", "state", "item__key")
        ),
        "items": sorted(Item.objects.values_list("key", "posts_count", "status")),
        "moves": sorted(Move.objects.values_list("post__external_id", "post_version", "item__key")),
        "verdicts": sorted(Verdict.objects.values_list("post__external_id", "model", "queue")),
    }


def forget() -> None:
    """Empty the tables and start every channel anew."""
    for table in (Move, Verdict, PostRow, Item, Run):
        table.objects.all().delete()
    Channel.objects.update(cursor={}, lease_until=None, next_pull_at=Now())


@pytest.fixture
def once(feed: Feed) -> Rows:
    """The rows of a walk in which everything was delivered once."""
    feed.recover()
    single = rows()
    forget()
    return single


def test_messages_that_are_delivered_twice_leave_the_rows_of_a_single_delivery(
    feed: Feed, once: Rows
) -> None:
    for _ in range(10):
        feed.deliver(times=2)
    assert rows() == once
    assert feed.findings() == Findings()


@ONE_WRITER
def test_workers_at_the_same_time_leave_the_rows_of_a_single_one(feed: Feed, once: Rows) -> None:
    start = threading.Barrier(4)
    at_once(
        [lambda: (start.wait(), feed.deliver_until_done())] * 2
        + [lambda: (start.wait(), sort_until_done(feed))] * 2
    )
    assert rows() == once
    assert feed.findings() == Findings()


@ONE_WRITER
def test_a_page_that_two_workers_store_at_the_same_time_is_stored_once(feed: Feed) -> None:
    channel = Channel.objects.get(name="c0")
    start = threading.Barrier(4)
    at_once([lambda: (start.wait(), store(channel, feed.posts["c0"]))] * 4)
    assert PostRow.objects.count() == len(feed.posts["c0"])


def test_a_batch_that_two_workers_judge_at_the_same_time_is_placed_once(
    feed: Feed, once: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judged_late(rows: Sequence[PostRow], parents: dict[int, str]) -> list[Judgement]:
        monkeypatch.setattr("triage.walk.sorting.judge_rows", judged)
        assert sort_waiting().placed == len(rows)  # by the other worker, in the meantime
        return judged(rows, parents)

    for channel in Channel.objects.all():
        pull_channel(channel.pk)
    monkeypatch.setattr("triage.walk.sorting.judge_rows", judged_late)
    assert sort_waiting().placed == 0
    feed.recover()
    assert rows() == once
    assert feed.findings() == Findings()


@ONE_WRITER
def test_edits_that_arrive_while_workers_sort_are_placed_once_each(feed: Feed) -> None:
    start, edited = threading.Barrier(5), threading.Event()

    def edit() -> None:
        start.wait()
        for number in range(20):
            store_edits(feed, number)
        edited.set()

    def sort() -> None:
        start.wait()
        while feed.is_behind() or not edited.is_set():
            sort_waiting(limit=7)

    at_once([edit, edit, sort, sort, lambda: (start.wait(), feed.deliver_until_done())])
    feed.recover()
    assert feed.findings() == Findings()


def test_of_two_pulls_of_a_channel_only_one_happens(feed: Feed) -> None:
    channel = Channel.objects.get(name="c0")
    inner = []
    feed.on_fetch = lambda name: inner.append(pull_channel(channel.pk))
    assert pull_channel(channel.pk) is not None
    assert set(inner) == {None}


def test_a_worker_that_was_overtaken_stores_nothing_and_moves_no_cursor(feed: Feed) -> None:
    channel = Channel.objects.get(name="c0")
    overtake = Overtaking(feed, channel)
    feed.on_fetch = overtake
    late = pull_channel(channel.pk)
    assert late is not None
    assert late.error_kind == "lease_lost"
    assert late.new == 0
    channel.refresh_from_db()
    assert channel.cursor == {"at": len(feed.posts["c0"])}
    assert channel.failures == 0
    feed.recover()
    assert feed.findings() == Findings()


def test_a_store_under_an_old_lease_is_refused_and_changes_nothing(feed: Feed) -> None:
    channel = Channel.objects.get(name="c0")
    Channel.objects.update(lease_epoch=F("lease_epoch") + 1)
    with pytest.raises(LeaseLost):
        store(channel, feed.posts["c0"], cursor={"at": 3}, epoch=channel.lease_epoch)
    channel.refresh_from_db()
    assert channel.cursor == {}
    assert not PostRow.objects.exists()


def test_a_channel_whose_worker_died_is_pulled_when_its_lease_has_run_out(feed: Feed) -> None:
    first, second = Channel.objects.order_by("pk")
    held = Channel.objects.filter(pk=first.pk)
    held.update(lease_until=Now() + timedelta(seconds=60))
    assert due_channels() == [second.pk]
    assert pull_channel(first.pk) is None
    held.update(lease_until=Now() - timedelta(seconds=1))
    assert set(due_channels()) == {first.pk, second.pk}


def test_a_database_that_goes_away_in_a_pull_blames_no_channel_and_keeps_no_lease(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = Channel.objects.get(name="c0")
    with monkeypatch.context() as broken:
        broken.setattr("triage.walk.intake._keep_aside", away)
        with pytest.raises(OperationalError):
            pull_channel(channel.pk)
    channel.refresh_from_db()
    assert (channel.lease_until, channel.failures, channel.error) == (None, 0, "")
    assert channel.pk in due_channels()
    feed.recover()
    assert feed.findings() == Findings()


def test_leases_that_are_freed_fence_off_whoever_held_them(feed: Feed) -> None:
    Channel.objects.update(lease_until=Now() + timedelta(seconds=60))
    free_leases()
    assert set(Channel.objects.values_list("lease_until", "lease_epoch")) == {(None, 1)}


def away(*_: object) -> None:
    raise OperationalError("terminating connection due to administrator command")


class Overtaking:
    """In the middle of the first fetch: its lease runs out, and another worker pulls everything."""

    def __init__(self, feed: Feed, channel: Channel) -> None:
        self.feed, self.channel = feed, channel

    def __call__(self, _name: str) -> None:
        self.feed.on_fetch = lambda _: None
        Channel.objects.filter(pk=self.channel.pk).update(lease_until=Now() - timedelta(seconds=1))
        run = pull_channel(self.channel.pk)
        assert run is not None
        assert run.new == len(self.feed.posts["c0"])


def store_edits(feed: Feed, number: int) -> None:
    """New texts for some of the posts of a channel that are stored."""
    channel = Channel.objects.get(name=f"c{number % 2}")
    known = set(PostRow.objects.filter(channel=channel).values_list("external_id", flat=True))
    when = START + timedelta(days=1, seconds=number)
    store(
        channel,
        [
            replace(post, text=f"edit {number} about sales", edited_at=when)
            for post in feed.posts[channel.name][number::4]
            if post.id in known
        ],
    )


def sort_until_done(feed: Feed) -> None:
    while feed.is_behind():
        sort_waiting(limit=7)


def at_once(calls: list[Callable[[], object]]) -> None:
    """Run these in a thread each, and raise what any of them raised."""
    errors: list[BaseException] = []

    def guarded(call: Callable[[], object]) -> None:
        try:
            call()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=guarded, args=(call,), daemon=True) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads), "a thread hangs"
    assert errors == []
