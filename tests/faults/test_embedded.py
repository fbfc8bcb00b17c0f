"""The embedded product is stopped, killed and started again, in the middle of its work."""

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import kept
from tests.faults.platform_server import FIRST_PAGE, platform
from tests.faults.sites import Site, embedded_site
from tests.stack import is_there

pytestmark = pytest.mark.slow

TAGS = 6
AGAIN_SECONDS = 60.0
SETTLE_SECONDS = 60.0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, kept_database: Path) -> Iterator[Site]:
    """One installation for all of these tests; each of them leaves it running."""
    home = tmp_path_factory.mktemp("embedded")
    kept.begin_with(kept_database, home)
    with (
        platform(1, tags=TAGS, posts=TAGS * FIRST_PAGE) as served,
        embedded_site(served, home) as site,
    ):
        yield site


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_leaves_no_process_and_no_port_behind_and_a_start_follows_at_once(
    site: Site, number: signal.Signals
) -> None:
    site.platform.more(40)
    pid = site.stack.pid("triage")
    assert site.stack.stop("triage", number).status == 0
    assert not is_there(pid)
    assert not _listens(site)
    assert "Traceback" not in site.stack.said()
    site.stack.start("triage")
    site.stack.wait(site.answers, seconds=AGAIN_SECONDS, what="it answers again")
    site.settle(SETTLE_SECONDS)


def test_platforms_that_hang_hold_up_neither_sorting_nor_a_stop(site: Site) -> None:
    site.platform.latency = 14.0  # just below the time-out
    site.stack.wait(lambda: site.platform.waiting > 2, seconds=60, what="pulls are under way")
    site.query("DELETE FROM triage_pulse")
    site.stack.wait(
        lambda: site.query("SELECT name FROM triage_pulse WHERE name = 'sort'"),
        seconds=10,
        what="sorting goes on",
    )
    assert site.stack.stop("triage", signal.SIGINT).status == 0
    site.platform.latency = 0.0
    site.platform.more(2)
    site.stack.start("triage")
    site.settle(SETTLE_SECONDS)


def test_a_start_after_a_crash_pulls_at_once_what_the_crash_had_leased(site: Site) -> None:
    site.stack.kill("triage")
    site.query("UPDATE triage_channel SET lease_until = '2100-01-01 00:00:00'")
    site.platform.more(2)
    site.settle(SETTLE_SECONDS)


def _listens(site: Site) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", site.port)) == 0
