"""Bulk inserts in SQL: the same statement on SQLite and PostgreSQL.

The ORM's own bulk insert is four to eight times slower here and cannot say which rows were new
(docs/decisions/0003-database-is-the-queue.md).
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connection
from django.db.models import Model

ROWS_AT_ONCE = 500
Row = TypeVar("Row", bound=Model)
DATABASE_AWAY = (InterfaceError, OperationalError)
"""What is raised while the database is away or busy, which is no fault of what is worked on."""


def insert_missing(
    table: type[Row], rows: Sequence[Row], *, returning: str
) -> list[tuple[int, Any]]:
    """Insert the rows that no unique constraint forbids -> (id, `returning`) of those inserted."""
    inserted: list[tuple[int, Any]] = []
    for start in range(0, len(rows), ROWS_AT_ONCE):
        inserted += _insert(table, rows[start : start + ROWS_AT_ONCE], returning)
    return inserted


def _insert(table: type[Row], rows: Sequence[Row], returning: str) -> list[tuple[int, Any]]:
    fields = [field for field in table._meta.concrete_fields if not field.primary_key]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    one_row = "(" + ", ".join(["%s"] * len(fields)) + ")"
    returned = quote(str(table._meta.get_field(returning).column))  # type: ignore[union-attr]
    # Only names of tables and columns are put into the text; every value is quoted by the driver.
    head = f"INSERT INTO {quote(table._meta.db_table)} ({columns}) VALUES "  # noqa: S608
    tail = f" ON CONFLICT DO NOTHING RETURNING {quote('id')}, {returned}"
    values = [
        [field.get_db_prep_save(getattr(row, str(field.attname)), connection) for field in fields]
        for row in rows
    ]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # psycopg parses the placeholders of a long statement anew each time, which costs more
            # than the insert; those of one row it remembers.
            cursor.execute(head + ", ".join(cursor.mogrify(one_row, row) for row in values) + tail)
        else:
            flat = [value for row in values for value in row]
            cursor.execute(head + ", ".join([one_row] * len(rows)) + tail, flat)
        return list(cursor.fetchall())
