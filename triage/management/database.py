"""An installation's database: made when there is none, brought up to date when that is safe."""

import click
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from triage.management.output import Refusal

MIGRATION_LOCK = 7_214_001  # any number, the same in every process


def prepare_database() -> None:
    """Make sure that the tables are there and current.

    An empty database is filled and an embedded one is migrated; a PostgreSQL database with older
    tables is left alone and refused, because its upgrade wants a backup first.
    """
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return
    empty = not executor.loader.applied_migrations
    if connection.vendor == "postgresql" and not empty:
        raise Refusal(
            f"the database lacks {len(plan)} migrations of this version: "
            "make a backup, then run `triage migrate`"
        )
    migrate_database()


def migrate_database() -> None:
    """Apply all migrations; two processes that try at once do it one after the other."""
    if connection.vendor != "postgresql":
        call_command("migrate", verbosity=0, interactive=False)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            call_command("migrate", verbosity=0, interactive=False)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def with_database(command: click.decorators.FC) -> click.decorators.FC:
    """Prepare the database before a command runs."""
    import functools

    @functools.wraps(command)
    def prepared(*args: object, **options: object) -> object:
        prepare_database()
        return command(*args, **options)

    return prepared  # type: ignore[return-value]
