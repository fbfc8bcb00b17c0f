"""Earlier posts of a channel, brought page by page while lines break and people go on writing."""

from datetime import timedelta

import pytest

from tests.channels.simulated import (
    Watched,
    add,
    all_is_known,
    keys,
    people_write,
    run,
    sim,
    stored,
    watched,
)
from tests.simulator import faults
from tests.simulator.server import Simulator
from triage.tables import Account, Backfill
from workers.backfilling import due_backfills, take_bite

__all__ = ["keys", "sim", "watched"]
pytestmark = pytest.mark.django_db

LONG_AGO = "2026-01-01T00:00:00Z"


@pytest.fixture
def history(watched: Watched, sim: Simulator, monkeypatch: pytest.MonkeyPatch) -> int:
    """Four days of posts -> how many a first pull brings: at X and Mastodon the last ones."""
    sim.state.begin(timedelta(days=4), pace=timedelta(hours=3))
    people_write(watched, sim, 30)
    sim.state.begin(timedelta(hours=2), pace=timedelta(minutes=1))
    monkeypatch.setitem(watched.settings, "backfill", "6")
    add(watched, sim)
    run()
    return len(stored())


def bite() -> bool:
    """One page of the backfill, as if it were due -> whether there is more to bring."""
    Account.objects.update(rest_until=None, reset_at=None, window_calls=0)
    Backfill.objects.update(next_bite_at=LONG_AGO)
    for backfill_id in due_backfills():
        take_bite(backfill_id)
    return Backfill.objects.filter(state=Backfill.State.RUNNING).exists()


def bite_to_the_end() -> None:
    for _ in range(60):
        if not bite():
            break
    run()
    assert Backfill.objects.get().state == Backfill.State.DONE


def test_a_backfill_brings_what_was_there_before(
    watched: Watched, sim: Simulator, history: int
) -> None:
    bite_to_the_end()
    all_is_known(sim)
    assert (history < len(stored())) == (watched.kind in ("x", "mastodon"))


def test_a_backfill_loses_nothing_to_lines_that_break_and_to_new_posts(
    watched: Watched, sim: Simulator, history: int
) -> None:
    for number in range(6):
        sim.fail("", faults.broken_line(), after=number % 3)
        bite()
        people_write(watched, sim, 1)
        run()
    sim.heal()
    bite_to_the_end()
    all_is_known(sim)
