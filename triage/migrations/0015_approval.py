import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("triage", "0014_sentiment")]

    operations = [
        migrations.RemoveConstraint(model_name="outgoing", name="one_reply_on_its_way"),
        migrations.AddField(
            model_name="item",
            name="needs_approval",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="outgoing",
            name="approved_by",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="outgoing",
            name="asked_version",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="outgoing",
            name="written",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="user",
            name="may_approve",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="outgoing",
            name="state",
            field=models.CharField(choices=[("pending", "Pending"), ("waiting", "Waiting"), ("sending", "Sending"), ("sent", "Sent"), ("refused", "Refused"), ("failed", "Failed"), ("unknown", "Unknown"), ("cancelled", "Cancelled")], default="waiting", max_length=16),
        ),
        migrations.AddIndex(
            model_name="outgoing",
            index=models.Index(condition=models.Q(("state", "pending")), fields=["created_at", "id"], name="outgoing_pending"),
        ),
        migrations.AddConstraint(
            model_name="outgoing",
            constraint=models.UniqueConstraint(condition=models.Q(("act", "reply"), ("state__in", ("pending", "waiting", "sending", "unknown"))), fields=("item",), name="one_reply_on_its_way"),
        ),
    ]
