"""The servers of the tests themselves: started from any binaries, ended without a trace."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
import redis

from tests.server_binaries import (
    copied,
    postgres_binaries,
    redis_binary,
    wheel_postgres,
    wheel_redis,
)
from tests.servers import fresh_database, postgres, redis_server
from tests.stack import ROOT

Find = Callable[[], Path]
ASK = "import os, psycopg; print(psycopg.connect(os.environ['TEST_DATABASE_URL']).info.dbname)"


@pytest.mark.parametrize("find", [wheel_postgres, postgres_binaries])
def test_postgresql_runs_from_the_wheel_and_from_what_this_machine_has(find: Find) -> None:
    with (
        postgres(binaries=find()) as server,
        fresh_database(server) as url,
        psycopg.connect(url) as connection,
    ):
        assert connection.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server, connect_timeout=1)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts PostgreSQL as somebody else")
def test_binaries_that_another_user_cannot_reach_are_copied_once() -> None:
    with TemporaryDirectory(dir="/var/tmp") as base:
        Path(base).chmod(0o755)
        first = copied(wheel_postgres(), Path(base))
        made = first.stat().st_ino
        assert copied(wheel_postgres(), Path(base)).stat().st_ino == made
        with postgres(binaries=first) as server:
            psycopg.connect(server).close()


@pytest.mark.parametrize("find", [wheel_redis, redis_binary])
def test_redis_comes_back_on_its_port_with_what_it_had(find: Find) -> None:
    with redis_server(binary=find()) as server, redis.Redis.from_url(server.url) as client:
        client.set("kept", "yes")
        for end in (server.stop, server.kill):
            end()
            assert not server.answers()
            server.start()
            assert client.get("kept") == b"yes"
    assert not server.answers()


def test_redis_without_appendonly_comes_back_empty() -> None:
    with (
        redis_server(appendonly=False) as server,
        redis.Redis.from_url(server.url) as client,
    ):
        client.set("kept", "no")
        server.kill()
        server.start()
        assert client.get("kept") is None


def test_a_command_runs_with_a_database_of_its_own_and_its_status_comes_back(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-m", "tests.servers", "with-postgres", "--", sys.executable, "-c"]
    env = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
    ran = subprocess.run([*command, ASK], cwd=ROOT, env=env, capture_output=True, text=True)
    assert ran.stdout.startswith("triage_")
    ran = subprocess.run([*command, "raise SystemExit(3)"], cwd=ROOT, env=env)
    assert ran.returncode == 3
