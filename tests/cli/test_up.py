"""`triage up`: what stops it from starting is said in one sentence."""

import fcntl
import socket
from pathlib import Path

from tests.cli.conftest import Command


def test_a_scaled_installation_is_not_served_by_one_process(shell: Command) -> None:
    said = shell("up", code=1, REDIS_URL="redis://:geheim@127.0.0.1:1/0")
    assert said.sentence.startswith("REDIS_URL is set, so this is a scaled installation")
    assert "geheim" not in said.err


def test_a_port_that_is_taken_is_named(shell: Command) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for arguments, variables in (((f"--port={port}",), {}), ((), {"PORT": str(port)})):
            said = shell("up", *arguments, code=1, **variables)
            assert said.sentence == f"port {port} is taken; choose another with --port or PORT"


def test_a_home_is_served_by_one_process(shell: Command, tmp_path: Path) -> None:
    with (tmp_path / "home" / "triage.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = shell("up", code=1)
    assert said.sentence == f"another process serves {tmp_path / 'home'} already"


def test_an_address_that_is_not_ours_is_said_in_one_sentence(shell: Command) -> None:
    for host in ("192.0.2.1", "no.such.host.invalid"):
        said = shell("up", "--host", host, code=1)
        assert said.sentence == f"{host} is no address of this machine; choose another with --host"
