"""Row lists: the rows of another table as one column, so that they cost no query of their own."""

from typing import Any

from django.db.models import JSONField, QuerySet, Subquery
from django.db.models.functions import JSONObject

_LISTED = "(SELECT {words} FROM (%(subquery)s) AS named)"


class RowList(Subquery):
    """The rows of a query as a list of objects with the values named, for `annotate(…)`.

    What comes back is a list or nothing, in no order; times are not to be asked for.
    """

    output_field = JSONField()

    def __init__(self, rows: QuerySet[Any], **values: str) -> None:
        super().__init__(rows.order_by().values(word=JSONObject(**values)))

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """As SQLite makes lists."""
        return self._listed(compiler, connection, "json_group_array(json(word))")

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """As PostgreSQL makes lists."""
        return self._listed(compiler, connection, "jsonb_agg(word)")

    def _listed(self, compiler: Any, connection: Any, words: str) -> Any:
        listed = self.copy()
        listed.template = _LISTED.format(words=words)
        return listed.as_sql(compiler, connection)
