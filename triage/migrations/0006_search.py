import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# Every word gets a letter in front, because PostgreSQL's parser would cut `5e2e1` into numbers.
VECTOR = "to_tsvector('simple'::regconfig, replace(' ' || {0}, ' ', ' x'))"
POSTGRESQL = (
    "ALTER TABLE triage_searchtext ADD COLUMN vector tsvector GENERATED ALWAYS AS ("
    f"setweight({VECTOR.format('author')}, 'A') || setweight({VECTOR.format('words')}, 'B')"
    ") STORED",
    "CREATE INDEX triage_searchtext_vector ON triage_searchtext USING gin (vector)",
    "ALTER TABLE triage_searchtext ALTER COLUMN vector SET STATISTICS 1000",
)
# Only folded words come in, so that everything but a space belongs to a word.
SQLITE = (
    """CREATE VIRTUAL TABLE triage_searchtext_fts USING fts5(
        author, words, content='triage_searchtext', content_rowid='id', prefix='3',
        tokenize="unicode61 remove_diacritics 0 categories 'L* N* M* Co'")""",
    """CREATE TRIGGER triage_searchtext_added AFTER INSERT ON triage_searchtext BEGIN
        INSERT INTO triage_searchtext_fts (rowid, author, words)
        VALUES (new.id, new.author, new.words); END""",
    """CREATE TRIGGER triage_searchtext_gone AFTER DELETE ON triage_searchtext BEGIN
        INSERT INTO triage_searchtext_fts (triage_searchtext_fts, rowid, author, words)
        VALUES ('delete', old.id, old.author, old.words); END""",
    """CREATE TRIGGER triage_searchtext_changed AFTER UPDATE OF author, words ON triage_searchtext
        BEGIN
        INSERT INTO triage_searchtext_fts (triage_searchtext_fts, rowid, author, words)
        VALUES ('delete', old.id, old.author, old.words);
        INSERT INTO triage_searchtext_fts (rowid, author, words)
        VALUES (new.id, new.author, new.words); END""",
)


def make_index(apps, schema_editor):
    """The index of the search is of another kind in each database."""
    postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL if postgresql else SQLITE:
        schema_editor.execute(statement)


def drop_index(apps, schema_editor):
    """The triggers and the column go with their table."""
    if schema_editor.connection.vendor != "postgresql":
        schema_editor.execute("DROP TABLE triage_searchtext_fts")


class Migration(migrations.Migration):
    dependencies = [("triage", "0005_desk")]

    operations = [
        migrations.AddField(
            model_name="postrow",
            name="searched_version",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="note",
            name="searched",
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name="postrow",
            index=models.Index(
                condition=models.Q(
                    ("version__gt", models.F("searched_version")),
                    ("state__in", ("sorted", "context")),
                ),
                fields=["id"],
                name="post_unsearched",
            ),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(
                condition=models.Q(("searched", False)), fields=["id"], name="note_unsearched"
            ),
        ),
        migrations.CreateModel(
            name="SearchText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("author", models.TextField(blank=True, default="")),
                ("words", models.TextField(blank=True, default="")),
                ("item", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="search_texts", to="triage.item")),
                ("note", models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="search_text", to="triage.note")),
                ("post", models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="search_text", to="triage.postrow")),
            ],
        ),
        migrations.CreateModel(
            name="View",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("shared", models.BooleanField(default=False)),
                ("queue", models.CharField(blank=True, default="", max_length=16)),
                ("show", models.CharField(default="open", max_length=16)),
                ("query", models.CharField(blank=True, default="", max_length=1000)),
                ("counted", models.PositiveIntegerField(null=True)),
                ("counted_at", models.DateTimeField(null=True)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("owner", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="views", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("owner", "name"), name="view_name_once")],
                "indexes": [models.Index(fields=["shared"], name="view_shared")],
            },
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(models.Q(("status", "resolved"), _negated=True), ("snoozed", False)),
                fields=["intent", "-priority", "posted_at", "id"],
                name="item_by_intent",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(models.Q(("status", "resolved"), _negated=True), ("snoozed", False)),
                fields=["-priority", "posted_at", "id"],
                name="item_waiting_all",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("status", "claimed")), fields=["owner", "queue"], name="item_mine"
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["-posted_at", "-id"], name="item_newest"),
        ),
        migrations.RunPython(make_index, drop_index),
    ]
