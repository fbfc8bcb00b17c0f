from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("triage", "0020_opinion")]

    operations = [
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["channel", "-id"], name="run_newest"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=Q(error_kind__gt=""), fields=["-id", "channel"], name="run_failed"
            ),
        ),
    ]
