"""Processes of the product for a measurement: started, looked at, and stopped by their ids."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CELERY = [sys.executable, "-m", "celery", "-A"]
WORKER = ["worker", "--without-gossip", "--without-mingle", "-l", "ERROR"]


def environment(home: Path, **addresses: str) -> dict[str, str]:
    """The environment of a process of an installation in `home`."""
    kept = {
        key: os.environ[key] for key in ("PATH", "HOME", "LANG", "MODELS_DIR") if key in os.environ
    }
    # One thread a process: the workers share the machine's cores, not each other's.
    kept |= {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), "LOG_LEVEL": "ERROR"}
    return kept | {"TRIAGE_HOME": str(home), "SECRET_KEY": "of-a-measurement"} | addresses


def triage(env: Mapping[str, str], *arguments: str) -> str:
    """Run a command of the product to its end -> what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "config.cli", *arguments],
        env=dict(env),
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


@contextmanager
def running(
    env: Mapping[str, str], *commands: list[str]
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run processes for the length of a block, then stop each one."""
    started = [
        subprocess.Popen(command, env=dict(env), cwd=ROOT, stdout=subprocess.DEVNULL)
        for command in commands
    ]
    try:
        yield started
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def memory_mib(pid: int) -> float:
    """Resident memory of a process in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def children(pid: int) -> list[int]:
    """The ids of a process's children."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]
