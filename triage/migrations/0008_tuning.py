import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("triage", "0007_clock")]

    operations = [
        migrations.AddField(
            model_name="move",
            name="rules",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="policy",
            name="file_digest",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddIndex(
            model_name="verdict",
            index=models.Index(fields=["at"], name="verdict_recent"),
        ),
        migrations.CreateModel(
            name="Resorting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("policy_version", models.PositiveIntegerField()),
                ("after", models.BigIntegerField(default=0)),
                ("moved", models.PositiveIntegerField(default=0)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("finished_at", None)),
                        fields=("policy_version",),
                        name="resorting_once",
                    )
                ],
            },
        ),
    ]
