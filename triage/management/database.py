"""An installation's database: made when there is none, brought up to date when that is safe."""

import fcntl
import functools
from collections.abc import Iterator
from contextlib import contextmanager

import click
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from triage.management.output import Refusal, counted
from triage.tuning.taxonomy import look

MIGRATION_LOCK = 7_214_001  # any number, the same in every process


def prepare_database() -> None:
    """Make sure that the tables are there and current.

    An empty database is filled and an embedded one is migrated; a PostgreSQL database with older
    tables is left alone and refused, because its upgrade wants a backup first.
    """
    if not _missing():
        return
    with _one_at_a_time():
        missing = _missing()  # another process may have done it meanwhile
        if missing and connection.vendor == "postgresql" and _applied():
            raise Refusal(
                f"the database lacks {counted(missing, 'migration')} of this version: "
                "make a backup, then run `triage migrate`"
            )
        if missing:
            call_command("migrate", verbosity=0, interactive=False)


def migrate_database() -> None:
    """Apply all migrations; two processes that try at once do it one after the other."""
    with _one_at_a_time():
        call_command("migrate", verbosity=0, interactive=False)


def _missing() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _applied() -> int:
    return len(MigrationExecutor(connection).loader.applied_migrations)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Wait until no other process migrates this database."""
    if connection.vendor != "postgresql":
        with (settings.ENVIRONMENT.home / "migrate.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def with_database(command: click.decorators.FC) -> click.decorators.FC:
    """Prepare the database before a command runs."""

    @functools.wraps(command)
    def prepared(*args: object, **options: object) -> object:
        prepare_database()
        look()
        return command(*args, **options)

    return prepared  # type: ignore[return-value]
