import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("triage", "0011_readings")]

    operations = [
        migrations.CreateModel(
            name="StoredModel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.CharField(max_length=64, unique=True)),
                ("card", models.JSONField(default=dict)),
                ("in_use", models.BooleanField(default=False)),
                ("stored", models.BooleanField(default=True)),
                ("seen_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [models.UniqueConstraint(condition=models.Q(("in_use", True)), fields=("in_use",), name="one_model_in_use")],
            },
        ),
        migrations.CreateModel(
            name="Switch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.CharField(blank=True, default="", max_length=64)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(null=True)),
                ("done", models.BooleanField(default=False)),
                ("said", models.TextField(blank=True, default="")),
                ("user", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [models.Index(condition=models.Q(("finished_at", None)), fields=["id"], name="switch_asked")],
            },
        ),
        migrations.CreateModel(
            name="Training",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state", models.CharField(choices=[("waiting", "Waiting"), ("running", "Running"), ("promoted", "Promoted"), ("kept", "Kept"), ("refused", "Refused"), ("failed", "Failed")], default="waiting", max_length=16)),
                ("cause", models.CharField(choices=[("button", "Button"), ("lessons", "Lessons"), ("command", "Command")], max_length=16)),
                ("lessons", models.PositiveIntegerField(default=0)),
                ("newest_lesson", models.BigIntegerField(default=0)),
                ("champion", models.CharField(blank=True, default="", max_length=64)),
                ("challenger", models.CharField(blank=True, default="", max_length=64)),
                ("numbers", models.JSONField(default=dict)),
                ("said", models.TextField(blank=True, default="")),
                ("log", models.JSONField(default=list)),
                ("lease_until", models.DateTimeField(null=True)),
                ("lease_epoch", models.BigIntegerField(default=0)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("user", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [models.UniqueConstraint(condition=models.Q(("finished_at", None)), fields=("state",), name="training_once")],
            },
        ),
        migrations.AlterField(
            model_name="alert",
            name="kind",
            field=models.CharField(choices=[("refused", "Refused"), ("failing", "Failing"), ("quiet", "Quiet"), ("expiring", "Expiring"), ("capped", "Capped"), ("backfill", "Backfill"), ("drift", "Drift")], max_length=16),
        ),
        migrations.CreateModel(
            name="Drift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lang", models.CharField(blank=True, default="", max_length=16)),
                ("measured_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("model", models.CharField(max_length=64)),
                ("before", models.PositiveIntegerField()),
                ("now", models.PositiveIntegerField()),
                ("statistic", models.FloatField()),
                ("chance", models.FloatField()),
                ("effect", models.FloatField()),
                ("drifting", models.BooleanField(default=False)),
                ("shares", models.JSONField(default=dict)),
                ("said", models.TextField(blank=True, default="")),
                ("channel", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="drifts", to="triage.channel")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("channel", "lang"), name="drift_once")],
            },
        ),
        migrations.CreateModel(
            name="Shadow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.CharField(max_length=64)),
                ("running", models.BooleanField(default=True)),
                ("after", models.BigIntegerField(default=0)),
                ("said", models.TextField(blank=True, default="")),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                ("user", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="ShadowVerdict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("queue", models.CharField(max_length=16)),
                ("intent", models.CharField(max_length=32)),
                ("confidence", models.FloatField()),
                ("target", models.CharField(max_length=16)),
                ("champion_target", models.CharField(max_length=16)),
                ("shadow", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="verdicts", to="triage.shadow")),
                ("verdict", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="triage.verdict")),
            ],
        ),
        migrations.AddConstraint(
            model_name="shadow",
            constraint=models.UniqueConstraint(condition=models.Q(("running", True)), fields=("running",), name="one_shadow"),
        ),
        migrations.AddConstraint(
            model_name="shadowverdict",
            constraint=models.UniqueConstraint(fields=("shadow", "verdict"), name="shadow_verdict_once"),
        ),
    ]
