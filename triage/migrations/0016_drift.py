import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("triage", "0015_approval")]

    operations = [
        migrations.CreateModel(
            name="InputDrift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lang", models.CharField(blank=True, default="", max_length=16)),
                ("measured_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("before", models.PositiveIntegerField()),
                ("now", models.PositiveIntegerField()),
                ("tested", models.PositiveIntegerField()),
                ("words", models.JSONField(default=list)),
                ("chance", models.FloatField()),
                ("length_before", models.FloatField()),
                ("length_now", models.FloatField()),
                ("length_effect", models.FloatField()),
                ("length_chance", models.FloatField()),
                ("drifting", models.BooleanField(default=False)),
                ("said", models.TextField(blank=True, default="")),
                ("channel", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="input_drifts", to="triage.channel")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("channel", "lang"), name="input_drift_once")],
            },
        ),
        migrations.CreateModel(
            name="InputLook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("looked_at", models.DateTimeField()),
                ("channel", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="input_look", to="triage.channel")),
            ],
        ),
        migrations.AlterField(
            model_name="alert",
            name="kind",
            field=models.CharField(choices=[("refused", "Refused"), ("failing", "Failing"), ("quiet", "Quiet"), ("expiring", "Expiring"), ("capped", "Capped"), ("backfill", "Backfill"), ("drift", "Drift"), ("input", "Input")], max_length=16),
        ),
        migrations.AlterField(
            model_name="training",
            name="cause",
            field=models.CharField(choices=[("button", "Button"), ("lessons", "Lessons"), ("schedule", "Schedule"), ("command", "Command")], max_length=16),
        ),
        migrations.AddIndex(
            model_name="postrow",
            index=models.Index(fields=["channel", "posted_at", "id"], name="post_recent"),
        ),
    ]
