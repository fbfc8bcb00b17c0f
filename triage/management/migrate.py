"""`triage migrate`."""

import click

from triage.management.database import migrate_database
from triage.management.output import note


@click.command()
def migrate() -> None:
    """Bring the database up to date with this version. Make a backup first."""
    migrate_database()
    note("The database is up to date.")
