import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("triage", "0012_trainings")]

    operations = [
        migrations.CreateModel(
            name="IntentRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=32, unique=True)),
                ("measure", models.CharField(blank=True, default="", max_length=200)),
                ("department", models.CharField(blank=True, default="", max_length=100)),
                ("public", models.CharField(max_length=16)),
                ("community", models.CharField(max_length=16)),
                ("guide", models.TextField(blank=True, default="")),
                ("examples", models.JSONField(default=list)),
                ("position", models.PositiveIntegerField()),
                ("retired_at", models.DateTimeField(null=True)),
                ("revision", models.PositiveIntegerField(unique=True)),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("author", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
                ("merged_into", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="absorbed", to="triage.intentrow")),
            ],
            options={
                "db_table": "triage_intent",
                "ordering": ["position", "id"],
            },
        ),
    ]
