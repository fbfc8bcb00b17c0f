"""Together: what many threads ask for at once is done in one go; and how much is let through."""

import threading
from collections.abc import Sequence

import pytest

from triage.walk.flow import KEPT, Flow, Tally
from triage.walk.together import Together


class Worker:
    """Answers each number doubled, once it is let go on; keeps what it was called with."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def work(self, numbers: Sequence[int]) -> list[int]:
        self.calls.append(list(numbers))
        self.begun.set()
        assert self.go_on.wait(10)
        if 13 in numbers:
            raise ValueError("thirteen")
        return [2 * number for number in numbers]


def ask(together: Together[int, int], numbers: Sequence[int]) -> dict[int, int | str]:
    """Have each number done by a thread of its own, the first one first -> what each was told."""
    told: dict[int, int | str] = {}

    def one(number: int) -> None:
        try:
            told[number] = together.do(number)
        except ValueError as error:
            told[number] = str(error)

    threads = [threading.Thread(target=one, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return told


def gathering(worker: Worker, together: Together[int, int], numbers: Sequence[int]) -> dict:
    """Let the rest of the numbers gather while the first one is being done."""

    def release() -> None:
        assert worker.begun.wait(10)
        while len(together._waiting) < len(numbers) - 1:
            worker.begun.wait(0.001)
        worker.go_on.set()

    releasing = threading.Thread(target=release)
    releasing.start()
    told = ask(together, numbers)
    releasing.join(10)
    return told


def test_what_gathers_while_one_is_done_is_done_in_one_go() -> None:
    worker = Worker()
    told = gathering(worker, Together(worker.work, most=100), range(1, 9))
    assert told == {number: 2 * number for number in range(1, 9)}
    assert [len(call) for call in worker.calls] == [1, 7]


def test_no_more_than_so_many_at_once() -> None:
    worker = Worker()
    told = gathering(worker, Together(worker.work, most=3), range(1, 9))
    assert told == {number: 2 * number for number in range(1, 9)}
    assert [len(call) for call in worker.calls] == [1, 3, 3, 1]


def test_one_that_fails_spoils_no_other() -> None:
    worker = Worker()
    told = gathering(worker, Together(worker.work, most=100), [1, 2, 13, 4])
    assert told == {1: 2, 2: 4, 13: "thirteen", 4: 8}


def test_one_alone_is_done_at_once_and_a_failure_is_raised() -> None:
    worker = Worker()
    worker.go_on.set()
    together = Together(worker.work, most=5)
    assert together.do(4) == 8
    with pytest.raises(ValueError, match="thirteen"):
        together.do(13)
    assert together.do(5) == 10


def test_a_second_of_flow_may_come_at_once_and_no_more_over_time() -> None:
    flow = Flow()
    waits = [flow.wait("a", rate=10, now=0.0) for _ in range(12)]
    assert waits[:10] == [0.0] * 10
    assert waits[10] == pytest.approx(0.1)
    assert flow.wait("b", rate=10, now=0.0) == 0.0
    let = sum(flow.wait("a", rate=10, now=tick / 100) == 0.0 for tick in range(1, 501))
    assert let in (49, 50)  # a sum of tenths is not quite one


def test_a_tally_begins_anew_after_its_span() -> None:
    tally = Tally(seconds=60)
    assert [tally.note("a", now=now) for now in (0, 1, 59, 60, 61)] == [1, 2, 3, 1, 2]


def test_both_forget_what_was_asked_for_longest_ago() -> None:
    flow, tally = Flow(), Tally(seconds=60)
    for number in range(KEPT + 50):
        flow.wait(number, rate=1, now=0.0)
        tally.note(number, now=0.0)
    assert len(flow._left) == len(tally._counts) == KEPT
    assert (tally.note(0, now=0.0), tally.note(KEPT + 49, now=0.0)) == (1, 2)
