"""Many channels and few hands: every one gets its turn, and none waits for a slow one."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from tests.domain.place import Place, page
from triage.tables import Channel, Run
from workers import holding, pulling, tasks
from workers.channels import KINDS
from workers.channels.base import Page
from workers.pulling import pull_channel

SECONDS = 20


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> type[Place]:
    monkeypatch.setitem(KINDS, "place", "tests.domain.place:Place")
    for name in ("answers", "asked", "made_with"):
        monkeypatch.setattr(Place, name, [])
    return Place


def due(count: int) -> list[Channel]:
    """Channels of which each has been due for longer than the next one."""
    now = timezone.now()
    rows = [
        Channel(name=f"c{n}", source="place", next_pull_at=now - timedelta(seconds=2 * count - n))
        for n in range(count)
    ]
    return Channel.objects.bulk_create(rows)


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
    """Every bell that was rung, in place of a broker."""
    rung: list[tuple[str, tuple[Any, ...]]] = []

    def ring(task: Any, *args: object, expires: float) -> None:
        rung.append((task.name.rpartition(".")[2], args))

    monkeypatch.setattr(tasks, "ring", ring)
    return rung


@pytest.mark.django_db
def test_one_tick_and_one_hand_are_enough_for_a_round_of_a_hundred(
    place: type[Place], bells: list[tuple[str, tuple[Any, ...]]]
) -> None:
    first, *_ = due(100)
    tasks.pull(first.pk)
    while ("pull_next", ()) in bells:
        bells.remove(("pull_next", ()))
        tasks.pull_next()
    assert Run.objects.count() == 100
    assert Run.objects.values("channel").distinct().count() == 100


@pytest.mark.django_db
def test_a_tick_rings_for_the_longest_due_and_not_for_thousands(
    place: type[Place], bells: list[tuple[str, tuple[Any, ...]]]
) -> None:
    rows = due(tasks.BELLS + 20)
    tasks.pull_due()
    assert bells == [("pull", (row.pk,)) for row in rows[: tasks.BELLS]]


def in_thread(work: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.fixture
def hanging(place: type[Place]) -> Iterator[threading.Event]:
    """A channel whose platform says nothing until the event is set; its pull is under way."""
    answer, asked = threading.Event(), threading.Event()

    def hang() -> Page:
        asked.set()
        assert answer.wait(SECONDS)
        return page("late", at=1)

    [slow] = due(1)
    place.answers[:] = [hang]
    thread = in_thread(lambda: pull_channel(slow.pk))
    assert asked.wait(SECONDS)
    yield answer
    answer.set()
    thread.join(SECONDS)


@pytest.mark.django_db(transaction=True)
def test_a_channel_that_hangs_takes_one_hand_and_delays_no_other(
    hanging: threading.Event, bells: list[tuple[str, tuple[Any, ...]]]
) -> None:
    slow = Channel.objects.get()
    now = timezone.now()
    for number in range(20):
        Channel.objects.create(name=f"quick {number}", source="place", next_pull_at=now)
    tasks.pull_next()
    while ("pull_next", ()) in bells:
        bells.remove(("pull_next", ()))
        tasks.pull_next()
    done = Run.objects.exclude(finished_at=None)
    assert done.count() == 20
    assert not done.filter(channel=slow).exists()
    assert pulling.PULLS_AT_ONCE > 1, "else it would take the only hand"


@pytest.mark.django_db(transaction=True)
def test_a_pull_that_takes_long_keeps_its_lease_by_a_heartbeat(
    place: type[Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "BEAT_SECONDS", 0.02)
    [row] = due(1)
    soon = timezone.now() + timedelta(seconds=1)
    beaten = threading.Event()
    kept = holding._kept

    def seen(channel_id: int, epoch: int) -> bool:
        done = kept(channel_id, epoch)
        beaten.set()
        return done

    def slow() -> Page:
        Channel.objects.update(lease_until=soon)
        beaten.clear()
        assert beaten.wait(SECONDS)
        lease = Channel.objects.get().lease_until
        assert lease is not None
        assert lease > soon
        return page("1", at=1)

    monkeypatch.setattr(holding, "_kept", seen)
    place.answers[:] = [slow]
    run = pull_channel(row.pk)
    assert run is not None
    assert (run.error, run.new) == ("", 1)
    row.refresh_from_db()
    assert row.lease_until is None


@pytest.mark.django_db
def test_a_heartbeat_revives_no_lease_that_was_handed_back_or_lost() -> None:
    [row] = due(1)
    assert not holding._kept(row.pk, row.lease_epoch)
    Channel.objects.update(lease_until=timezone.now(), lease_epoch=7)
    assert not holding._kept(row.pk, 6)
    assert holding._kept(row.pk, 7)


@pytest.mark.django_db
def test_the_channel_of_a_killed_worker_is_free_after_half_a_minute() -> None:
    [row] = due(1)
    assert pulling._lease(row.pk) is not None
    row.refresh_from_db()
    assert row.lease_until is not None
    assert row.lease_until <= timezone.now() + timedelta(seconds=31)
