import django.utils.timezone
from django.core.management import call_command
from django.db import migrations, models


def make_cache_table(apps, schema_editor):
    """Failed sign-ins are counted in a table, so that all web processes count together."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def drop_cache_table(apps, schema_editor):
    schema_editor.execute("DROP TABLE triage_cache")


class Migration(migrations.Migration):
    dependencies = [("triage", "0008_tuning")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="time_zone",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("event", models.CharField(max_length=32)),
                ("user_id", models.BigIntegerField(null=True)),
                ("actor", models.CharField(max_length=150)),
                ("target", models.CharField(blank=True, default="", max_length=200)),
                ("details", models.JSONField(default=dict)),
                ("address", models.GenericIPAddressField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["event", "-id"], name="audit_event"),
                    models.Index(fields=["actor", "-id"], name="audit_actor"),
                ],
            },
        ),
        migrations.RunPython(make_cache_table, drop_cache_table),
    ]
