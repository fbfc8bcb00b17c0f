"""The product as real processes: scaled, as docker compose runs it, and embedded, as one process.

A process that exits is started again, as compose does with `restart: always`. Everything a
process says is in a log file. `Stack` is a `with` block and leaves no process behind.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TypeVar

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
CELERY = [PYTHON, "-m", "celery", "-A", "workers.app"]
QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
START_SECONDS, STOP_SECONDS = 60.0, 15.0
Found = TypeVar("Found")


def scaled(port: int) -> dict[str, list[str]]:
    """The processes of the scaled form by name, each with its command line."""
    pull = ["worker", "-Q", "pull", "-P", "prefork", "-c", "2", "-n", "pull@test", *QUIET]
    send = ["worker", "-Q", "send", "-P", "prefork", "-c", "1", "-n", "send@test", *QUIET]
    sort = ["worker", "-Q", "sort", "-P", "solo", "-n", "sort@test", *QUIET]
    web = ["config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "4"]
    return {
        "web": [PYTHON, "-m", "gunicorn", *web],
        "pull": [*CELERY, *pull],
        "send": [*CELERY, *send],
        "sort": [*CELERY, *sort],
        "beat-1": [*CELERY, "beat"],
        "beat-2": [*CELERY, "beat"],
    }


def embedded(port: int) -> dict[str, list[str]]:
    """The one process of the embedded form."""
    return {"triage": [PYTHON, "-m", "config.cli", "up", "--port", str(port)]}


def environment(home: Path, *, database: str = "", broker: str = "", **more: str) -> dict[str, str]:
    """The environment of every process of a stack: nothing of the test's own gets through.

    What a process that is killed leaves among its temporary files lies in its home.
    """
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    given = {
        "TMPDIR": str(home),
        "HOME": str(home),
        "TRIAGE_HOME": str(home),
        "DATABASE_URL": database or f"sqlite:///{home / 'triage.db'}",
        "REDIS_URL": broker,
        "SECRET_KEY": "a-secret-of-the-tests-that-no-log-may-show",
        "LOG_LEVEL": "WARNING",
        "PYTHONPATH": str(ROOT),
    }
    return kept | {name: value for name, value in given.items() if value} | more


def wait_until(
    done: Callable[[], Found],
    *,
    seconds: float,
    what: str,
    tell: Callable[[], str] = str,
    every: float = 0.05,
) -> Found:
    """What `done` says once it says something true. Fails with `what` and what `tell` adds."""
    deadline = time.monotonic() + seconds
    while not (found := done()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:.0f} s: {what}\n{tell()}")
        time.sleep(every)
    return found


def children(pid: int) -> list[int]:
    """The processes that a process has started and that are still there."""
    with suppress(OSError):
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def is_there(group: int) -> bool:
    """Whether a process of this group is left."""
    with suppress(ProcessLookupError):
        os.killpg(group, 0)
        return True
    return False


@dataclass(frozen=True)
class Exit:
    """How a process ended when it was asked to: its status and how long that took."""

    status: int
    seconds: float


@dataclass
class Part:
    """One process of the stack: what it is now, and how its forerunners ended."""

    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    wanted: bool = True
    exits: list[int] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)


class Stack:
    """Processes that are started, watched, killed and started again, each in its own group."""

    def __init__(
        self, commands: Mapping[str, Sequence[str]], *, env: Mapping[str, str], logs: Path
    ) -> None:
        self.parts = {name: Part(command) for name, command in commands.items()}
        self.env, self.logs = dict(env), logs
        self._lock = threading.RLock()
        self._ending = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="stack", daemon=True)

    def __enter__(self) -> "Stack":
        for name in self.parts:
            self.start(name)
        self._watcher.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._watcher.join()
        for name in self.parts:
            self._signal(name, signal.SIGTERM)
        for name in self.parts:
            self._await_end(name, seconds=STOP_SECONDS)
        for part in self.parts.values():
            for group in part.groups:
                with suppress(ProcessLookupError):
                    os.killpg(group, signal.SIGKILL)  # what outlived a parent that was killed

    def start(self, name: str) -> None:
        """Start a process, and from now on again whenever it exits."""
        part = self.parts[name]
        with self._lock, self.log(name).open("ab") as log:
            part.wanted = True
            part.process = subprocess.Popen(
                part.command,
                env=self.env,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            part.groups.append(part.process.pid)

    def pid(self, name: str) -> int:
        """The process that runs under this name now; 0 while there is none."""
        process = self.parts[name].process
        return process.pid if process and process.poll() is None else 0

    def kill(self, name: str) -> None:
        """Kill a process, once it is there; it will be started again."""
        self.wait(lambda: self.pid(name), seconds=START_SECONDS, what=f"{name} is there")
        process = self.parts[name].process
        assert process is not None
        process.kill()
        process.wait(STOP_SECONDS)

    def stop(self, name: str, number: int = signal.SIGTERM) -> Exit:
        """Ask a process to end, and do not start it again. Fails where it does not end in time."""
        with self._lock:
            self.parts[name].wanted = False
        begun = time.monotonic()
        self._signal(name, number)
        status = self._await_end(name, seconds=STOP_SECONDS)
        assert status is not None, f"{name} did not end in {STOP_SECONDS} s\n{self.tail()}"
        return Exit(status, time.monotonic() - begun)

    def log(self, name: str) -> Path:
        """The file that holds everything that processes of this name said."""
        return self.logs / f"{name}.log"

    def said(self) -> str:
        """Everything that was said by all processes."""
        return "\n".join(self.log(name).read_text(errors="replace") for name in self.parts)

    def tail(self, lines: int = 12) -> str:
        """The end of every log, long lines cut."""
        told = []
        for name, part in self.parts.items():
            said = self.log(name).read_text(errors="replace").splitlines()[-lines:]
            told += [f"--- {name}, exits {part.exits}", *(line[:300] for line in said)]
        return "\n".join(told)

    def wait(
        self, done: Callable[[], Found], *, seconds: float, what: str, every: float = 0.05
    ) -> Found:
        """`wait_until`, failing with the end of every log."""
        return wait_until(done, seconds=seconds, what=what, tell=self.tail, every=every)

    def _watch(self) -> None:
        while not self._ending.wait(0.05):
            for name, part in self.parts.items():
                with self._lock:
                    status = part.process.poll() if part.process and part.wanted else None
                    if status is not None:
                        part.exits.append(status)
                        self.start(name)

    def _signal(self, name: str, number: int) -> None:
        with self._lock:
            process = self.parts[name].process
            if process is not None:
                process.send_signal(number)

    def _await_end(self, name: str, *, seconds: float) -> int | None:
        process = self.parts[name].process
        if process is None:
            return None
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return None
