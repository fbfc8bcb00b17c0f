"""What goes wrong in the middle of a series of pages loses nothing and doubles nothing.

The same story is told without a fault in test_simulated_walk.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Sum

from tests.channels.server import Reply
from tests.channels.simulated import (
    TOKEN,
    WATCHED,
    Watched,
    add,
    all_is_known,
    check,
    keys,
    people_write,
    run,
    sim,
    stored,
    the_channel,
    watched,
)
from tests.simulator import faults
from tests.simulator.dialect import Request
from tests.simulator.server import Fault, Simulator
from tests.simulator.x import X
from triage.tables import Channel, PostRow, Run

__all__ = ["keys", "sim", "watched"]
pytestmark = pytest.mark.django_db

TEN_MINUTES = timedelta(minutes=10)
FAULTS: dict[str, Callable[[Simulator], Fault]] = {
    "an error of its own": lambda sim: faults.server_error(500),
    "not now": lambda sim: faults.server_error(503),
    "the page of a proxy": lambda sim: faults.web_page(502),
    "a web page in place of data": lambda sim: faults.web_page(200),
    "JSON that stops in the middle": lambda sim: faults.truncated(),
    "fewer bytes than promised": lambda sim: faults.short(),
    "a broken line": lambda sim: faults.broken_line(),
    "an answer that was lost": lambda sim: faults.lost(),
    "a byte at a time": lambda sim: faults.slow(3),
}
each_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.channels.http.READ_SECONDS", 0.5)
    monkeypatch.setattr("workers.channels.http.TOTAL_SECONDS", 1.0)


@pytest.fixture
def half_read(watched: Watched, sim: Simulator) -> Simulator:
    """A channel that was read once, and then people wrote four pages more."""
    people_write(watched, sim, 3)
    add(watched, sim)
    run()
    all_is_known(sim)
    people_write(watched, sim, 17)
    return sim


def run_to_the_end(sim: Simulator) -> None:
    """Pull until a round is whole, at most a few times."""
    for _ in range(5):
        said = run()
        assert said["error"] is None
        if stored() == sim.dialect.shown() and the_channel().error == "":
            return


def nothing_is_doubled() -> None:
    assert Run.objects.aggregate(new=Sum("new"))["new"] == PostRow.objects.count()


@each_fault
def test_a_fault_between_two_pages_costs_no_post(
    watched: Watched, half_read: Simulator, fault: Callable[[Simulator], Fault]
) -> None:
    before = len(stored())
    half_read.fail(watched.paged, fault(half_read), after=1)
    said = run()
    assert said["error"]["kind"] == "unreachable"
    assert before < len(stored()) < len(half_read.dialect.shown())
    channel = the_channel()
    assert (channel.state, channel.failures, channel.error_kind) == ("active", 1, "unreachable")
    assert channel.error == said["error"]["message"]
    assert TOKEN not in channel.error
    assert channel.next_pull_at > datetime.now(UTC)
    people_write(watched, half_read, 6)
    run_to_the_end(half_read)
    all_is_known(half_read)
    nothing_is_doubled()


@pytest.mark.parametrize("told", [True, False], ids=["until when", "without a time"])
def test_a_rate_limit_is_waited_for_and_costs_no_post(
    watched: Watched, half_read: Simulator, told: bool
) -> None:
    until = datetime.now(UTC) + TEN_MINUTES
    limit = half_read.dialect.limited(until if told else None)
    half_read.fail(watched.paged, faults.always(limit), after=1)
    assert run()["error"]["kind"] == "throttled"
    channel = the_channel()
    assert (channel.state, channel.error_kind) == ("active", "throttled")
    if told:
        assert abs(channel.next_pull_at - until) < timedelta(minutes=1)
    else:
        assert channel.next_pull_at > datetime.now(UTC)
    if told:
        asked = len(half_read.seen)
        run(rested=False)
        assert len(half_read.seen) == asked  # too early: nobody asks
    people_write(watched, half_read, 6)
    run_to_the_end(half_read)
    all_is_known(half_read)
    nothing_is_doubled()


@pytest.mark.parametrize("nth", range(7))
def test_whichever_call_fails_the_next_round_is_whole(half_read: Simulator, nth: int) -> None:
    half_read.fail("", faults.server_error(503), after=nth)
    run()
    half_read.heal()
    run_to_the_end(half_read)
    all_is_known(half_read)
    nothing_is_doubled()


def test_a_platform_that_fails_every_other_time_is_read_to_the_end(
    watched: Watched, half_read: Simulator
) -> None:
    for number in range(30):
        half_read.fail("", faults.broken_line(), after=1 + number % 3)
        run()
        half_read.heal()
        if stored() == half_read.dialect.shown():
            break
    run_to_the_end(half_read)
    all_is_known(half_read)
    nothing_is_doubled()


def test_a_cursor_that_comes_again_and_again_is_stopped(
    watched: Watched, half_read: Simulator
) -> None:
    asked = len(half_read.seen)
    half_read.fail(watched.paged, faults.repeating(), times=1000)
    run()
    assert len(half_read.seen) - asked < 20
    half_read.heal()
    run_to_the_end(half_read)
    all_is_known(half_read)
    nothing_is_doubled()


def test_a_page_in_the_middle_that_comes_twice_is_taken_once(
    watched: Watched, half_read: Simulator
) -> None:
    again: list[Reply] = []

    def doubled(request: Request, answer: Callable[[], Reply]) -> Reply:
        again.append(answer())
        return again[0]

    half_read.fail(watched.paged, doubled, after=1, times=2)
    run()
    run_to_the_end(half_read)
    all_is_known(half_read)
    nothing_is_doubled()


def test_what_is_taken_away_between_two_pages_takes_nothing_with_it(
    watched: Watched, half_read: Simulator
) -> None:
    def taking(request: Request, answer: Callable[[], Reply]) -> Reply:
        reply = answer()
        for post in half_read.dialect.watched()[4::5]:
            if post.author != half_read.state.own:
                half_read.state.delete(post)
        return reply

    half_read.fail(watched.paged, taking)
    assert run()["error"] is None
    shown = half_read.dialect.shown()
    assert shown.items() <= stored().items()
    gone = {half_read.dialect.id_of(post) for post in half_read.state.posts if post.gone}
    assert stored().keys() - shown.keys() <= gone
    nothing_is_doubled()


@pytest.mark.parametrize("watched", WATCHED[1:3], indirect=True)
def test_a_thread_of_days_is_read_whole_though_lines_break(
    watched: Watched, sim: Simulator
) -> None:
    """Comments that are long known end a pull early; what a broken pull missed is not known."""
    sim.state.begin(timedelta(days=6), pace=timedelta(hours=2))
    people_write(watched, sim, 20)
    add(watched, sim)
    run()
    all_is_known(sim)
    for _ in range(3):
        people_write(watched, sim, 12)
        sim.fail(watched.paged, faults.broken_line(), after=1)
        assert run()["error"]["kind"] == "unreachable"
        people_write(watched, sim, 2)
        run_to_the_end(sim)
        all_is_known(sim)
    nothing_is_doubled()


@pytest.mark.parametrize("watched", WATCHED[1:3], indirect=True)
def test_a_limit_that_is_nearly_used_up_is_not_used_up(
    watched: Watched, half_read: Simulator
) -> None:
    half_read.dialect.usage = 96  # type: ignore[attr-defined]
    asked = len(half_read.seen)
    run()
    assert len(half_read.seen) - asked <= 3
    half_read.dialect.usage = 0  # type: ignore[attr-defined]
    run_to_the_end(half_read)
    all_is_known(half_read)
    nothing_is_doubled()


@pytest.mark.parametrize("watched", WATCHED[:1], indirect=True)
def test_the_monthly_cap_of_x_is_waited_for_and_costs_no_post(
    watched: Watched, half_read: Simulator
) -> None:
    assert isinstance(half_read.dialect, X)
    half_read.fail(watched.paged, faults.always(half_read.dialect.capped()), after=1)
    said = run()["error"]
    assert said["kind"] == "throttled"
    assert "monthly cap" in said["message"]
    asked = len(half_read.seen)
    run(rested=False)
    assert len(half_read.seen) == asked
    run_to_the_end(half_read)
    all_is_known(half_read)
    nothing_is_doubled()


def test_a_token_that_dies_between_two_pages_stops_the_channel(
    watched: Watched, half_read: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(request: Request, answer: Callable[[], Reply]) -> Reply:
        half_read.state.kill(TOKEN, "Session has expired on Sunday.")
        return answer()

    half_read.fail(watched.paged, dying, after=1)
    assert run()["error"]["kind"] == "refused"
    assert the_channel().state == Channel.State.REFUSED
    half_read.dialect.open("another")
    monkeypatch.setenv("SIM_TOKEN", "another")
    monkeypatch.setenv("SIM_TOKEN_SECRET", "another-secret")
    assert check()[0]
    run_to_the_end(half_read)
    all_is_known(half_read)
    nothing_is_doubled()
