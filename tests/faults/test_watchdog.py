"""When a worker counts as stalled: by a clock of the test's own."""

import pytest
import redis

from workers import watchdog
from workers.watchdog import EXIT_STALLED, Progress

PATIENCE = 10.0


def looks(*seen: tuple[float, int, int]) -> list[bool]:
    """What a fresh watchdog says at each of these looks: (clock, tasks done, backlog)."""
    progress = Progress(patience=PATIENCE)
    return [progress.stalled(now=now, done=done, backlog=backlog) for now, done, backlog in seen]


def test_a_worker_that_does_nothing_while_work_waits_has_stalled_after_its_patience() -> None:
    assert looks((100, 5, 1), (109, 5, 3), (110, 5, 4), (110.1, 5, 4)) == [False] * 3 + [True]


def test_a_worker_that_finishes_something_starts_a_new_wait() -> None:
    assert looks((100, 5, 9), (109, 6, 9), (118, 6, 9), (119.5, 6, 9)) == [False] * 3 + [True]


def test_an_idle_worker_never_stalls() -> None:
    assert not any(looks((0, 5, 0), (1_000, 5, 0), (2_000, 5, 0)))


def test_a_wait_begins_when_the_backlog_does() -> None:
    assert looks((0, 5, 0), (500, 5, 0), (509, 5, 2), (511, 5, 2)) == [False] * 3 + [True]


def test_a_fresh_worker_has_all_its_patience_whatever_the_clock_says() -> None:
    assert looks((1_000_000, 0, 50), (1_000_009, 0, 50)) == [False, False]


class Ended(BaseException):
    """In place of the end of the process."""


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let the watchdog look without waiting, at a clock that goes on two seconds a look."""
    clock = [0.0]

    def sleep(seconds: float) -> None:
        clock.append(clock[-1] + seconds)
        if len(clock) > 100:
            raise TimeoutError

    def end(status: int) -> None:
        raise Ended(status)

    monkeypatch.setattr("workers.watchdog.time.sleep", sleep)
    monkeypatch.setattr("workers.watchdog.time.monotonic", lambda: clock[-1])
    monkeypatch.setattr("workers.watchdog.os._exit", end)
    monkeypatch.setattr("workers.watchdog.memory_mb", lambda: 100.0)
    return clock


def test_a_stalled_worker_ends_its_process(looked: list[float]) -> None:
    with pytest.raises(Ended, match=str(EXIT_STALLED)):
        watchdog._look_forever(lambda: 3)
    patience = watchdog.settings.ENVIRONMENT.progress_seconds
    assert patience < looked[-1] <= patience + 2 * watchdog.LOOK_EVERY


def test_a_worker_without_work_is_left_alone(looked: list[float]) -> None:
    with pytest.raises(TimeoutError):
        watchdog._look_forever(lambda: 0)


def test_a_broker_that_is_away_is_not_the_fault_of_the_worker(looked: list[float]) -> None:
    def away() -> int:
        raise redis.ConnectionError

    with pytest.raises(TimeoutError):
        watchdog._look_forever(away)


def test_a_worker_that_has_grown_too_large_ends_its_process(
    looked: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.watchdog.memory_mb", lambda: 1e6)
    with pytest.raises(Ended, match=str(EXIT_STALLED)):
        watchdog._look_forever(lambda: 0)


def test_memory_is_told_in_megabytes() -> None:
    assert 5 < watchdog.memory_mb() < 5_000
