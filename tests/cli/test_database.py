"""The database of an installation: made at the first command, by one process of many."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.cli.conftest import PATIENCE, Command


def test_processes_that_start_at_once_make_one_database(shell: Any, tmp_path: Path) -> None:
    environment = shell.environment | {"TRIAGE_HOME": str(tmp_path / "new")}
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "config.cli", "channel", "list", "--json"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    said = [process.communicate(timeout=PATIENCE) for process in started]
    assert said == [(b"", b"")] * 4
    assert [process.returncode for process in started] == [0] * 4


def test_migrating_a_current_database_changes_nothing(triage: Command) -> None:
    assert triage("migrate").err == "The database is up to date.\n"


def test_an_older_postgresql_database_is_refused_until_somebody_made_a_backup(
    triage: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("an embedded database is upgraded at once; runs on PostgreSQL")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    said = triage("queue", "promo", code=1)
    assert said.sentence == (
        "the database lacks 1 migration of this version: make a backup, then run `triage migrate`"
    )
