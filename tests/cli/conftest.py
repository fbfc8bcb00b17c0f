"""The commands as a person calls them: in this process where that is enough, else as a process."""

import io
import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from pytest_django import Settings

from config import cli
from models import registry
from tests import kept
from tests.domain import making
from tests.domain.place import Place
from tests.domain.shadows import other, two_models  # noqa: F401
from workers.channels import KINDS

ROOT = Path(__file__).resolve().parent.parent.parent
PASSED_ON = ("PATH", "LANG", "TMPDIR", "OMP_NUM_THREADS")
"""What a process of the command has of the environment of the tests."""
PATIENCE = 600
"""Seconds after which a command is held to be stalled, however slow the machine is."""


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> list[dict[str, Any]]:
        """The objects on stdout, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def sentence(self) -> str:
        """The one line on stderr with which a command gives up."""
        lines = [line for line in self.err.splitlines() if line.startswith("triage: ")]
        assert len(lines) == 1, self.err
        return lines[0].removeprefix("triage: ")


Command = Callable[..., Said]


def checked(said: Said, arguments: tuple[str, ...], code: int | None) -> Said:
    """What every command promises: the exit status, JSON alone on stdout, no traceback."""
    assert "Traceback" not in said.err + said.out, said.err
    if "--json" in arguments and "--help" not in arguments:
        assert all(isinstance(entry, dict) for entry in said.data)
    if code is not None:
        assert said.code == code, said.out + said.err
    if said.code == 1:
        assert said.sentence
    return said


@pytest.fixture
def triage(
    db: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Call the command in this process, on the test's database."""

    def call(*arguments: str, code: int | None = 0, stdin: str | bytes = "") -> Said:
        raw = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "argv", ["triage", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        capsys.readouterr()
        status = cli._status()
        said = capsys.readouterr()
        return checked(Said(status, said.out, said.err), arguments, code)

    return call


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge that reads the first word of a text as its intent."""
    monkeypatch.setattr("triage.walk.sorting.judge_rows", making.judged)


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> type[Place]:
    """A channel kind `place` that answers what the test tells it to."""
    monkeypatch.setitem(KINDS, "place", "tests.domain.place:Place")
    for name in ("answers", "asked", "made_with"):
        monkeypatch.setattr(Place, name, [])
    return Place


@pytest.fixture
def models_dir(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty models directory, and no shipped model."""
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, models_dir=tmp_path / "models")
    monkeypatch.setattr("triage.walk.judging._loaded", None)
    monkeypatch.setattr(registry, "shipped_path", lambda: tmp_path / "nothing")
    return tmp_path / "models"


# As a process of its own


@pytest.fixture(scope="session")
def prepared(
    tmp_path_factory: pytest.TempPathFactory, kept_database: Path
) -> Iterator[dict[str, str]]:
    """The environment of an installation whose database has its tables, to be copied."""
    home = tmp_path_factory.mktemp("prepared") / "home"
    environment = {
        **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
        "PYTHONPATH": str(ROOT),
        "TRIAGE_HOME": str(home),
        "MODELS_DIR": str(tmp_path_factory.mktemp("models")),
    }
    server = os.environ.get("TEST_DATABASE_URL", "")
    if server.startswith("postgres"):
        name = f"cli_{os.getpid()}"
        _administer(server, "CREATE DATABASE {}", name)
        environment["DATABASE_URL"] = server.rpartition("/")[0] + f"/{name}"
    else:
        kept.begin_with(kept_database, home)
    command = [sys.executable, "-m", "config.cli", "migrate"]
    subprocess.run(command, env=environment, check=True, capture_output=True, cwd=home.parent)
    yield environment
    if "DATABASE_URL" in environment:
        _administer(server, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture
def shell(prepared: dict[str, str], tmp_path: Path) -> Iterator[Command]:
    """Call the command as a process, in an installation of the test's own."""
    with installation(prepared, tmp_path) as call:
        yield call


@contextmanager
def installation(prepared: dict[str, str], folder: Path) -> Iterator[Command]:
    """The command as a process, in an installation in this folder."""
    home = folder / "home"
    shutil.copytree(prepared["TRIAGE_HOME"], home)
    environment = prepared | {"TRIAGE_HOME": str(home)}
    url = prepared.get("DATABASE_URL")
    if url:
        prepared_name, server = url.rpartition("/")[2], os.environ["TEST_DATABASE_URL"]
        copy = f"{prepared_name}_{secrets.token_hex(4)}"
        _administer(server, "CREATE DATABASE {} TEMPLATE {}", copy, prepared_name)
        environment["DATABASE_URL"] = url.removesuffix(prepared_name) + copy

    def call(
        *arguments: str, code: int | None = 0, stdin: str | bytes = "", **variables: str
    ) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "config.cli", *arguments],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            env=environment | variables,
            capture_output=True,
            check=False,
            cwd=folder,
            timeout=PATIENCE,
        )
        said = Said(done.returncode, done.stdout.decode(), done.stderr.decode())
        return checked(said, arguments, code)

    call.environment = environment  # type: ignore[attr-defined]
    yield call
    if url:
        _administer(server, "DROP DATABASE {} WITH (FORCE)", copy)


def _administer(server: str, statement: str, *names: str) -> None:
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture
def shipped() -> None:
    """Skip where no model comes with the code."""
    if not registry.shipped_path().is_dir():
        pytest.skip("no model is shipped with this checkout")
