"""Processes are killed at random moments while posts flow in; each is stored and routed once.

In the scaled form the lease of a worker that died stands for two minutes; that time is let pass
by hand after a kill, which also lets workers that live be overtaken: see `Site.age`.
"""

import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests import kept
from tests.faults.platform_server import platform
from tests.faults.sites import Site, embedded_site, scaled_site
from tests.stack import children

pytestmark = pytest.mark.slow

POSTS = 3000
EMBEDDED_KILLS = 5
SCALED_KILLS = 10
VICTIMS = ("web", "pull", "pool", "pool", "sort", "sort", "beat-1", "beat-2")
TERMINATE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
SETTLE_SECONDS = 90.0


def test_the_embedded_product_loses_nothing_when_it_is_killed(
    seed: int, tmp_path: Path, kept_database: Path
) -> None:
    rng = random.Random(seed)
    kept.begin_with(kept_database, tmp_path)
    with platform(seed, posts=POSTS, rate=200) as served, embedded_site(served, tmp_path) as site:
        for kill in range(1, EMBEDDED_KILLS + 1):
            _while_posts_flow(site, until=kill / (EMBEDDED_KILLS + 1), rng=rng)
            site.stack.kill("triage")
        site.settle(SETTLE_SECONDS)
        assert site.stack.parts["triage"].exits == [-signal.SIGKILL] * EMBEDDED_KILLS
        assert site.query("PRAGMA integrity_check") == [("ok",)]
        assert site.keeps_secrets()


def test_the_scaled_product_loses_nothing_when_processes_are_killed(
    seed: int, tmp_path: Path, database_url: str, broker_url: str
) -> None:
    rng = random.Random(seed)
    with (
        platform(seed, posts=POSTS, rate=150) as served,
        scaled_site(served, tmp_path, database=database_url, broker=broker_url) as site,
    ):
        cut_off = set(rng.sample(range(1, SCALED_KILLS + 1), 2))
        for kill in range(1, SCALED_KILLS + 1):
            _while_posts_flow(site, until=kill / (SCALED_KILLS + 1), rng=rng)
            _kill_one_of(site, rng)
            if kill in cut_off:
                site.query(TERMINATE)
            site.age()
        site.settle(SETTLE_SECONDS)
        assert site.keeps_secrets()


def _while_posts_flow(site: Site, *, until: float, rng: random.Random) -> None:
    """Wait until this share of all posts was served, and then for a random moment."""
    site.stack.wait(
        lambda: len(site.platform.served) >= until * POSTS,
        seconds=SETTLE_SECONDS,
        what=f"{until:.0%} of the posts are served",
    )
    time.sleep(rng.random() * 0.5)


def _kill_one_of(site: Site, rng: random.Random) -> None:
    victim = rng.choice(VICTIMS)
    if victim != "pool":
        site.stack.kill(victim)
    elif pool := children(site.stack.pid("pull")):
        with suppress(ProcessLookupError):  # it had just ended by itself
            os.kill(rng.choice(pool), signal.SIGKILL)
