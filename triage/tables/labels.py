"""Labels: the tags of an item as a column of it, so that a list asks for all of them at once."""

from typing import Any

from django.db.models import F, OuterRef, Subquery, TextField

from triage.tables.desk import ItemTag
from triage.tables.items import Item

_APART = "\x1f"
"""A control sign, which no tag can hold."""
_JOINED = "(SELECT {function}(word, {sign}(31)) FROM (%(subquery)s) AS named)"


class TagNames(Subquery):
    """The names of an item's tags, for `annotate(tag_names=TagNames())`."""

    output_field = TextField()

    def __init__(self) -> None:
        tags = ItemTag.objects.filter(item=OuterRef("pk")).order_by("tag__name")
        super().__init__(tags.values(word=F("tag__name")))

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """As SQLite joins words."""
        return self._joined(
            compiler, connection, _JOINED.format(function="group_concat", sign="char")
        )

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """As PostgreSQL joins words."""
        return self._joined(compiler, connection, _JOINED.format(function="string_agg", sign="chr"))

    def _joined(self, compiler: Any, connection: Any, template: str) -> Any:
        joined = self.copy()
        joined.template = template
        return joined.as_sql(compiler, connection)


def labels_of(item: Item) -> tuple[str, ...]:
    """The tags of an item that was asked for with them, in the order of the alphabet."""
    names: str | None = getattr(item, "tag_names", None)
    return tuple(sorted(names.split(_APART))) if names else ()
