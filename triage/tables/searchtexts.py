"""What can be found: the words of posts and notes, as `triage.finding.words` folds them.

The index over it is the database's own and lives in migration 0006: on PostgreSQL a generated
column `vector` with a GIN index, on SQLite the FTS5 table `triage_searchtext_fts`, kept by
triggers. A migration that lets Django rebuild this table on SQLite has to make the triggers anew.
"""

from django.db import models

from triage.tables.desk import Note
from triage.tables.items import Item
from triage.tables.posts import PostRow


class SearchText(models.Model):
    """One post or one note, by which its item can be found. A larger id was indexed later."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="search_texts")
    post = models.OneToOneField(PostRow, models.CASCADE, null=True, related_name="search_text")
    note = models.OneToOneField(Note, models.CASCADE, null=True, related_name="search_text")
    author = models.TextField(blank=True, default="")
    words = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"search text {self.pk} of item {self.item_id}"
