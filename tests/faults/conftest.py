"""What the fault tests share: seeds, real servers, and channels inside the test's process."""

import os
import random
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from typing import TypeVar

import pytest
from pytest_django import Settings

from tests.faults import feeds
from tests.faults.feeds import Feed
from tests.server_binaries import NoServer
from tests.servers import RedisServer, fresh_database, postgres, redis_server, redis_url

Server = TypeVar("Server")


@pytest.fixture
def seed() -> int:
    """The seed of a test: FAULTS_SEED, else a new one each time; told when it fails."""
    chosen = int(os.environ.get("FAULTS_SEED") or random.SystemRandom().randrange(1_000_000))
    print(f"FAULTS_SEED={chosen}")
    return chosen


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """One PostgreSQL server for the session; fsync stays on, for it is there to be hurt."""
    with _or_skip(postgres(durable=True)) as url:
        yield url


@pytest.fixture
def database_url(postgres_server: str) -> Iterator[str]:
    """An empty PostgreSQL database."""
    with fresh_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="module")
def broker() -> Iterator[RedisServer]:
    """A Redis-protocol server that keeps what it has, and that the test may stop."""
    with _or_skip(redis_server()) as server:
        yield server


@pytest.fixture
def broker_url() -> Iterator[str]:
    """The address of a Redis-protocol server, for tests that let it live."""
    with _or_skip(redis_url()) as url:
        yield url


@contextmanager
def _or_skip(server: AbstractContextManager[Server]) -> Iterator[Server]:
    with ExitStack() as stack:
        try:
            running = stack.enter_context(server)
        except NoServer as missing:
            pytest.skip(str(missing))
        yield running


@pytest.fixture
def feed(transactional_db: None, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Feed:
    """Two channels with posts to pull, in the test's own process; bells ring unheard."""
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, sort_batch=15)
    made = Feed(seed=1)
    monkeypatch.setattr("workers.pulling.source_class", made.source_class)
    monkeypatch.setattr("workers.tasks.ring", lambda *_args, **_options: None)
    monkeypatch.setattr("triage.walk.sorting.judge_rows", feeds.judged)
    return made
