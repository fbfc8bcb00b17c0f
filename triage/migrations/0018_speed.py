from django.db import migrations, models
from django.db.models import Q

WAITING = ~Q(status="resolved") & Q(snoozed=False)


class Migration(migrations.Migration):
    dependencies = [("triage", "0017_inbox")]

    operations = [
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["intent", "-posted_at", "-id"], name="item_newest_intent"),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["channel", "-posted_at", "-id"], name="item_newest_channel"),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=WAITING,
                fields=["channel", "-priority", "posted_at", "id"],
                name="item_by_channel",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=~Q(sentiment=""),
                fields=["sentiment", "-posted_at", "-id"],
                name="item_newest_sentiment",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=WAITING & ~Q(sentiment=""),
                fields=["sentiment", "-priority", "posted_at", "id"],
                name="item_by_sentiment",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=Q(status="resolved"),
                fields=["-resolved_at", "-id"],
                name="item_done_all",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=Q(snoozed=True),
                fields=["queue", "-priority", "posted_at", "id"],
                name="item_resting",
            ),
        ),
        migrations.RemoveIndex(model_name="item", name="item_at_risk"),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=Q(warn_at__isnull=False) & Q(snoozed=False) & ~Q(status="resolved"),
                fields=["queue", "warn_at"],
                name="item_at_risk",
            ),
        ),
    ]
