"""Plain: conditions that narrow the list that is read, and never choose which index it is read by.

SQLite keeps no statistics here: it takes an equality with a column of an index for rare, reads all
rows that meet it and sorts them, be it every other item. A plus before a column keeps it from that;
PostgreSQL, which knows how often a value comes, is given the bare column.
"""

from typing import Any, cast

from django.db.models import F, Field, ForeignKey, Func, Q, QuerySet

from triage.tables import Item

COLUMNS = ("queue", "channel", "intent", "owner", "lang", "sentiment", "unsure", "posted_at")
_PREFIX = "plain_"


class _Plain(Func):
    """A column of which SQLite does not know that it has an index."""

    template = "+%(expressions)s"
    arity = 1

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """The column itself."""
        return compiler.compile(self.source_expressions[0])


def plainly(items: QuerySet[Item], condition: Q) -> QuerySet[Item]:
    """Those of the items that meet a condition, read by the index that they are read by without."""
    return items.alias(**_columns()).filter(_rewritten(condition))


def _columns() -> dict[str, _Plain]:
    return {
        _PREFIX + field.name: _Plain(F(field.name), output_field=_values_of(field))
        for field in Item._meta.concrete_fields
        if field.name in COLUMNS
    }


def _values_of(field: "Field[Any, Any]") -> "Field[Any, Any]":
    return field.target_field if isinstance(field, ForeignKey) else field


def _rewritten(condition: Q) -> Q:
    parts = [
        _rewritten(part) if isinstance(part, Q) else _leaf(*cast(tuple[str, Any], part))
        for part in condition.children
    ]
    return Q(*parts, _connector=condition.connector, _negated=condition.negated)


def _leaf(name: str, value: Any) -> tuple[str, Any]:
    return (_PREFIX + name if name.split("__")[0] in COLUMNS else name), value
