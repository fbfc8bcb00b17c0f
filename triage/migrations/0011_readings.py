import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("triage", "0010_api")]

    operations = [
        migrations.AddField(
            model_name="verdict",
            name="drawn",
            field=models.FloatField(null=True),
        ),
        migrations.AddIndex(
            model_name="verdict",
            index=models.Index(condition=models.Q(("drawn__isnull", False)), fields=["id"], name="verdict_drawn"),
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("post_version", models.PositiveIntegerField()),
                ("lane", models.CharField(choices=[("unsure", "Unsure"), ("sample", "Sample")], max_length=16)),
                ("second", models.BooleanField(default=False)),
                ("twice", models.BooleanField(default=False)),
                ("intent", models.CharField(max_length=32)),
                ("queue", models.CharField(max_length=16)),
                ("stroke", models.CharField(blank=True, default="", max_length=32)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("lesson", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="triage.lesson")),
                ("post", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="readings", to="triage.postrow")),
                ("user", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("verdict", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="triage.verdict")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["lane", "second"], name="reading_lane"),
                    models.Index(condition=models.Q(("second", False), ("twice", True)), fields=["id"], name="reading_twice"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("post", "post_version", "second"), name="reading_once"),
                ],
            },
        ),
    ]
