import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("triage", "0003_watch")]

    operations = [
        migrations.CreateModel(
            name="Stream",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lease_until", models.DateTimeField(null=True)),
                ("lease_epoch", models.BigIntegerField(default=0)),
                ("cursor", models.JSONField(default=dict)),
                ("connected_at", models.DateTimeField(null=True)),
                ("heard", models.PositiveBigIntegerField(default=0)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("retry_at", models.DateTimeField(null=True)),
                ("error", models.TextField(blank=True, default="")),
                ("channel", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="stream", to="triage.channel")),
            ],
        ),
        migrations.CreateModel(
            name="Token",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=100)),
                ("sealed", models.TextField()),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("channel", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="tokens", to="triage.channel")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("channel", "key"), name="token_of_channel_once"),
                    models.UniqueConstraint(condition=models.Q(("channel__isnull", True)), fields=("key",), name="session_once"),
                ],
            },
        ),
    ]
